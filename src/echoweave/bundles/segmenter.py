"""A bundle's networks on the frames of a clip: labels, and how sure the folds are of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import generate_binary_structure, label
from scipy.special import softmax

from echoweave.bundles.bundle import Bundle, BundledNetwork
from echoweave.bundles.doubt import FoldOpinion, opinion
from echoweave.bundles.grid import Spacing, on_picture, to_grid
from echoweave.bundles.networks import FoldNetwork, Scores


@dataclass(frozen=True)
class Segmentation:
    """The labels of a clip.

    Attributes:
        labels: uint8 [T, Y, X], postprocessed.
        opinions: For each frame what each fold finds, before postprocessing.
    """

    labels: NDArray[np.uint8]
    opinions: list[list[FoldOpinion]]


class Segmenter:
    """Applies the folds of a bundle as nnU-Net would, and postprocesses.

    The folds' logits are averaged, and of several configurations their probabilities.

    Args:
        bundle: The bundle; its networks are loaded once.
        folds: Which of its folds to use, as places in the list of each network's files.
        threads: Threads to run them with.
    """

    def __init__(self, bundle: Bundle, folds: Sequence[int], threads: int) -> None:
        self.bundle = bundle
        self.members = [
            [FoldNetwork(one.files[fold], one.window, threads) for fold in folds]
            for one in bundle.networks
        ]

    @property
    def alone(self) -> bool:
        """Whether it leaves out folds of the bundle."""
        return len(self.members[0]) < self.bundle.folds

    def __call__(self, frames: NDArray[np.uint8], spacing: Spacing) -> Segmentation:
        """Segment a clip.

        Args:
            frames: uint8 [T, Y, X].
            spacing: (sy, sx) in the unit of the bundle.
        """
        labels = np.empty(frames.shape, np.uint8)
        opinions: list[list[FoldOpinion]] = []
        for start, case in self._cases(frames):
            parts = [
                self._scores(networks, described, case, spacing)
                for networks, described in zip(self.members, self.bundle.networks, strict=True)
            ]
            for frame, found in enumerate(zip(*parts, strict=True), start=start):
                mean = _combined([scores for scores, _ in found])
                labels[frame] = np.asarray(self.bundle.label_values, np.uint8)[mean.argmax(axis=0)]
                # Of several configurations the first one's folds speak.
                opinions.append(found[0][1])
            for region in self.bundle.keep_largest:
                _keep_largest(labels[start : start + len(case)], region)
        return Segmentation(labels, opinions)

    def _cases(self, frames: NDArray[np.uint8]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield what the networks take for one case, with the number of its first frame."""
        if self.bundle.sees == "sequences":
            yield 0, frames
            return
        for frame in range(len(frames)):
            yield frame, frames[frame : frame + 1]

    def _scores(
        self,
        networks: Sequence[FoldNetwork],
        described: BundledNetwork,
        case: NDArray[np.uint8],
        spacing: Spacing,
    ) -> Iterator[tuple[Scores, list[FoldOpinion]]]:
        """Yield for each frame the folds' mean logits [labels, Y, X], and what each fold finds."""
        grid = to_grid(case, spacing, described.spacing)
        for folds in zip(*(network.scores(grid.frames) for network in networks), strict=True):
            mean = np.asarray(np.mean(folds, axis=0, dtype=np.float32))
            found = [opinion(one, self.bundle.label_values, grid.spacing) for one in folds]
            yield on_picture(mean, grid, case.shape[1:]), found


def _combined(scores: Sequence[Scores]) -> Scores:
    """Return what of the configurations' logits decides: of several the mean probability."""
    if len(scores) == 1:
        return scores[0]
    return np.asarray(np.mean([softmax(one, axis=0) for one in scores], axis=0))


def _keep_largest(labels: NDArray[np.uint8], region: Sequence[int]) -> None:
    """Leave of ``region`` in ``labels`` [T, Y, X] the largest piece, joined over time as well."""
    mask = np.isin(labels, region)
    pieces, count = label(mask, generate_binary_structure(mask.ndim, mask.ndim))
    if count > 1:
        sizes = np.bincount(pieces.ravel())
        sizes[0] = 0
        # As in nnU-Net all of them, if they are equally large.
        labels[mask & (sizes[pieces] < sizes.max())] = 0
