"""What a user may do to the files of a finished run; :mod:`tests.workflow.changes` names them."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from echoweave.io.images import read_image, write_image, write_sequence
from echoweave.io.tables import read_tsv
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from tests.conftest import TINY_VOLUMES, tiny
from tests.workflow.project import Project


def delete(path: str) -> Callable[[Project], None]:
    return lambda project: (project.results / path).unlink()


def halve(pattern: str) -> Callable[[Project], None]:
    """Cut a file short."""

    def edit(project: Project) -> None:
        (file,) = project.results.glob(pattern)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    return edit


def redraw_label(path: str) -> Callable[[Project], None]:
    """Correct a result by a pixel, as in ITK-SNAP."""

    def edit(project: Project) -> None:
        image = read_image(project.results / path)
        labels = image.array.astype(np.uint8)
        labels[tuple(np.argwhere(labels == 1)[0])] = 0
        write_sequence(project.results / path, labels, image.spacing_mm)

    return edit


def append(path: str, text: str = "\n") -> Callable[[Project], None]:
    """Change a file of the code."""

    def edit(project: Project) -> None:
        # "r+" and not "a", which would make a file that is not there.
        with (project.checkout / path).open("r+") as file:
            file.seek(0, os.SEEK_END)
            file.write(text)

    return edit


def move_data(project: Project) -> None:
    shutil.copytree(project.data / "camus", project.folder / "moved")


def name_pairs(project: Project) -> None:
    pairs = read_tsv(project.results / "ted_pairs.tsv")[["ted_id", "patient"]]
    pairs.to_csv(project.folder / "pairs.tsv", sep="\t", index=False)


def write_clips_of_echonet(project: Project) -> None:
    """Put another data set where config.yaml looks for it: in the working directory."""
    settings = {"patients": 1, "test_patients": 1, "size": (48, 48), "frames": (20, 24)}
    write_phantom(project.folder / "resources", PhantomSettings(layout="echonet", **settings))


def write_strips(project: Project) -> None:
    """Put recordings of M-mode beside the study."""
    settings = {"patients": 2, "test_patients": 1, "size": (48, 128)}
    write_phantom(project.folder / "resources", PhantomSettings(layout="mmode", **settings))


def write_volumes(project: Project) -> None:
    """Put volumes beside the study."""
    write_phantom(project.folder / "resources", TINY_VOLUMES)


def keep_model(project: Project) -> None:
    shutil.copy(project.results / "registration/dirnet/model.pt", project.folder / "given.pt")


def redraw(patient: str) -> Callable[[Project], None]:
    """Correct the ED mask of a patient by a pixel."""

    def edit(project: Project) -> None:
        path = project.data / f"camus/database_nifti/{patient}/{patient}_4CH_ED_gt.nii.gz"
        image = read_image(path)
        labels = image.array.astype(np.uint8)
        labels[tuple(np.argwhere(labels == 1)[0])] = 0
        write_image(path, labels, image.spacing_mm)

    return edit


def redraw_truth(project: Project) -> None:
    path = next((project.data / "truth").glob("patient0001_4CH.nii.gz"))
    image = read_image(path)
    write_sequence(path, np.maximum(image.array, 1).astype(np.uint8), image.spacing_mm)


def remove(patient: str) -> Callable[[Project], None]:
    """Take a patient out of the data."""

    def edit(project: Project) -> None:
        camus = project.data / "camus"
        shutil.rmtree(camus / "database_nifti" / patient)
        for path in (camus / "database_split").glob("*.txt"):
            path.write_text(path.read_text().replace(patient, ""))

    return edit


def add(patients: int, tests: int) -> Callable[[Project], None]:
    """Put the further patients of a larger phantom into the data."""

    def edit(project: Project) -> None:
        larger = replace(tiny("nifti"), patients=patients, test_patients=tests)
        more, camus = project.folder / "larger", project.data / "camus"
        write_phantom(more, larger)
        for folder in (more / "camus/database_nifti").iterdir():
            if not (camus / "database_nifti" / folder.name).exists():
                shutil.copytree(folder, camus / "database_nifti" / folder.name)
        shutil.copytree(more / "camus/database_split", camus / "database_split", dirs_exist_ok=True)

    return edit


def touch_inputs(project: Project) -> None:
    for path in (project.data / "camus").rglob("*.nii.gz"):
        path.touch()


def touch_code(project: Project) -> None:
    for folder in ("src", "rules", "workflow/scripts"):
        for path in (project.checkout / folder).rglob("*.*"):
            path.touch()


def damage_nothing(project: Project) -> None:
    """Delete what no rule declares: logs, benchmarks, TensorBoard events."""
    for name in ("logs", "benchmarks", "registration/dirnet/events"):
        shutil.rmtree(project.results / name)


def move_results(project: Project) -> None:
    project.results.rename(project.folder / "renamed")


def lose_records(project: Project) -> None:
    shutil.rmtree(project.folder / ".snakemake")
