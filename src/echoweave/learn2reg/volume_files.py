"""Write volumes that lie in the patient where their header says."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.io.atomic import whole_file
from echoweave.submission.header import Header


def write_volume(path: Path, array: NDArray[np.generic], header: Header) -> None:
    """Write a NIfTI file, whole or not at all.

    Args:
        path: ".nii.gz".
        array: [K, J, I], as stored.
        header: Where it lies; its size is that of the array.
    """
    # SimpleITK is slow to import, and whoever only reads can go without.
    import SimpleITK as sitk  # noqa: N813

    image: Any = sitk.GetImageFromArray(array)
    image.SetSpacing(header.spacing_mm)
    image.SetOrigin(header.origin_mm)
    image.SetDirection(header.direction)
    with whole_file(path) as temporary:
        sitk.WriteImage(image, str(temporary))
