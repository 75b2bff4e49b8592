"""Headers of the source images, which the masks of a submission keep."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.io.axes import is_transposed
from echoweave.io.images import read_image

# Third spacing of the public CAMUS files, for sources that have none.
THIRD_SPACING_MM = 1.54


@dataclass(frozen=True)
class Header:
    """Where and how an image of one frame lies, all that a MetaImage says of it.

    Attributes:
        size: Pixels along x, y and the third axis, of which there is one.
        spacing_mm: (sx, sy, third).
        origin_mm: Of the first pixel, in the space of ITK (left, posterior, superior).
        direction: Where the three axes run in that space, row by row as ITK gives it.
    """

    size: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    direction: tuple[float, ...]

    @property
    def directions(self) -> NDArray[np.float64]:
        """``direction`` as [3, 3], a column an axis."""
        return np.reshape(np.array(self.direction), (3, 3))


def source_header(path: Path) -> Header:
    """Read the header of a source image; one of 2 dimensions gets the third of the public files.

    Raises:
        InputError: The image cannot be read.
    """
    header, (sy, sx) = read_header(path), read_image(path).spacing_mm
    # The reader looks deeper for the spacing than ITK, and turns what is stored transposed.
    across, down = (sy, sx) if is_transposed(header.directions) else (sx, sy)
    third = header.spacing_mm[2]
    third = third if math.isfinite(third) and third > 0 else THIRD_SPACING_MM
    return Header(header.size, (across, down, third), header.origin_mm, header.direction)


def read_header(path: Path) -> Header:
    """Read a header as ITK does.

    Raises:
        InputError: ITK cannot.
    """
    # Slow to import, and whoever only lists rules can go without.
    import SimpleITK as sitk  # noqa: N813

    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        what = f"its header cannot be read ({str(error).splitlines()[-1]})"
        raise InputError(Problem(str(path), "", what, "put back a sound copy")) from error
    flat = reader.GetDimension() == 2
    sx, sy, *third = reader.GetSpacing()
    size = (*reader.GetSize(), 1)[:3]
    origin = (*reader.GetOrigin(), 0.0)[:3]
    direction = np.eye(3)
    axes = 2 if flat else 3
    direction[:axes, :axes] = np.reshape(reader.GetDirection(), (axes, axes))
    return Header(
        size=(size[0], size[1], size[2]),
        spacing_mm=(sx, sy, third[0] if third else THIRD_SPACING_MM),
        origin_mm=(origin[0], origin[1], origin[2]),
        direction=tuple(direction.ravel().tolist()),
    )


def write_mask(path: Path, labels: NDArray[np.uint8], header: Header) -> None:
    """Write labels [Y, X], as stored, as a MetaImage with this header."""
    import SimpleITK as sitk  # noqa: N813

    image: Any = sitk.GetImageFromArray(labels[None])
    image.SetSpacing(header.spacing_mm)
    image.SetOrigin(header.origin_mm)
    image.SetDirection(header.direction)
    sitk.WriteImage(image, str(path))
