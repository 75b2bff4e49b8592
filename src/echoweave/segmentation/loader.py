"""Patches of whole sequences, placed so that a network sees a labelled frame at any place in time.

nnU-Net's own loader centres a patch on a labelled voxel and lets it reach past the end of a case;
what is padded there counts as background. In a half cycle, of which only the ends are labelled,
a network then learns that frames at ES show nothing. Imports nnU-Net.
"""

from typing import Any

import numpy as np
import torch
from nnunetv2.training.dataloading.data_loader import nnUNetDataLoader
from numpy.typing import NDArray

from echoweave.geometry.mirror import mirrored_indices

# nnU-Net's mark of what lies outside of a case.
_OUTSIDE = -1


class ClipLoader(nnUNetDataLoader):  # type: ignore[misc]
    """Draws a labelled frame, then where in the patch it lies, then where in the frame to look.

    Patches lie inside the sequence. Only where the labelled frames are its ends, or where it is
    shorter than a patch, it goes on beyond them with its own frames mirrored, which no loss counts.
    It draws from numpy's global generator, as nnU-Net does, which the trainer seeds.
    """

    def generate_train_batch(self) -> dict[str, Any]:
        """Return one batch: "data" [N, C, T, Y, X], "target", one a scale, and "keys"."""
        keys = self.get_indices()
        with torch.no_grad():
            samples = [
                self._sample(key, self.get_do_oversample(place)) for place, key in enumerate(keys)
            ]
        images = torch.stack([sample["image"] for sample in samples])
        targets = [sample["segmentation"] for sample in samples]
        # With deep supervision there is one a scale.
        if isinstance(targets[0], list):
            scales = [torch.stack(scale) for scale in zip(*targets, strict=True)]
            return {"data": images, "target": scales, "keys": keys}
        return {"data": images, "target": torch.stack(targets), "keys": keys}

    def _sample(self, key: str, on_structure: bool) -> dict[str, Any]:
        """Return the augmented patch of a case, drawn around a structure or anywhere."""
        data, seg, _, properties = self._data.load_case(key)
        n_frames = data.shape[1]
        voxel = self._structure(properties["class_locations"]) if on_structure else None
        labelled = self._labelled(key, seg)
        frame = int(np.random.choice(labelled)) if voxel is None else int(voxel[1])  # noqa: NPY002
        at = first_frame(frame, labelled, n_frames, self.patch_size[0])
        chosen = np.arange(at, at + self.patch_size[0])
        shown = mirrored_indices(chosen, n_frames)
        box = self._in_frame(data.shape[2:], voxel)
        image = cut_out(data, shown, box, 0)
        labels = cut_out(seg, shown, box, _OUTSIDE).astype(np.int16)
        if self.ignored is not None:
            labels[:, (chosen < 0) | (chosen >= n_frames)] = self.ignored
        sample = {
            "image": torch.from_numpy(image).float(),
            "segmentation": torch.from_numpy(labels),
        }
        return dict(self.transforms(**sample)) if self.transforms else sample

    @property
    def ignored(self) -> int | None:
        """The ignore label, if the data set has one: then the list of what is labelled ends it."""
        return max(self.annotated_classes_key) + 1 if self.has_ignore else None

    def _labelled(self, key: str, seg: Any) -> NDArray[np.intp]:
        """Return the frames of a case that have labels; remembered, as it reads all of them."""
        known: dict[str, NDArray[np.intp]] = self.__dict__.setdefault("_labelled_frames", {})
        if key not in known:
            # Without an ignore label, None, every frame has labels.
            known[key] = np.flatnonzero((seg[0] != self.ignored).any(axis=(1, 2)))
        return known[key]

    def _structure(self, locations: dict[Any, Any]) -> NDArray[np.intp] | None:
        """Draw a structure and then a voxel (channel, t, y, x) of it; None: there is none."""
        drawn = [one for key, one in locations.items() if not isinstance(key, tuple) and len(one)]
        if not drawn:
            return None
        voxels = drawn[np.random.choice(len(drawn))]  # noqa: NPY002
        voxel: NDArray[np.intp] = voxels[np.random.choice(len(voxels))]  # noqa: NPY002
        return voxel

    def _in_frame(
        self, shape: tuple[int, int], voxel: NDArray[np.intp] | None
    ) -> list[tuple[int, int]]:
        """Return (start, stop) of the patch along both sides of a frame, about ``voxel`` if any."""
        box = []
        for axis, (side, patch, margin) in enumerate(
            zip(shape, self.patch_size[1:], self.need_to_pad[1:], strict=True)
        ):
            # What turning needs around the patch may lie outside of the frame.
            pad = max(int(margin), patch - side)
            low, high = -(pad // 2), side + pad - pad // 2 - patch
            if voxel is None:
                start = int(np.random.randint(low, high + 1))  # noqa: NPY002
            else:
                start = int(np.clip(voxel[axis + 2] - patch // 2, low, high))
            box.append((start, start + patch))
        return box


class AnyFrameLoader(ClipLoader):
    """Draws every frame alike, labelled or not: what is learnt there are the frames themselves."""

    def _labelled(self, key: str, seg: Any) -> NDArray[np.intp]:
        return np.arange(seg.shape[1])

    def _structure(self, locations: dict[Any, Any]) -> None:
        return None


def cut_out(
    array: Any, frames: NDArray[np.intp], box: list[tuple[int, int]], fill: int
) -> NDArray[Any]:
    """Return ``frames`` of an array [C, T, Y, X], cut to ``box``; only what is shown is read.

    Args:
        array: NumPy's or blosc2's.
        frames: Their numbers, in any order.
        box: (start, stop) along Y and X, which may lie outside.
        fill: Of what lies outside.
    """
    first, last = int(frames.min()), int(frames.max()) + 1
    sides = list(zip(box, array.shape[2:], strict=True))
    inside = tuple(slice(max(start, 0), min(stop, side)) for (start, stop), side in sides)
    outside = [(max(-start, 0), max(stop - side, 0)) for (start, stop), side in sides]
    found = np.asarray(array[:, first:last, *inside])[:, frames - first]
    return np.pad(found, [(0, 0), (0, 0), *outside], constant_values=fill)


def first_frame(frame: int, labelled: NDArray[np.intp], n_frames: int, length: int) -> int:
    """Draw the first frame of a patch that holds ``frame``; it may lie beyond the ends.

    Args:
        frame: One of ``labelled``.
        labelled: Frames that have labels.
        n_frames: Frames of the sequence.
        length: Frames of the patch.
    """
    low, high = frame - length + 1, frame
    at_the_ends = set(labelled.tolist()) <= {0, n_frames - 1}
    if n_frames >= length and not at_the_ends:
        low, high = max(low, 0), min(high, n_frames - length)
    return int(np.random.randint(low, high + 1))  # noqa: NPY002
