"""What is looked at before any job: each case by itself, and the grid of the target."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from echoweave.datasets.read import attempt
from echoweave.errors import Problem
from echoweave.learn2reg.cohorts.form import FoundVolume, VolumeForm
from echoweave.learn2reg.scan import Scan, ScanGrid, read_ct, read_organ_labels, scan_grid

# Headers keep single precision, and tools round.
_SPACING_TOLERANCE = 0.01


def check_case(one: FoundVolume, form: VolumeForm) -> list[Problem]:
    """Read the files of a case; return what is wrong with them."""
    problems: list[Problem] = []
    image = attempt(read_ct, one.image, problems)
    if one.labels is None:
        return problems
    labels = attempt(lambda path: read_organ_labels(path, form.values), one.labels, problems)
    if labels is None:
        return problems
    if form.always is not None and not (labels.array == form.always).any():
        what = f"holds no {form.always}, which all labels of {form.name} have"
        remedy = "give the labels of several organs"
        problems.append(Problem(str(one.labels), "labels", what, remedy))
    if image is not None:
        # A series has no order of axes of its own: its slices are sorted when they are read.
        problems += _same_grid(one.labels, labels, image, axes_too=one.image.is_file())
    return problems


def check_one_grid(images: Sequence[Path]) -> list[Problem]:
    """Return which of ``images`` lie on another grid than most of them; by their headers."""
    # Those that cannot be read have their line already.
    unreadable: list[Problem] = []
    grids = {path: attempt(scan_grid, path, unreadable) for path in images}
    told = {path: grid for path, grid in grids.items() if grid is not None}
    if not told:
        return []
    (usual, _), *_ = Counter(_said(grid) for grid in told.values()).most_common(1)
    return [
        Problem(
            str(path),
            "grid",
            f"{_said(grid)}, where other cases have {usual}",
            "take the release whose cases lie on one grid",
        )
        for path, grid in told.items()
        if _said(grid) != usual
    ]


def _said(grid: ScanGrid) -> str:
    shape = " x ".join(str(size) for size in reversed(grid.shape))
    # To what headers round.
    spacing = " x ".join(f"{side:.2f}" for side in reversed(grid.spacing))
    return f"{shape} voxels of {spacing} mm"


def _same_grid(path: Path, labels: Scan, image: Scan, *, axes_too: bool) -> list[Problem]:
    """Return in what labels differ from their image; where their origin lies makes no difference.

    Both are turned by their headers, and nothing else of the place of a case is used.
    """
    differences = []
    if axes_too and labels.axes != image.axes:
        differences.append(("axes", f"run {labels.axes}, and those of its image {image.axes}"))
    if labels.array.shape != image.array.shape:
        sizes = (" x ".join(map(str, one.array.shape[::-1])) for one in (labels, image))
        differences.append(("shape", "{} voxels, and its image has {}".format(*sizes)))
    elif not np.allclose(labels.spacing, image.spacing, rtol=_SPACING_TOLERANCE):
        sizes = (" x ".join(f"{side:g}" for side in one.spacing[::-1]) for one in (labels, image))
        differences.append(("spacing", "{} mm, and its image has {}".format(*sizes)))
    return [
        Problem(str(path), key, what, "give labels on the grid of the image")
        for key, what in differences
    ]
