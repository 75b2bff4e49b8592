"""Read the folder of a CT series in DICOM as one volume."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pydicom
from numpy.typing import NDArray

from echoweave.clips.dicom_pixels import explained
from echoweave.clips.tags import number, numbers, text
from echoweave.io.limits import VOLUME, UnhandledError, check_shape, open_regular
from echoweave.learn2reg.axes import SHEAR
from echoweave.learn2reg.cohorts.form import series_files
from echoweave.learn2reg.greys import whole_hounsfield

# Of the step between slices: positions are rounded to 0.01 mm or so.
_UNEVEN = 0.05


class _Grid(NamedTuple):
    """What all slices of a series share: directions of rows and columns, (sj, si) in mm."""

    series: str
    directions: tuple[float, ...]
    spacing: tuple[float, float]
    shape: tuple[int, ...]


class _Slice(NamedTuple):
    """A slice, where its first pixel lies in mm, and how far that is along the slices' normal."""

    grid: _Grid
    position: NDArray[np.float64]
    place: float
    pixels: NDArray[np.int16]


def read_dicom_series(
    folder: Path,
) -> tuple[NDArray[np.int16], tuple[float, ...], NDArray[np.float64]]:
    """Read a series of parallel slices, whatever their order.

    Returns:
        Hounsfield units [k, j, i]; the spacing (sk, sj, si) in mm; directions [3, 3] as
        :func:`echoweave.io.nifti.read_nifti` gives them.

    Raises:
        ValueError: There are no files, one is damaged, or slices are missing or there twice.
        UnhandledError: They are of several series, of a tilted gantry, or no CT.
    """
    files = series_files(folder)
    if len(files) < 2:
        raise ValueError(f"holds {len(files)} .dcm files where a series is needed")
    slices = [_read_slice(file) for file in files]
    grid = slices[0].grid
    for file, one in zip(files, slices, strict=True):
        if one.grid != grid:
            what = f"{file.name} is of another series or grid than {files[0].name}"
            raise UnhandledError(what, "keep one series in the folder")
    slices.sort(key=lambda one: one.place)
    check_shape((len(slices), *grid.shape), VOLUME)
    step = _step(np.array([one.place for one in slices]))
    _check_tilt(slices)
    # Towards the right of the picture, down, and the way that the slices were sorted.
    columns = np.stack([grid.directions[:3], grid.directions[3:], _normal(grid.directions)], axis=1)
    return np.stack([one.pixels for one in slices]), (step, *grid.spacing), columns


def _read_slice(file: Path) -> _Slice:
    with open_regular(file) as content, explained(f"{file.name} is damaged"):
        dataset = pydicom.dcmread(content)
        modality = text(dataset, "Modality")
        directions = tuple(numbers(dataset, "ImageOrientationPatient"))
        spacing = numbers(dataset, "PixelSpacing")
        position = numbers(dataset, "ImagePositionPatient")
        slope, intercept = (
            number(dataset, keyword) for keyword in ("RescaleSlope", "RescaleIntercept")
        )
        if modality != "CT":
            raise UnhandledError(f"{file.name} is {modality[:16] or 'nothing named'}", "give CT")
        if (len(directions), len(spacing), len(position)) != (6, 2, 3):
            raise ValueError("it does not tell where it lies")
        if not np.isfinite([slope, intercept]).all():
            raise ValueError("it does not tell its Hounsfield units")
        pixels = whole_hounsfield(slope * dataset.pixel_array + intercept)
    grid = _Grid(
        text(dataset, "SeriesInstanceUID"), directions, (spacing[0], spacing[1]), pixels.shape
    )
    return _Slice(grid, np.array(position), float(_normal(directions) @ np.array(position)), pixels)


def _normal(directions: tuple[float, ...]) -> NDArray[np.float64]:
    return np.cross(directions[:3], directions[3:])


def _step(places: NDArray[np.float64]) -> float:
    """Return the distance between slices whose places are sorted."""
    steps = np.diff(places)
    step = float(np.median(steps))
    if step <= 0 or steps.min() < (1 - _UNEVEN) * step:
        raise ValueError("slices lie at one place, or unevenly")
    if steps.max() > (1 + _UNEVEN) * step:
        raise ValueError(f"slices are missing: {steps.max():g} mm between two, {step:g} elsewhere")
    return step


def _check_tilt(slices: Sequence[_Slice]) -> None:
    """Check that sorted slices lie one above the other, not shifted along their plane.

    Raises:
        UnhandledError: They are shifted by more than 1 % of the height.
    """
    first, last = slices[0], slices[-1]
    offsets = np.array([one.position - first.position for one in slices])
    heights = np.array([one.place - first.place for one in slices])
    shifts = offsets - np.outer(heights, _normal(first.grid.directions))
    shift = float(np.linalg.norm(shifts, axis=1).max())
    if shift > SHEAR * (last.place - first.place):
        what = f"its slices are shifted by {shift:.1f} mm along their plane, as of a tilted gantry"
        raise UnhandledError(what, "resample it onto straight axes")
