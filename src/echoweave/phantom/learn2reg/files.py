"""Write abdomens as Learn2Reg and further cohorts are released, and the true fields of pairs."""

import json
from collections.abc import Sequence
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.io.atomic import whole_file
from echoweave.learn2reg.axes import file_axes, restore_orientation
from echoweave.learn2reg.fields.files import field_file_name, write_field
from echoweave.learn2reg.splits import VALIDATION_NUMBERS
from echoweave.learn2reg.volume_files import write_volume
from echoweave.phantom.crew import draw_all
from echoweave.phantom.learn2reg.cohorts import OTHER_COHORTS, PhantomCohort
from echoweave.phantom.learn2reg.deformation import true_field
from echoweave.phantom.learn2reg.scan import FIELD_OF_VIEW_MM, Template, VoxelGrid, scan_person
from echoweave.phantom.settings import PhantomSettings
from echoweave.submission.header import Header

# Numbers of Learn2Reg's cases, those of its list of validation pairs apart.
TRAINING_NUMBERS = tuple(
    number for number in (*range(1, 11), *range(21, 41)) if number not in VALIDATION_NUMBERS
)
_TARGET, _TARGET_AXES = 0, "LAS"


def write_phantom_learn2reg(out: Path, settings: PhantomSettings) -> None:
    """Write ``out/learn2reg``, ``out/Task03_Liver``, 07, 09, 10, ``out/kits19`` and ``out/truth``.

    ``learn2reg`` has img/imgNNNN.nii.gz, label/labelNNNN.nii.gz and pairs_val.csv with every pair
    of the validation cases; ``truth`` the true field of each of these pairs, in today's form.
    """
    template = target_template(settings)
    validation = VALIDATION_NUMBERS[: settings.test_patients]
    numbers = sorted((*TRAINING_NUMBERS[: settings.patients], *validation))
    jobs = [(None, number) for number in numbers] + [
        (cohort, number) for cohort in OTHER_COHORTS for number in range(settings.others)
    ]
    list(draw_all(partial(_write_case, out, template, jobs), range(len(jobs))))
    for cohort in OTHER_COHORTS if settings.others else ():
        if cohort.described:
            _describe(out / cohort.folder, cohort, settings.others)
    pairs = list(combinations(validation, 2))
    with whole_file(out / "learn2reg/pairs_val.csv") as temporary:
        pd.DataFrame(pairs, columns=["fixed", "moving"]).to_csv(temporary, index=False)
    list(draw_all(partial(_write_truth, out / "truth", template, pairs), range(len(pairs))))


def target_template(settings: PhantomSettings) -> Template:
    """Return what all people of a phantom share; its grid is that of Learn2Reg's volumes."""
    x, y, z = settings.volume_size
    sz, sy, sx = (side / voxels for side, voxels in zip(FIELD_OF_VIEW_MM, (z, y, x), strict=True))
    return Template(VoxelGrid((z, y, x), (sz, sy, sx)), settings.seed)


def _write_case(
    out: Path,
    template: Template,
    jobs: Sequence[tuple[PhantomCohort | None, int]],
    job: int,
) -> None:
    cohort, number = jobs[job]
    if cohort is None:
        home, grid = out / "learn2reg", template.grid
        scan = scan_person(template, _TARGET, number, grid)
        _write(home / f"img/img{number:04d}.nii.gz", scan.image, grid, _TARGET_AXES)
        _write(home / f"label/label{number:04d}.nii.gz", scan.labels, grid, _TARGET_AXES)
        return
    home, grid = out / cohort.folder, cohort.grid(template, number)
    scan = scan_person(template, cohort.number, number, grid, cohort.tumour_in)
    _write(home / cohort.image.format(number), scan.image, grid, cohort.axes)
    _write(home / cohort.labels.format(number), cohort.stored_labels(scan), grid, cohort.axes)


def _write(path: Path, volume: NDArray[np.generic], grid: VoxelGrid, axes: str) -> None:
    """Write [Z, Y, X] as a file whose axes run as ``axes`` says."""
    stored = restore_orientation(volume, axes)
    ours = file_axes(axes)[::-1]
    first, last = grid.first.ravel(), (grid.first + grid.step * _ends(grid.shape)).ravel()
    corner = first.copy()
    directions = np.zeros((3, 3))
    for axis, (of_house, way) in enumerate(ours):
        # Rows are left, posterior, superior: our axes the other way round.
        directions[2 - of_house, axis] = way
        corner[of_house] = (first if way > 0 else last)[of_house]
    z, y, x = (float(place) for place in corner)
    si, sj, sk = (grid.spacing[of_house] for of_house, _ in ours)
    k, j, i = stored.shape
    write_volume(
        path, stored, Header((i, j, k), (si, sj, sk), (x, y, z), tuple(directions.ravel().tolist()))
    )


def _ends(shape: tuple[int, int, int]) -> NDArray[np.float32]:
    return np.reshape(shape, (3, 1, 1, 1)).astype(np.float32) - 1


def _describe(folder: Path, cohort: PhantomCohort, count: int) -> None:
    """Write dataset.json of the Medical Segmentation Decathlon."""
    cases = [
        {"image": f"./{cohort.image.format(number)}", "label": f"./{cohort.labels.format(number)}"}
        for number in range(count)
    ]
    description = {
        "name": cohort.folder.partition("_")[2],
        "description": "phantom",
        "tensorImageSize": "3D",
        "modality": {"0": "CT"},
        "labels": {str(value): name for value, name in enumerate(cohort.described or ())},
        "numTraining": count,
        "numTest": 0,
        "training": cases,
        "test": [],
    }
    with whole_file(folder / "dataset.json") as temporary:
        temporary.write_text(json.dumps(description, indent=1))


def _write_truth(
    folder: Path, template: Template, pairs: Sequence[tuple[int, int]], pair: int
) -> None:
    fixed, moving = pairs[pair]
    dvf = true_field(template.person(_TARGET, fixed), template.person(_TARGET, moving))
    name = field_file_name(f"l2r_{fixed:04d}", f"l2r_{moving:04d}")
    write_field(folder / name, dvf, (_TARGET_AXES, _TARGET_AXES), dtype="float16")
