"""What a field does to its pair: the warped image and labels, and the deformed grid."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.figures.style import drawing
from echoweave.learn2reg.axes import restore_orientation
from echoweave.learn2reg.fields.files import case_number, find_field, read_field
from echoweave.learn2reg.fields.native_warp import warp_native
from echoweave.learn2reg.greys import LOWEST_HU, SOFT_TISSUE, windowed
from echoweave.learn2reg.store import load_case
from echoweave.learn2reg.volume import CaseVolume
from echoweave.learn2reg.volume_files import write_volume
from echoweave.logs import Progress
from echoweave.submission.header import Header, read_header

# Lines of the grid along the shortest side of a volume.
_LINES = 16
_COLOUR = "#E69F00"


def write_warped_volumes(
    fields: Path,
    cases: Path,
    files: Mapping[str, Path],
    pairs: Sequence[tuple[str, str]],
    folder: Path,
) -> None:
    """Write image, labels and grid of every pair.

    Args:
        fields: Folder of displacement files.
        cases: Folder of ``{name}.h5``.
        files: Case -> its image as released.
        pairs: Names of the cases, fixed and moving.
        folder: Where to.

    Raises:
        InputError: As :func:`write_pair_outputs`, or a field cannot be read.
    """
    progress = Progress("warping, pairs", len(pairs))
    for done, (fixed_name, moving_name) in enumerate(pairs, start=1):
        fixed, moving = (load_case(cases / f"{name}.h5") for name in (fixed_name, moving_name))
        z, y, x = fixed.image.shape
        path = find_field(fields, fixed_name, moving_name)
        dvf = read_field(path, (z, y, x), (fixed.axes, moving.axes))
        write_pair_outputs(folder, dvf, fixed, moving, files[fixed_name])
        progress.update(done)


def write_pair_outputs(
    folder: Path,
    dvf: NDArray[np.float32],
    fixed: CaseVolume,
    moving: CaseVolume,
    fixed_file: Path,
) -> None:
    """Write what a field does to its pair; volumes lie over the fixed image in any viewer.

    Args:
        folder: Gets the warped moving image ``warped_FFFF_MMMM.nii.gz``, its labels where it has
            some, ``warped_label_FFFF_MMMM.nii.gz``, and a picture of the fixed grid where it lies
            in the moving image, ``grid_FFFF_MMMM.png``.
        dvf: float32 [3, Z, Y, X] in voxels, fixed -> moving.
        fixed: The fixed case on the common grid.
        moving: The moving one.
        fixed_file: The fixed case's image as released, whose header the volumes get.

    Raises:
        InputError: The fixed image cannot be read or does not lie on the common grid.
    """
    pair = f"{case_number(fixed.name)}_{case_number(moving.name)}"
    header = _header(fixed_file, fixed)
    grey = warp_native(moving.image.astype(np.float32), dvf, order=1, outside=LOWEST_HU)
    warped = restore_orientation(np.rint(grey).astype(np.int16), fixed.axes)
    write_volume(folder / f"warped_{pair}.nii.gz", warped, header)
    if moving.labels is not None:
        labels = restore_orientation(warp_native(moving.labels, dvf), fixed.axes)
        write_volume(folder / f"warped_label_{pair}.nii.gz", labels, header)
    _draw_grid(folder / f"grid_{pair}.png", dvf, moving)


def _draw_grid(path: Path, dvf: NDArray[np.float32], moving: CaseVolume) -> None:
    """Draw where the grid of the fixed image lies in the moving one, in its three middle planes.

    Args:
        path: ".png".
        dvf: float32 [3, Z, Y, X] in voxels, fixed -> moving.
        moving: The moving case; what lies out of a plane is not seen.
    """
    grey = windowed(moving.image, (SOFT_TISSUE,))[0]
    with drawing(3.2, [path]) as figure:
        for place, (normal, name) in enumerate(enumerate(("Axial", "Coronal", "Sagittal"))):
            axes = figure.add_subplot(1, 3, place + 1)
            _draw_plane(axes, grey, dvf, normal, moving.spacing)
            axes.set_title(name)


def _draw_plane(
    axes: Axes,
    grey: NDArray[np.float32],
    dvf: NDArray[np.float32],
    normal: int,
    spacing: Sequence[float],
) -> None:
    """Draw the middle plane across an axis; superior is up, or anterior in the axial one."""
    down, across = (axis for axis in range(3) if axis != normal)
    middle = grey.shape[normal] // 2
    image = grey.take(middle, normal)
    axes.imshow(image, cmap="gray", vmin=0, vmax=1, aspect=spacing[down] / spacing[across])
    if normal:
        axes.invert_yaxis()
    rows, columns = (
        part + dvf[axis].take(middle, normal)
        for part, axis in zip(np.indices(image.shape), (down, across), strict=True)
    )
    step = max(min(grey.shape) // _LINES, 1)
    axes.plot(columns[::step].T, rows[::step].T, color=_COLOUR, linewidth=0.5)
    axes.plot(columns[:, ::step], rows[:, ::step], color=_COLOUR, linewidth=0.5)
    axes.set_axis_off()


def _header(fixed_file: Path, fixed: CaseVolume) -> Header:
    """Return the header of the fixed image.

    Raises:
        InputError: It has another size than the case.
    """
    header = read_header(fixed_file)
    size = restore_orientation(fixed.image, fixed.axes).shape[::-1]
    if header.size != size:
        what = f"is {header.size}, and its case on the common grid {size}"
        remedy = "give the target's image that the case was made from"
        raise InputError(Problem(str(fixed_file), "size", what, remedy))
    return header
