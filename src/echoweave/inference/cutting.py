"""The sector of a clip, cut out of its picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echoweave.bundles.bundle import Bundle
from echoweave.bundles.grid import Spacing
from echoweave.clips.clip import Box, EchoClip
from echoweave.geometry.sector import sector_mask


@dataclass(frozen=True)
class SectorCut:
    """A clip without what lies outside of its sector.

    Attributes:
        frames: uint8 [T, Y, X], the whole picture, black outside of the sector.
        sector: bool [Y, X].
        box: Around the sector.
    """

    frames: NDArray[np.uint8]
    sector: NDArray[np.bool_]
    box: Box

    @property
    def cut(self) -> NDArray[np.uint8]:
        """The frames within the box, as a view."""
        return self.frames[(slice(None), *self.box.slices)]


def cut_sector(clip: EchoClip) -> SectorCut:
    """Find the sector in the clip's 2-D image; text and scales beside it are blackened."""
    sector = np.zeros(clip.frames.shape[1:], bool)
    sector[clip.box.slices] = sector_mask(clip.frames[(slice(None), *clip.box.slices)])
    rows, columns = np.flatnonzero(sector.any(axis=1)), np.flatnonzero(sector.any(axis=0))
    box = Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return SectorCut(np.where(sector, clip.frames, 0).astype(np.uint8), sector, box)


def spacing_for(bundle: Bundle, spacing: Spacing | None, shape: tuple[int, int]) -> Spacing:
    """Return the spacing that the networks are told, in the unit of the bundle.

    Where either side has no millimetres, the picture is taken to be as large as those of the
    training: the sector fills the same height or width, its aspect kept.

    Args:
        bundle: The bundle.
        spacing: (sy, sx) of the clip in mm; None if unknown.
        shape: (Y, X) of the sector's box.
    """
    if bundle.unit == "mm" and spacing is not None:
        return spacing
    sy, sx = spacing or (1.0, 1.0)
    height, width = shape[0] * sy, shape[1] * sx
    factor = min(bundle.picture[0] / height, bundle.picture[1] / width)
    return sy * factor, sx * factor
