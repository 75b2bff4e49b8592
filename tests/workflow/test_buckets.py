"""Behind the index of its bucket each artefact is missed when it goes, and made again."""

import shutil
from pathlib import Path

import pytest

from tests.workflow.project import Project

pytestmark = pytest.mark.workflow

# Artefact -> the job that makes it.
ARTEFACTS = {
    "cache/patient0010.h5": "build_cache_testing_0",
    "pseudolabels/still/backward/patient0001_2CH.nii.gz": "generate_pseudolabels_still_1",
    "predictions/sparse2d/patient0010_2CH.nii.gz": "predict_0",
    "viewer/data/patient0001_4CH.js": "write_clips_training_1",
}


@pytest.fixture
def copy(study: Project, tmp_path: Path) -> Project:
    return study.copied(tmp_path / "copy")


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_a_file_that_comes_back_leaves_nothing_to_do(copy: Project, artefact: str) -> None:
    file, away = copy.results / artefact, copy.folder / "away"
    file.rename(away)
    assert ARTEFACTS[artefact] in copy.planned("all")
    away.rename(file)
    assert copy.planned("all") == {}


def test_half_of_what_an_estimator_left_is_made_again(copy: Project) -> None:
    labels = copy.results / "pseudolabels/still"
    before = {path: path.read_bytes() for path in labels.glob("*/*.nii.gz")}
    for direction in ("forward", "fused"):
        shutil.rmtree(labels / direction)
    assert copy.planned("pseudolabels") == {
        "generate_pseudolabels_still_0": 1,
        "generate_pseudolabels_still_1": 1,
        "merge_quality": 1,
    }
    done = copy.run("pseudolabels")
    assert done.returncode == 0, done.stderr[-2000:]
    assert {path: path.read_bytes() for path in labels.glob("*/*.nii.gz")} == before
    assert copy.planned("pseudolabels") == {}


def test_a_correction_by_hand_stays(copy: Project) -> None:
    script = copy.results / "viewer/data/patient0010_4CH.js"
    script.write_text("corrected")
    assert copy.planned("viewer") == {}
    assert copy.run("viewer").returncode == 0
    assert script.read_text() == "corrected"
