"""Another arm is one line of the registry, as docs/extending.md says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.project import Project
from tests.workflow.reruns import stage_of

pytestmark = pytest.mark.workflow

LINE = (
    'Arm("toy3d", 579, "3DToy", "manual", "sequences", "2D+time toy", "#123456", start="dense3d")'
)
LISTED = {"segmentation": {"arms": ["sparse2d", "dense2d", "dense3d", "toy3d"]}}


@pytest.fixture(scope="module")
def toy(study: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished run of the other arms, whose code then gets the line."""
    copy = study.copied(tmp_path_factory.mktemp("toy") / "copy")
    registry = copy.checkout / "src/echoweave/segmentation/arms.py"
    before = registry.read_text()
    registry.write_text(before.replace(")\nARMS:", f"    {LINE},\n)\nARMS:"))
    assert registry.read_text() != before
    return copy


def test_a_listed_arm_is_trained_and_no_other_one_again(toy: Project) -> None:
    planned = toy.planned("all", config=LISTED)
    stages: dict[str, dict[str, int]] = {}
    for rule, jobs in planned.items():
        stages.setdefault(stage_of(rule), {})[rule] = jobs
    assert not {"Cache", "Registration", "Pseudo-labels"} & set(stages)
    assert stages["nnU-Nets"] == {
        "write_raw_toy3d": 1,
        "plan_toy3d": 1,
        "train_fold_toy3d": 2,
        "select_toy3d": 1,
    }
    assert stages["Predictions"] == {"predict_0": 1, "predict_1": 1, "predict_cycles": 1}
    assert planned["measure_segmentation"] == planned["measure_cycles"] == 1
    assert planned["write_submission"] == planned["make_tables"] == planned["write_page"] == 1
    # The discs of the last arm are shown.
    assert planned["draw_simpson"] == 1
    assert {"draw_figure3", "draw_figure4", "draw_segmentation_curves"} < set(planned)


def test_an_arm_that_is_not_listed_trains_nothing(toy: Project) -> None:
    stages = {stage_of(rule) for rule in toy.planned("all")}
    assert not {"Cache", "Registration", "Pseudo-labels", "nnU-Nets", "Predictions"} & stages


def test_readers_see_its_name_and_colour_everywhere(toy: Project, tmp_path: Path) -> None:
    code = """
import json
from echoweave.evaluation.names import display_name
from echoweave.segmentation.arms import manual_arm
from echoweave.figures.style import colour, display_title
from echoweave.figures.tables import in_order
print(json.dumps([
    display_name("toy3d"), display_title("toy3d"), colour("toy3d"),
    in_order(["toy3d", "unknown", "dense3d"]), manual_arm(["dense2d", "toy3d"]),
]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(toy.checkout / "src")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [
        *("2D+time toy", "2D+time toy", "#123456"),
        ["dense3d", "toy3d", "unknown"],
        "toy3d",
    ]
