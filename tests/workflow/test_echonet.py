"""The workflow on EchoNet: what a changed row of its tables makes stale."""

import shutil
from pathlib import Path

import pytest

from echoweave.io.cache import read_cycle, read_sequence
from echoweave.io.tables import read_tsv
from echoweave.shuffle import hash_number
from tests.workflow.project import TINY, Project, copy_code

pytestmark = pytest.mark.workflow


def config_of(project: Project) -> dict[str, object]:
    return {
        "folds": "published",
        "data": {
            "dataset": "echonet",
            "echonet": {"root": str(project.data / "echonet")},
            "ted": {"root": None},
            "dense_truth": str(project.data / "truth"),
        },
        "pseudolabels": {"estimators": ["still"], "use": "still"},
    }


@pytest.fixture(scope="module")
def echonet(tmp_path_factory: pytest.TempPathFactory, phantom_echonet: Path) -> Project:
    """A run up to the cache."""
    folder = tmp_path_factory.mktemp("echonet")
    shutil.copytree(phantom_echonet, folder / "data")
    project = Project(folder, folder / "data", TINY, folder / "code")
    copy_code(project.checkout)
    done = project.run("cache", config=config_of(project))
    assert done.returncode == 0, done.stderr[-3000:]
    return project


def change(path: Path, name: str, column: int, value: str) -> None:
    """Give another value to the first row of a video."""
    lines = path.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(name))
    values = lines[at].split(",")
    values[column] = value
    lines[at] = ",".join(values)
    path.write_text("\n".join(lines) + "\n")


def test_whole_clips_and_published_folds(echonet: Project) -> None:
    cohort = read_tsv(echonet.results / "cohort.tsv").set_index("patient")
    assert len(cohort) == 6
    assert cohort["fold"].dropna().tolist() == [0]
    assert cohort["sy_mm"].isna().all()
    for patient, row in cohort.iterrows():
        path = echonet.results / f"cache/{patient}.h5"
        sequence, cycle = read_sequence(path, "4CH"), read_cycle(path, "4CH")
        assert cycle is not None
        assert 14 <= len(cycle.frames) <= 20
        assert len(sequence.frames) == row["n_frames"] == abs(cycle.es - cycle.ed) + 1
        assert cycle.dense_labels is not None


def test_nothing_is_stale(echonet: Project) -> None:
    assert echonet.planned("cache", config=config_of(echonet)) == {}


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("FileList.csv", 6, "44"), ("VolumeTracings.csv", 1, "31.75")],
    ids=["its frame rate", "an end of its long axis"],
)
def test_a_changed_row_makes_one_bucket_stale(
    echonet: Project, tmp_path: Path, table: str, column: int, value: str
) -> None:
    project = echonet.copied(tmp_path / "copy")
    cohort = read_tsv(echonet.results / "cohort.tsv")
    patient = cohort.loc[cohort["split"] == "training", "patient"].iloc[0]
    change(project.data / "echonet" / table, patient, column, value)
    planned = project.planned("cache", config=config_of(project))
    bucket = f"build_cache_training_{hash_number(patient) % 2}"
    assert planned == {bucket: 1, "write_cohort": 1}


def test_one_fold_is_planned(echonet: Project) -> None:
    planned = echonet.planned("all", config=config_of(echonet))
    assert planned["train_fold_sparse2d"] == planned["train_fold_dense3d"] == 1
