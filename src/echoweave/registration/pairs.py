"""Training data: sequences in memory, and the pairs of frames that are drawn from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.geometry.resize import resize_labels
from echoweave.geometry.sector import inner_sector
from echoweave.io.cache import read_sequence, read_views
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
    """

    name: str
    frames: NDArray[np.uint8]
    sector: NDArray[np.uint8]
    ed: int
    es: int
    labels: NDArray[np.uint8] | None


class FramePairs(NamedTuple):
    """A batch of pairs of frames.

    Attributes:
        fixed: uint8 [N, S, S].
        moving: uint8 [N, S, S], from the same sequences.
        sector: uint8 [N, S, S].
    """

    fixed: NDArray[np.uint8]
    moving: NDArray[np.uint8]
    sector: NDArray[np.uint8]

    def both_ways(self) -> "FramePairs":
        """Return these pairs, then the same with fixed and moving frames swapped."""
        return FramePairs(
            np.concatenate((self.fixed, self.moving)),
            np.concatenate((self.moving, self.fixed)),
            np.concatenate((self.sector, self.sector)),
        )


def load_sequences(caches: Iterable[Path], settings: ModelSettings) -> list[PreparedSequence]:
    """Read and prepare every view of every cache file."""
    return [_load(path, view, settings) for path in caches for view in read_views(path)]


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
        chosen.append((clip.frames[fixed], clip.frames[moving], clip.sector))
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


def _load(path: Path, view: str, settings: ModelSettings) -> PreparedSequence:
    sequence = read_sequence(path, view)
    frames, sector = prepare(sequence.frames, settings)
    labels = sequence.labels
    if labels is not None:
        labels = resize_labels(labels, sector.shape)
    inner = inner_sector(sector > 0, settings.rim_share).astype(np.uint8)
    return PreparedSequence(sequence.name, frames, inner, sequence.ed, sequence.es, labels)
