"""After a change exactly the stale jobs run again: docs/reruns.md against the rules."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workflow.changes import CHANGES
from tests.workflow.project import ROOT, Project
from tests.workflow.reruns import DOCUMENT, MARK, STAGES, Jobs, answers, merged, stage_of, table

pytestmark = pytest.mark.workflow

TRAINING = {"Registration", "nnU-Nets"}


@pytest.fixture(scope="module")
def everything(study: Project) -> Jobs:
    return merged(study.planned("all", "--forceall"))


@pytest.fixture(scope="module")
def found(study: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Jobs]]:
    # Copies lie as deep as the original, whose paths are relative.
    return answers(study, tmp_path_factory.mktemp("copies"))


def test_the_document_says_what_the_rules_say(
    found: dict[str, list[Jobs]], everything: Jobs
) -> None:
    assert DOCUMENT.read_text().partition(MARK)[2].strip() == table(found, everything).strip()


def test_keys_that_share_a_row_rerun_the_same(found: dict[str, list[Jobs]]) -> None:
    for what, jobs in found.items():
        assert all(one == jobs[0] for one in jobs), what


def test_nothing_runs_twice(found: dict[str, list[Jobs]]) -> None:
    assert found["nothing"] == [{}]


@pytest.mark.parametrize("section", ["evaluation", "figures", "viewer"])
def test_what_is_only_shown_or_measured_trains_nothing(
    found: dict[str, list[Jobs]], section: str
) -> None:
    rows = [
        change.what for change in CHANGES if any(key.startswith(section) for key in change.keys)
    ]
    assert rows
    for what in rows:
        rules = {rule for jobs in found[what] for rule in jobs}
        # Another data set has caches and predictions of its own.
        stages = {stage_of(rule) for rule in rules if "_external" not in rule}
        assert stages <= set(STAGES) - TRAINING - {"Cache", "Pseudo-labels", "Predictions"}


def test_more_test_patients_train_nothing(found: dict[str, list[Jobs]]) -> None:
    (jobs,) = found["a test patient added"]
    assert not {stage_of(rule) for rule in jobs} & TRAINING
    assert jobs["build_cache_testing"] == 1


def test_a_rerun_makes_what_was_planned_and_leaves_nothing_to_do(
    study: Project, tmp_path: Path
) -> None:
    copy, change = study.copied(tmp_path / "copy"), {"figures": {"sequences": ["patient0010_4CH"]}}
    planned = copy.planned("all", config=change)
    before = copy.written()
    done = copy.run("all", config=change)
    assert done.returncode == 0, done.stderr[-2000:]
    assert planned.keys() == {"draw_figure4", "write_config", "write_provenance", "render_report"}
    assert {path for path, time in copy.written().items() if before.get(path) != time} == {
        "config.yaml",
        "figures/figure4.png",
        "figures/figure4.svg",
        "provenance.html",
        "provenance.json",
        "report.html",
    }
    assert copy.planned("all", config=change) == {}


def test_touch_takes_the_results_over(study: Project, tmp_path: Path) -> None:
    copy, change = study.copied(tmp_path / "copy"), {"registration": {"validation_patients": 2}}
    assert "train_registration" in copy.planned("all", config=change)
    assert copy.run("all", "--touch", config=change).returncode == 0
    assert copy.planned("all", config=change) == {}


def test_every_key_of_the_config_has_a_row() -> None:
    asked = {key for change in CHANGES for key in change.keys}
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    # One model stands for all; nnU-Net's plans have any number of keys.
    config["registration"]["models"] = {"dirnet": config["registration"]["models"]["dirnet"]}
    missing = [
        key
        for key in leaves(config)
        if not any(one == key or one.startswith(f"{key}.") for one in asked)
    ]
    assert missing == []


def leaves(section: dict[str, Any], prefix: str = "") -> list[str]:
    """The dotted names of all keys; an empty section is a key."""
    names = []
    for key, value in section.items():
        deeper = isinstance(value, dict) and value
        names += leaves(value, f"{prefix}{key}.") if deeper else [f"{prefix}{key}"]
    return names
