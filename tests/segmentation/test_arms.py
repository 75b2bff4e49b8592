import subprocess
import sys
from pathlib import Path

import pytest

from echoweave.imports import imported_files
from echoweave.segmentation import arms
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.arms import (
    ARMS,
    arm_problems,
    candidates,
    data_sets,
    manual_arm,
    prepared_networks,
    trained_arms,
)

SCRIPTS = Path(__file__).parents[2] / "workflow/scripts"
TUNED = Arm(
    "tuned3d", 579, "3DTuned", "pseudo", "sequences", "2D+time tuned", "#000000", start="dense3d"
)


def test_numbers_and_names_are_nnunets() -> None:
    assert {name: arm.dataset for name, arm in ARMS.items()} == {
        "sparse2d": "Dataset570_CAMUS2DSparse",
        "dense2d": "Dataset571_CAMUS2DDense",
        "dense3d": "Dataset572_CAMUS3DDense",
        "dense3d-ssl": "Dataset572_CAMUS3DDense",
        "weak3d": "Dataset573_CAMUS3DWeak",
        "weak3d-ssl": "Dataset573_CAMUS3DWeak",
        "superimage": "Dataset573_CAMUS3DWeak",
    }


def test_no_two_arms_share_a_name_or_a_colour() -> None:
    for field in ("name", "title", "colour"):
        assert len({getattr(arm, field) for arm in ARMS.values()}) == len(ARMS)


def test_arms_of_one_data_set_learn_from_the_same_labels_in_the_same_cases() -> None:
    same: dict[int, set[tuple[str, ...]]] = {}
    for arm in ARMS.values():
        same.setdefault(arm.number, set()).add((arm.suffix, arm.labels, arm.sees))
    assert all(len(one) == 1 for one in same.values())


def test_a_data_set_is_prepared_once_for_all_arms_of_it() -> None:
    run = trained_arms(["weak3d", "superimage", "dense3d"], "CAMUS")
    assert [arm.name for arm in data_sets(run.values())] == ["dense3d", "weak3d"]
    trained = candidates(run, {"dense3d": ["2d"]})
    assert prepared_networks(run.values(), trained) == {"dense3d": ["2d"], "weak3d": ["3d_fullres"]}


def test_pretraining_needs_the_clips_of_weak3d_whoever_starts_from_it() -> None:
    run = trained_arms(["dense3d-ssl"], "EchoNet")
    assert [arm.dataset for arm in data_sets(run.values())] == [
        "Dataset572_EchoNet3DDense",
        "Dataset573_EchoNet3DWeak",
    ]
    assert prepared_networks(run.values(), candidates(run, {}))["weak3d"] == ["3d_fullres"]


def test_a_run_has_the_listed_arms_in_the_order_of_the_registry() -> None:
    chosen = trained_arms(["dense3d", "sparse2d"], "EchoNet")
    assert list(chosen) == ["sparse2d", "dense3d"]
    assert chosen["dense3d"].dataset == "Dataset572_EchoNet3DDense"


def test_a_record_says_what_results_depend_on_and_not_what_readers_see() -> None:
    arm = ARMS["dense2d"]
    assert repr(arm) == "Arm(Dataset571_CAMUS2DDense, pseudo, frames, scratch)"
    assert repr(arm._replace(title="other", colour="#000000")) == repr(arm)
    assert repr(arm._replace(start="sparse2d")) != repr(arm)


def test_frames_have_one_network_and_sequences_those_of_the_config_the_simpler_first() -> None:
    listed = trained_arms(["sparse2d", "dense2d", "dense3d", "weak3d"], "CAMUS")
    assert candidates(listed, {"dense3d": ["3d_fullres", "2d"]}) == {
        "sparse2d": ["2d"],
        "dense2d": ["2d"],
        "dense3d": ["2d", "3d_fullres"],
        "weak3d": ["3d_fullres"],
    }
    assert candidates(ARMS, {})["dense3d"] == ["3d_fullres"]
    assert list(candidates(trained_arms(["dense2d"], "CAMUS"), {"dense3d": ["2d"]})) == ["dense2d"]


def test_pseudo_labels_are_compared_with_the_arm_that_had_none() -> None:
    assert manual_arm(["dense2d", "sparse2d"]) == "sparse2d"
    assert manual_arm(["dense2d", "dense3d"]) is None


def problems(listed: list[str], **networks: list[str]) -> list[str]:
    return [str(one) for one in arm_problems({"arms": listed, "candidates": networks})]


def test_unknown_arms_are_named_with_the_known_ones() -> None:
    assert problems(["dense2d", "dense4d"], dense3d=["2d"]) == [
        "config: segmentation.arms: there is no arm 'dense4d'; choose among sparse2d, dense2d, "
        "dense3d, dense3d-ssl, weak3d, weak3d-ssl, superimage"
    ]
    for arm in ("dense2d", "weak3d", "dense3d-ssl"):
        assert problems([arm], **{arm: ["2d"]}) == [
            f"config: segmentation.candidates: there is no choice of networks for {arm!r}; "
            "choose among dense3d"
        ]


def test_an_arm_needs_the_one_that_it_starts_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arms, "ARMS", {**ARMS, "tuned3d": TUNED})
    assert problems(["dense3d", "tuned3d"]) == []
    assert problems(["tuned3d"]) == [
        "config: segmentation.arms: 'tuned3d' starts from 'dense3d', which is not listed; list "
        "it, too"
    ]
    assert problems(["dense3d", "tuned3d"], tuned3d=["2d", "3d_fullres"]) == [
        "config: segmentation.candidates.tuned3d: 'tuned3d' starts from 'dense3d', which has no "
        "2d; give both the same networks"
    ]


@pytest.mark.parametrize(
    "script",
    ["write_raw", "plan", "pretrain", "train_fold", "select", "predict", "measure_segmentation"],
)
def test_another_arm_in_the_registry_makes_no_other_arm_stale(script: str) -> None:
    """The digest of the code of a stage is over the files that it imports."""
    files = imported_files(SCRIPTS / f"{script}.py")
    assert Path(str(arms.__file__)) not in files


def test_what_rules_import_needs_neither_torch_nor_nnunet() -> None:
    code = (
        "import sys, echoweave.segmentation.arms, echoweave.segmentation.files;"
        "assert not {'torch', 'nnunetv2', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
