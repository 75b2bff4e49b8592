"""Training data: sequences in memory, and the pairs of frames that are drawn from them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.geometry.resize import resize_labels
from echoweave.geometry.sector import inner_sector
from echoweave.io.cache import EchoSequence, read_sequence, read_views
from echoweave.io.images import read_array
from echoweave.labels import BACKGROUND
from echoweave.registration.frames import prepare
from echoweave.registration.settings import ModelSettings


@dataclass(frozen=True)
class PreparedSequence:
    """One sequence, ready for a network.

    Attributes:
        name: ``"patient0001_4CH"``.
        frames: uint8 [T, S, S].
        sector: uint8 [S, S], 1 where the similarity counts: the sector without its rim.
        ed: Frame of end diastole.
        es: Frame of end systole.
        labels: uint8 [2, S, S], the reference masks at ED and ES, if there are any.
        noisy_labels: uint8 [T, S, S], a teacher's labels of every frame, if there is a teacher;
            those of a frame that is not to be trusted are background.
    """

    name: str
    frames: NDArray[np.uint8]
    sector: NDArray[np.uint8]
    ed: int
    es: int
    labels: NDArray[np.uint8] | None
    noisy_labels: NDArray[np.uint8] | None = None


class FramePairs(NamedTuple):
    """A batch of pairs of frames.

    Attributes:
        fixed: uint8 [N, S, S].
        moving: uint8 [N, S, S], from the same sequences.
        sector: uint8 [N, S, S].
        noisy_labels: uint8 [N, 2, S, S], a teacher's labels of the fixed and the moving frames, if
            there is a teacher.
    """

    fixed: NDArray[np.uint8]
    moving: NDArray[np.uint8]
    sector: NDArray[np.uint8]
    noisy_labels: NDArray[np.uint8] | None = None

    def both_ways(self) -> "FramePairs":
        """Return these pairs, then the same with fixed and moving frames swapped."""
        labels = self.noisy_labels
        return FramePairs(
            np.concatenate((self.fixed, self.moving)),
            np.concatenate((self.moving, self.fixed)),
            np.concatenate((self.sector, self.sector)),
            None if labels is None else np.concatenate((labels, labels[:, ::-1])),
        )

    def batches(self, size: int) -> Iterator["FramePairs"]:
        """Yield these pairs ``size`` at a time; the last batch may be smaller."""
        for start in range(0, len(self.fixed), size):
            part, labels = slice(start, start + size), self.noisy_labels
            yield FramePairs(
                self.fixed[part],
                self.moving[part],
                self.sector[part],
                None if labels is None else labels[part],
            )


def load_sequences(
    caches: Iterable[Path], settings: ModelSettings, noisy_labels: Path | None = None
) -> list[PreparedSequence]:
    """Read and prepare every view of every cache file.

    Args:
        caches: The files.
        settings: Of the model.
        noisy_labels: Folder with a teacher's {sequence}.nii.gz [T, Y, X] of each; None: no teacher.
    """
    return [
        _load(path, view, settings, noisy_labels) for path in caches for view in read_views(path)
    ]


def draw_pairs(
    clips: list[PreparedSequence], count: int, max_frame_gap: int | None, seed: tuple[int, ...]
) -> FramePairs:
    """Draw pairs: a sequence, all equally likely, then one of its ordered pairs, likewise.

    Args:
        clips: The sequences.
        count: Number of pairs.
        max_frame_gap: Largest distance of the two frames; None: any.
        seed: The same seed draws the same pairs.
    """
    generator = np.random.default_rng(seed)
    chosen = []
    for _ in range(count):
        clip = clips[generator.integers(len(clips))]
        pairs = ordered_pairs(len(clip.frames), max_frame_gap)
        fixed, moving = pairs[generator.integers(len(pairs))]
        images = [clip.frames[fixed], clip.frames[moving], clip.sector]
        if clip.noisy_labels is not None:
            images.append(clip.noisy_labels[[fixed, moving]])
        chosen.append(images)
    return FramePairs(*(np.stack(images) for images in zip(*chosen, strict=True)))


@cache
def ordered_pairs(n_frames: int, max_frame_gap: int | None) -> list[tuple[int, int]]:
    """Return all (fixed, moving) of two different frames at most ``max_frame_gap`` apart."""
    gap = max_frame_gap or n_frames
    return [
        (fixed, moving)
        for fixed in range(n_frames)
        for moving in range(n_frames)
        if 0 < abs(fixed - moving) <= gap
    ]


def trusted_labels(echo: EchoSequence, predicted: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a teacher's labels of a sequence with the reference masks in their frames.

    A frame in which a structure of the data set is missing is not to be trusted: it becomes
    background.

    Args:
        echo: The sequence.
        predicted: uint8 [T, Y, X], the teacher's labels of its frames.
    """
    labels = predicted.copy()
    if echo.labels is not None:
        labels[[echo.ed, echo.es]] = echo.labels
    for value in echo.label_values:
        missing = ~(labels == value).any(axis=(1, 2))
        if value != BACKGROUND:
            labels[missing] = BACKGROUND
    return labels


def _load(
    path: Path, view: str, settings: ModelSettings, noisy_labels: Path | None
) -> PreparedSequence:
    sequence = read_sequence(path, view)
    frames, sector = prepare(sequence.frames, settings)
    labels = sequence.labels
    if labels is not None:
        labels = resize_labels(labels, sector.shape)
    inner = inner_sector(sector > 0, settings.rim_share).astype(np.uint8)
    noisy = None
    if noisy_labels is not None:
        predicted = read_array(noisy_labels / f"{sequence.name}.nii.gz")
        noisy = resize_labels(trusted_labels(sequence, predicted), sector.shape)
    return PreparedSequence(sequence.name, frames, inner, sequence.ed, sequence.es, labels, noisy)
