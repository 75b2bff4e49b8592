"""After a change exactly the stale stages run again: asked of Snakemake by dry runs."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import Settings
from echoweave.segmentation.arms import validation_summary
from tests.workflow.project import ROOT, Project

pytestmark = pytest.mark.workflow

ARMS = ("sparse2d", "dense2d", "dense3d")
AFTER_TABLES = {"make_tables", "summarise", "render_report"}
# What shows or measures predictions of test sequences.
AFTER_PREDICTIONS = AFTER_TABLES | {
    "measure_segmentation",
    "write_submission",
    "draw_figure3",
    "draw_figure4",
    "draw_bland_altman",
    "draw_montage",
    "write_clips_testing",
    "write_page",
}
# What follows the pseudo-labels of the estimator in use.
AFTER_PSEUDOLABELS = AFTER_PREDICTIONS | {
    *(
        f"{stage}_{arm}"
        for stage in ("write_raw", "plan", "train_fold", "select")
        for arm in ARMS[1:]
    ),
    "predict",
    "measure_pseudolabels",
    "merge_quality",
    "draw_film_strip",
    "draw_figure2",
    "draw_estimators",
    "draw_dice_by_position",
    "draw_segmentation_curves",
    "write_clips_training",
}
# A changed key of the config changes what is written down of it, and the report shows that.
CONFIG = {"write_config", "render_report"}


@contextmanager
def put_aside(path: Path) -> Iterator[None]:
    """Take a file away and bring it back as it was, with its time."""
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    try:
        yield
    finally:
        aside.rename(path)


def stages(planned: dict[str, int]) -> set[str]:
    """The rules without the number of the bucket."""
    return {re.sub(r"_\d+$", "", rule) for rule in planned}


def test_nothing_runs_twice(study: Project) -> None:
    assert study.planned("all") == {}


def test_a_deleted_fold_trains_alone(study: Project) -> None:
    summary = validation_summary(study.results / "nnunet", "dense2d", 0)
    with put_aside(summary):
        planned = study.planned("all")
    assert planned["train_fold_dense2d"] == 1
    assert planned["measure_segmentation"] == planned["write_submission"] == 1
    assert stages(planned) == AFTER_PREDICTIONS | {
        "train_fold_dense2d",
        "select_dense2d",
        "predict",
        "draw_segmentation_curves",
    }


def test_a_deleted_pseudolabel_of_a_compared_estimator_leaves_the_networks_alone(
    study: Project,
) -> None:
    label = next((study.results / "pseudolabels/still/fused").glob("*.nii.gz"))
    with put_aside(label):
        planned = study.planned("all")
    assert sum(planned.get(f"generate_pseudolabels_{bucket}", 0) for bucket in (0, 1)) == 1
    assert stages(planned) == AFTER_TABLES | {
        "generate_pseudolabels",
        "measure_pseudolabels",
        "merge_quality",
        "draw_estimators",
    }


def test_a_deleted_pseudolabel_in_use_retrains_the_dense_arms(study: Project) -> None:
    label = next((study.results / "pseudolabels/dirnet/fused").glob("*.nii.gz"))
    with put_aside(label):
        planned = study.planned("all")
    assert sum(planned.get(f"generate_pseudolabels_{bucket}", 0) for bucket in (0, 1)) == 1
    assert stages(planned) == AFTER_PSEUDOLABELS | {"generate_pseudolabels"}


def test_a_deleted_cache_file_remakes_its_bucket(study: Project) -> None:
    with put_aside(study.results / "cache/patient0010.h5"):
        planned = study.planned("cache")
    assert stages(planned) == {"build_cache_testing"}
    assert sum(planned.values()) == 1


CHANGES: list[tuple[dict[str, Any], set[str]]] = [
    ({"evaluation": {"bootstrap_samples": 101}}, AFTER_TABLES),
    ({"evaluation": {"simpson_mode": "camus"}}, AFTER_TABLES | {"draw_bland_altman", "write_page"}),
    (
        {"evaluation": {"frame_rate_hz": 40}},
        AFTER_PREDICTIONS - {"write_submission", "write_clips_testing"},
    ),
    ({"figures": {"sequences": ["patient0010_4CH"]}}, {"draw_figure4"}),
    ({"viewer": {"patients": "testing"}}, {"write_page"}),
    ({"segmentation": {"device": "cpu"}}, set()),
    (
        {"registration": {"models": {"dirnet": {"bending_weight": 0.5}}}},
        AFTER_PSEUDOLABELS
        | {"train_registration", "draw_registration_curves", "generate_pseudolabels"},
    ),
    (
        {"pseudolabels": {"fusion": "paper"}},
        AFTER_PSEUDOLABELS | {"generate_pseudolabels"},
    ),
]


@pytest.mark.parametrize(
    ("change", "expected"), CHANGES, ids=[str(change) for change, _ in CHANGES]
)
def test_a_changed_key_reruns_its_stages(
    study: Project, change: dict[str, Any], expected: set[str]
) -> None:
    assert stages(study.planned("all", config=change)) == expected | CONFIG


def test_changed_epochs_retrain_every_fold_and_nothing_before(study: Project) -> None:
    planned = study.planned("segmentation", config={"segmentation": {"training": {"epochs": 2}}})
    assert planned == {
        **{f"train_fold_{arm}": 2 for arm in ARMS},
        **{f"select_{arm}": 1 for arm in ARMS},
        **{rule: 3 for rule in planned if rule.startswith("predict_")},
    }


@contextmanager
def added_patient(study: Project, tmp_path: Path, patients: int, tests: int) -> Iterator[None]:
    """Put the folders of a larger phantom's further patients into the data of ``study``."""
    larger = Settings(
        layout="nifti",
        patients=patients,
        test_patients=tests,
        ted=3,
        size=(128, 96),
        frames=(5, 7),
        seed=7,
    )
    write_phantom(tmp_path / "larger", larger)
    data, more = study.data / "camus", tmp_path / "larger/camus"
    saved = tmp_path / "split"
    shutil.copytree(data / "database_split", saved)
    new = {path.name for path in (more / "database_nifti").iterdir()} - {
        path.name for path in (data / "database_nifti").iterdir()
    }
    assert len(new) == 1
    try:
        for name in new:
            shutil.copytree(more / "database_nifti" / name, data / "database_nifti" / name)
        shutil.copytree(more / "database_split", data / "database_split", dirs_exist_ok=True)
        yield
    finally:
        for name in new:
            shutil.rmtree(data / "database_nifti" / name)
        shutil.copytree(saved, data / "database_split", dirs_exist_ok=True)


def test_an_added_test_patient_trains_nothing(study: Project, tmp_path: Path) -> None:
    with added_patient(study, tmp_path, patients=4, tests=3):
        planned = study.planned("all")
    assert stages(planned) == AFTER_PREDICTIONS | {
        "build_cache_testing",
        "write_cohort",
        "predict",
        # It chooses its sequence from the cohort table.
        "draw_film_strip",
    }
    assert sum(count for rule, count in planned.items() if rule.startswith("build_cache")) == 1


def test_an_added_training_patient_retrains(study: Project, tmp_path: Path) -> None:
    with added_patient(study, tmp_path, patients=5, tests=2):
        planned = study.planned("all")
    assert planned["train_registration"] == 1
    assert all(planned[f"train_fold_{arm}"] == 2 for arm in ARMS)
    assert "build_cache_testing" not in stages(planned)


def test_changed_library_code_reruns_its_stage(study: Project) -> None:
    path = ROOT / "src/echoweave/submission/camus.py"
    before, times = path.read_bytes(), path.stat()
    try:
        path.write_bytes(before + b"\n# changed\n")
        planned = study.planned("all")
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert planned == {"write_submission": 3}
