"""What a network sees of pairs of cases: crops at one place in both, as tensors."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from echoweave.learn2reg.greys import windowed
from echoweave.learn2reg.noisy.labels import NoisyLabels
from echoweave.learn2reg.organs import N_ORGAN_LABELS
from echoweave.learn2reg.pairs import CasePair, StoredCase
from echoweave.learn2reg.store import load_case

# Slices of the axes of a volume.
Box = tuple[slice, slice, slice]
WHOLE: Box = (slice(None), slice(None), slice(None))


class PairBatch(NamedTuple):
    """Pairs of crops; ``shape`` is (Z, Y, X) of the crop.

    Attributes:
        fixed: float32 [N, C, *shape], a channel a window, 0 to 1.
        moving: The same.
        fixed_labels: uint8 [N, *shape], 0 where a case has none.
        moving_labels: The same.
        known: bool [N, labels]: the organs that both cases of a pair know.
    """

    fixed: Tensor
    moving: Tensor
    fixed_labels: Tensor
    moving_labels: Tensor
    known: Tensor

    def both_ways(self) -> "PairBatch":
        """Return these pairs, and after them the same ones the other way round."""
        return PairBatch(
            torch.cat((self.fixed, self.moving)),
            torch.cat((self.moving, self.fixed)),
            torch.cat((self.fixed_labels, self.moving_labels)),
            torch.cat((self.moving_labels, self.fixed_labels)),
            self.known.repeat(2, 1),
        )


class _Crop(NamedTuple):
    image: NDArray[np.float32]
    labels: NDArray[np.uint8]
    known: NDArray[np.bool_]


def draw_box(shape: Sequence[int], side: int, generator: np.random.Generator) -> Box:
    """Return a random box of at most ``side`` voxels along every axis of ``shape``."""
    starts = [int(generator.integers(max(whole - side, 0) + 1)) for whole in shape]
    z, y, x = (slice(start, start + side) for start in starts)
    return z, y, x


def load_pairs(
    pairs: Sequence[CasePair],
    boxes: Sequence[Box],
    windows: Sequence[tuple[float, float]],
    noisy_labels: NoisyLabels | None,
    device: torch.device,
) -> PairBatch:
    """Read the same box of both cases of each pair, and nothing else of them.

    Args:
        pairs: N pairs.
        boxes: Of each pair.
        windows: (width, level) of each channel.
        noisy_labels: Labels of all organs; a case that has none there, for it was doubtful, counts
            with its own. None: so does every case.
        device: Where to.

    Raises:
        InputError: Noisy labels are damaged.
    """
    fixed, moving = (
        [_load(case, box, windows, noisy_labels) for case, box in zip(cases, boxes, strict=True)]
        for cases in zip(*pairs, strict=True)
    )
    known = [one.known & other.known for one, other in zip(fixed, moving, strict=True)]
    arrays = (
        [crop.image for crop in fixed],
        [crop.image for crop in moving],
        [crop.labels for crop in fixed],
        [crop.labels for crop in moving],
        known,
    )
    return PairBatch(*(torch.from_numpy(np.stack(each)).to(device) for each in arrays))


def organ_masks(labels: Tensor) -> Tensor:
    """Return labels uint8 [N, *shape] as masks, float32 [N, labels, *shape]."""
    # Far less memory than one_hot, which wants and makes int64.
    organs = torch.arange(N_ORGAN_LABELS, dtype=torch.uint8, device=labels.device)
    return (labels[:, None] == organs.reshape(-1, *[1] * (labels.ndim - 1))).float()


def _load(
    case: StoredCase,
    box: Box,
    windows: Sequence[tuple[float, float]],
    noisy_labels: NoisyLabels | None,
) -> _Crop:
    crop = load_case(case.path, box)
    labels, known = crop.labels, crop.known
    noisy = noisy_labels.of(crop.name) if noisy_labels else None
    if noisy:
        # What is nowhere was not found, rather than not there.
        labels, known = noisy.array[box], noisy.known
    if labels is None:
        labels, known = np.zeros(crop.image.shape, np.uint8), ()
    is_known = np.isin(np.arange(N_ORGAN_LABELS), known)
    return _Crop(windowed(crop.image, windows), labels, is_known)
