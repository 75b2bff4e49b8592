"""Which nnU-Nets a run trains, and what it has written about them."""

import json
from pathlib import Path

import pytest

from echoweave.io.tables import read_tsv
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.files import preprocessed_folder
from tests.workflow.project import ROOT, Project

pytestmark = pytest.mark.workflow


# Those of config.yaml.
USUAL = ("sparse2d", "dense2d", "dense3d")


@pytest.mark.parametrize("arm", USUAL)
def test_time_is_axis_0_of_every_plan(study: Project, arm: str) -> None:
    """At a side of 64 pixels, which are coarser than 1.5 mm."""
    folder = preprocessed_folder(study.results / "nnunet", ARMS[arm])
    plans = json.loads((folder / "nnUNetPlans.json").read_text())
    assert plans["transpose_forward"] == [0, 1, 2]
    steps, *pixel = plans["original_median_spacing_after_transp"]
    assert max(pixel) > 1.5
    assert steps > max(pixel)


def test_the_choice_is_a_table(study: Project) -> None:
    table = read_tsv(study.results / "tables/configurations.tsv")
    assert table["arm"].tolist() == list(USUAL)
    assert table["candidate"].tolist() == ["2d", "2d", "3d_fullres"]
    assert table["chosen"].tolist() == ["yes"] * 3
    # Four patients with two views each; two frames of each are labelled by hand.
    assert table["n"].tolist()[::2] == [16, 8]
    assert "configurations" in (study.results / "report.html").read_text()


def test_pseudo_labels_are_told_apart_by_what_the_registration_network_has_seen(
    study: Project,
) -> None:
    roles = read_tsv(study.results / "registration/roles.tsv")
    # One patient is held out, one validates; both views of each have a truth.
    assert sorted(roles["role"]) == ["hold-out", "training", "training", "validation"]
    table = read_tsv(study.results / "tables/pseudolabels.tsv")
    assert dict(zip(table["role"], table["n"], strict=True)) == {
        "hold-out": 2,
        "validation": 2,
        "training": 4,
    }


def test_the_papers_run_trains_two_networks_on_572(phantom_nifti: Path, tmp_path: Path) -> None:
    paper = Project(tmp_path, phantom_nifti, ROOT / "config/paper.yaml")
    few = {"folds": 2, "registration": {"validation_patients": 1}}
    planned = paper.planned("all", config=few)
    assert planned["train_fold_sparse2d"] == planned["train_fold_dense2d"] == 2
    assert planned["train_fold_dense3d"] == 4
    assert planned["select_dense3d"] == planned["plan_dense3d"] == 1


def test_the_quick_run_has_every_arm_and_nine_trainings(
    phantom_nifti: Path, tmp_path: Path
) -> None:
    quick = Project(tmp_path, phantom_nifti, ROOT / "config/quick.yaml")
    planned = quick.planned("all", config={"registration": {"validation_patients": 1}})
    assert {arm: planned[f"train_fold_{arm}"] for arm in USUAL} == dict.fromkeys(USUAL, 3)


def test_one_candidate_more_trains_it_alone(study: Project) -> None:
    more = {"segmentation": {"candidates": {"dense3d": ["2d", "3d_fullres"]}}}
    planned = study.planned("all", config=more)
    # The two of before come again, for their probabilities: the trainings themselves stay.
    assert planned["train_fold_dense3d"] == 4
    assert not {"train_fold_sparse2d", "train_fold_dense2d", "train_registration"} & set(planned)
