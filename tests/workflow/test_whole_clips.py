"""Whole clips, the cavity alone, no spacing and published splits, from the videos to the report."""

import json
from pathlib import Path

import numpy as np
import pytest

from echoweave.io.cache import read_cycle, read_sequence
from echoweave.io.images import read_array
from echoweave.io.tables import read_tsv
from tests.workflow.project import TINY, Project

pytestmark = pytest.mark.workflow

ARMS = ["dense3d", "weak3d-ssl", "superimage"]
TARGETS = ["cache", "segmentation", "evaluation"]
FIGURES = ["pretraining", "ejection_fraction_superimage", "segmentation_curves"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, phantom_echonet: Path) -> Project:
    """Arms of every kind that sees whole sequences, in windows of four frames."""
    folder = tmp_path_factory.mktemp("echonet")
    project = Project(folder, phantom_echonet, TINY)
    figures = [f"results/figures/{name}.png" for name in FIGURES]
    done = project.run(*TARGETS, *figures, config=config_of(phantom_echonet))
    assert done.returncode == 0, done.stderr[-3000:]
    return project


def config_of(phantom: Path) -> dict[str, object]:
    return {
        "folds": "published",
        "chunks": 1,
        "data": {
            "dataset": "echonet",
            "echonet": {"root": str(phantom / "echonet")},
            "ted": {"root": None},
        },
        "registration": {"holdout": 0},
        "pseudolabels": {"estimators": ["still"], "use": "still"},
        "segmentation": {"arms": ARMS},
    }


def test_there_is_one_fold_that_validates_on_what_is_published(run: Project) -> None:
    for dataset in ("Dataset572_EchoNet3DDense", "Dataset573_EchoNet3DWeak"):
        splits = json.loads((run.results / f"nnunet/raw/{dataset}/splits_final.json").read_text())
        (fold,) = splits
        assert (len(fold["train"]), len(fold["val"])) == (4, 1)


def test_cases_of_both_data_sets_are_the_same_whole_clips(run: Project) -> None:
    raw = run.results / "nnunet/raw"
    weak, dense = raw / "Dataset573_EchoNet3DWeak", raw / "Dataset572_EchoNet3DDense"
    for image in (weak / "imagesTr").iterdir():
        np.testing.assert_array_equal(
            read_array(image), read_array(dense / "imagesTr" / image.name)
        )
        name = image.name.replace("_0000", "")
        few, many = (read_array(folder / "labelsTr" / name) for folder in (weak, dense))
        assert ((few != 2).any(axis=(1, 2))).sum() == 2
        labelled = np.flatnonzero((many != 2).any(axis=(1, 2)))
        assert (np.diff(labelled) == 1).all()
        assert len(labelled) > 2
        np.testing.assert_array_equal(many[few != 2], few[few != 2])


def test_both_have_the_same_network_so_that_one_pretraining_serves_both(run: Project) -> None:
    plans = [
        json.loads((folder / "plans.json").read_text())["configurations"]["3d_fullres"]
        for arm in ("dense3d", "weak3d-ssl")
        for folder in run.results.glob(f"nnunet/trained/*/EchoTrainer__{arm}__3d_fullres")
    ]
    assert len(plans) == 2
    assert plans[0]["architecture"] == plans[1]["architecture"]
    assert plans[0]["patch_size"] == plans[1]["patch_size"]
    assert len(list(run.results.glob("nnunet/trained/*/MaskedTrainer__*/fold_0/rebuilt.npz"))) == 1


def test_test_clips_are_segmented_whole_and_the_sequence_is_a_part(run: Project) -> None:
    cohort = read_tsv(run.results / "cohort.tsv").set_index("sequence")
    testing = cohort[cohort["split"] == "testing"]
    for name, row in testing.iterrows():
        cache = run.results / f"cache/{row['patient']}.h5"
        clip, echo = read_cycle(cache, "4CH"), read_sequence(cache, "4CH")
        assert clip is not None
        for arm in ARMS:
            whole = read_array(run.results / f"predictions/clips/{arm}/{name}.nii.gz")
            part = read_array(run.results / f"predictions/{arm}/{name}.nii.gz")
            assert whole.shape == clip.frames.shape
            np.testing.assert_array_equal(part, clip.cut(whole))
            assert part.shape == echo.frames.shape


def test_what_comes_out_is_there_in_px_and_of_the_cavity_alone(run: Project) -> None:
    for arm in ARMS:
        clips = read_tsv(run.results / f"measures/{arm}/clips.tsv")
        assert clips["cfg_ef_percent"].notna().all()
        dense = read_tsv(run.results / f"measures/{arm}/dense.tsv")
        assert set(dense["structure"]) == {"cavity"}
        assert {"labelled", "between", "outside"} == set(dense["position"])
        assert "hd95_px" in dense.columns
    for figure in FIGURES:
        assert (run.results / f"figures/{figure}.png").stat().st_size > 10_000
    between = (run.results / "tables/between_labels.md").read_text()
    assert "2D+time weak, pretrained" in between


def test_a_finished_run_has_nothing_left_to_do(run: Project) -> None:
    assert run.planned(*TARGETS, config=config_of(run.data)) == {}


def test_fewer_labelled_patients_train_the_arms_again_and_pretrain_nothing(run: Project) -> None:
    fewer = config_of(run.data)
    fewer["segmentation"] = {"arms": ARMS, "training": {"share_of_training": 0.5}}
    planned = run.planned("segmentation", config=fewer)
    assert {rule for rule in planned if rule.startswith(("write_raw", "plan", "pretrain"))} == set()
    assert sum(count for rule, count in planned.items() if rule.startswith("train_fold")) == 3


def test_another_share_of_hidden_frames_pretrains_and_trains_what_starts_from_it(
    run: Project,
) -> None:
    other = config_of(run.data)
    other["segmentation"] = {"arms": ARMS, "pretraining": {"hidden_share": 0.3}}
    planned = run.planned("segmentation", config=other)
    trained = {rule for rule in planned if rule.startswith(("pretrain", "train_fold"))}
    assert trained == {"pretrain", "train_fold_weak3d-ssl"}
