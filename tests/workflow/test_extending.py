"""What docs/extending.md says is enough to add a data set is enough."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from echoweave.io.cache import read_sequence
from echoweave.io.images import read_array, write_image
from echoweave.io.tables import read_tsv
from echoweave.phantom.clip import record
from echoweave.phantom.patient import draw_patient
from tests.workflow.project import ROOT, TINY, Project, copy_code

pytestmark = pytest.mark.workflow

RAW = "nnunet/raw/Dataset572_Toy3DDense"
MEASURED = "measures/pseudolabels/still.tsv"
PATIENTS = {"training": (1, 2, 3, 4), "testing": (10,)}
SECTION = """
      toy:
        type: object
        additionalProperties: false
        properties:
          root:
            description: folder that holds training/ and testing/
            $ref: "#/$defs/path"
      ted:"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A run on the toy data set up to what nnU-Net trains on, with the cheapest estimator.

    What comes after reads this and no data: tests/evaluation/study.py, tests/figures and
    tests/viewer have a study of the cavity alone, in px, for every table, figure and page.
    """
    folder = tmp_path_factory.mktemp("toy")
    write_clips(folder / "data")
    project = Project(folder, folder / "data", TINY, folder / "code")
    copy_code(project.checkout)
    add_data_set(project.checkout)
    paths = [f"results/{path}" for path in (RAW, MEASURED)]
    done = project.run("cache", "pseudolabels", *paths, config=config_of(folder / "data"))
    assert done.returncode == 0, done.stderr[-3000:]
    return project


def write_clips(folder: Path) -> None:
    for split, numbers in PATIENTS.items():
        for number in numbers:
            patient = draw_patient(5, number, (96, 80), (5, 6))
            clip = record(patient.views[1], patient.sector, beats=0)
            (folder / split).mkdir(parents=True, exist_ok=True)
            masks = clip.labels[[0, -1]] == 1
            np.savez(folder / split / f"patient{number:04d}", frames=clip.frames, masks=masks)
            truth = folder / f"truth/patient{number:04d}_4CH.nii.gz"
            write_image(truth, (clip.labels == 1).astype(np.uint8), (1.0, 1.0))


def add_data_set(checkout: Path) -> None:
    """One module, one line of the registry, its keys in the schema."""
    datasets = checkout / "src/echoweave/datasets"
    shutil.copy(ROOT / "tests/workflow/toy.py", datasets / "toy.py")
    registry = datasets / "registry.py"
    line = "from echoweave.datasets.echonet import ECHONET\n"
    text = registry.read_text().replace("(CAMUS, ECHONET)", "(CAMUS, ECHONET, TOY)")
    registry.write_text(text.replace(line, f"{line}from echoweave.datasets.toy import TOY\n"))
    schema = checkout / "config/schema.yaml"
    schema.write_text(schema.read_text().replace("\n      ted:", SECTION, 1))


def config_of(data: Path) -> dict[str, object]:
    return {
        "chunks": 1,
        "data": {
            "dataset": "toy",
            "toy": {"root": str(data)},
            "ted": {"root": None},
            "dense_truth": str(data / "truth"),
        },
        "pseudolabels": {"estimators": ["still"], "use": "still"},
        "segmentation": {"arms": ["dense3d"]},
    }


def test_the_cohort_is_built_from_what_the_module_says(toy: Project) -> None:
    cohort = read_tsv(toy.results / "cohort.tsv")
    assert cohort["sequence"].tolist() == [f"patient{n:04d}_4CH" for n in (1, 2, 3, 4, 10)]
    assert cohort[["sy_mm", "sx_mm"]].isna().all(axis=None)
    echo = read_sequence(toy.results / "cache/patient0001.h5", "4CH")
    assert (echo.unit, echo.native_spacing, echo.label_values) == ("px", (1.0, 1.0), (0, 1))


def test_nnu_nets_are_named_after_it_and_know_the_cavity_alone(toy: Project) -> None:
    (folder,) = (toy.results / "nnunet/raw").iterdir()
    assert folder.name == "Dataset572_Toy3DDense"
    described = json.loads((folder / "dataset.json").read_text())
    assert described["labels"] == {"background": 0, "cavity": 1}
    labels = read_array(folder / "labelsTr/patient0001_4CH.nii.gz")
    assert set(np.unique(labels)) == {0, 1}


def test_measures_name_its_structures_and_lengths_in_px(toy: Project) -> None:
    measured = read_tsv(toy.results / MEASURED)
    assert set(measured["structure"]) == {"cavity"}
    quality = read_tsv(toy.results / "pseudolabels/still/quality.tsv")
    for column in (*measured.columns, *quality.columns):
        assert "mm" not in column
        assert "myocardium" not in column
    assert {"hd_px", "mean_surface_distance_px"} <= set(measured.columns)


def test_everything_else_is_planned_but_a_submission(toy: Project) -> None:
    planned = toy.planned("all", config=config_of(toy.data))
    assert planned["train_fold_dense3d"] == 2
    assert planned["make_tables"] == planned["write_page"] == planned["render_report"] == 1
    assert "write_submission" not in planned, "the CAMUS platform takes CAMUS alone"
