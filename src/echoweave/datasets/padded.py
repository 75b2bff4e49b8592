"""Pictures of another data set with black beside them, so that they have the shape of ours.

The cache makes every picture a square, whatever its shape, and networks learn from what comes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from echoweave.datasets.source import Facts, Report, SequenceFiles, Source
from echoweave.labels import BACKGROUND


@dataclass(frozen=True)
class PaddedFiles(SequenceFiles):
    """The files of a sequence, whose frames and masks come out with black around them.

    Nothing is stretched. A heart hangs from the probe at the top of the picture, so black comes
    below, and to both sides alike.

    Attributes:
        sequence: The clip.
        dense_truth: None: references are the masks that were drawn at ED and ES.
        files: Those that are padded.
        shape: (Y, X) of the padded pictures.
        label_values: What the masks show; other labels become background.
    """

    sequence: Path
    dense_truth: Path | None
    files: SequenceFiles
    shape: tuple[int, int]
    label_values: tuple[int, ...]

    @property
    def all(self) -> list[Path]:
        """Every file."""
        return self.files.all

    @property
    def told(self) -> str:
        """Digest of what tables of the whole data set say of this sequence."""
        return self.files.told

    @property
    def labelled(self) -> bool:
        """Whether there are reference masks at ED and ES."""
        return self.files.labelled

    def inspect(self) -> Report:
        """Check the files as they are."""
        return self.files.inspect()

    def read_frames(self) -> NDArray[np.uint8]:
        """Return the stored frames [T, *shape]."""
        return self._pad(self.files.read_frames())

    def read_masks(self) -> NDArray[np.uint8] | None:
        """Return the reference masks [2, *shape] at ED and ES; None where there are none."""
        masks = self.files.read_masks()
        if masks is None:
            return None
        return self._pad(np.where(np.isin(masks, self.label_values), masks, BACKGROUND))

    def _pad(self, pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
        missing_y, missing_x = np.subtract(self.shape, pictures.shape[1:])
        left = missing_x // 2
        return np.pad(pictures, ((0, 0), (0, missing_y), (left, missing_x - left)))


def picture_aspect(sources: Sequence[Source]) -> float:
    """Return height over width of what the pictures show: the median over ``sources``."""
    return median(_aspect(source.facts) for source in sources)


def padded(source: Source, aspect: float, label_values: tuple[int, ...]) -> Source:
    """Return ``source`` with pictures of height over width ``aspect``, in mm where they are known.

    Args:
        source: A sequence of another data set.
        aspect: That of :func:`picture_aspect`.
        label_values: What its masks shall show, background included.
    """
    height, width = source.facts.native_shape
    ratio = aspect / _aspect(source.facts)
    shape = max(height, round(height * ratio)), max(width, round(width / ratio))
    files = PaddedFiles(source.files.sequence, None, source.files, shape, label_values)
    return replace(source, files=files, facts=replace(source.facts, native_shape=shape))


def _aspect(facts: Facts) -> float:
    sy, sx = facts.native_spacing_mm or (1.0, 1.0)
    return facts.native_shape[0] * sy / (facts.native_shape[1] * sx)
