"""A model of registration.models that is listed goes through every stage of the others."""

from typing import Any

import pytest

from echoweave.io.tables import read_tsv
from echoweave.registration.checkpoint import load_checkpoint
from echoweave.segmentation.arms import TEACHER
from echoweave.segmentation.files import raw_folder
from echoweave.segmentation.splits import patients_of_splits
from tests.workflow.project import Project

pytestmark = pytest.mark.workflow


@pytest.mark.parametrize("model", ["dirnet-supervised", "dirnet-multistage", "svf", "dual-encoder"])
def test_a_listed_model_is_trained_carried_measured_and_tabled(study: Project, model: str) -> None:
    planned = study.planned(
        "all", config={"pseudolabels": {"estimators": ["still", "dirnet", model]}}
    )
    assert planned["train_registration"] == 1
    for bucket in (0, 1):
        assert planned[f"generate_pseudolabels_{model}_{bucket}"] == 1
    assert planned["merge_quality"] == planned["measure_pseudolabels"] == 1
    assert planned["make_tables"] == planned["draw_estimators"] == 1
    assert not any(rule.startswith("train_fold") for rule in planned), "the one in use is the same"


NEW = ("dual-encoder", "dirnet-noisy")
# A second for each training.
FEW = {"size": 64, "kernels": 2, "iterations": 2, "batch_size": 2, "validate_every": 2}


@pytest.fixture(scope="module")
def compared(study: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The finished study with two estimators more, up to their table."""
    project = study.copied(tmp_path_factory.mktemp("compared") / "copy")
    config: dict[str, Any] = {
        "registration": {"models": dict.fromkeys(NEW, FEW)},
        "pseudolabels": {"estimators": ["still", "joint", "dirnet", *NEW]},
    }
    done = project.run("results/tables/pseudolabels.tsv", config=config)
    assert done.returncode == 0, done.stderr[-2000:]
    return project


def test_a_dual_encoder_and_noisy_labels_are_compared_with_the_others(compared: Project) -> None:
    table = read_tsv(compared.results / "tables/pseudolabels.tsv")
    judged = table[table["role"] == "hold-out"].groupby("estimator", sort=False)["n"].max()
    assert judged[["still", "joint", "dirnet", *NEW]].tolist() == [2] * 5


def test_the_teacher_has_seen_whom_its_network_has_and_nobody_else(compared: Project) -> None:
    split = load_checkpoint(compared.results / "registration/dirnet-noisy/model.pt").split
    seen = {*split.training, *split.validation}
    assert len(split.holdout) == 1
    assert patients_of_splits(raw_folder(compared.results / "nnunet", TEACHER)) == seen
    labelled = (compared.results / "registration/noisy_labels").glob("*.nii.gz")
    assert {path.name.partition("_")[0] for path in labelled} == seen


def test_without_noisy_labels_there_is_no_teacher(study: Project) -> None:
    listed = {"pseudolabels": {"estimators": ["still", "joint", "dirnet", "dirnet-noisy"]}}
    planned = study.planned("results/tables/pseudolabels.tsv", config=listed)
    assert planned["train_fold_teacher"] == planned["predict_noisy_labels"] == 1
    assert not list(study.results.rglob(f"{TEACHER.dataset}*"))
