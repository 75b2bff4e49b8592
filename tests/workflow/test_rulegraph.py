"""docs/rules.svg shows the rules as they are."""

from pathlib import Path

import pytest

from tests.workflow.project import ROOT, TINY, Project
from tests.workflow.rulegraph import FIGURES, arrows, drawn

pytestmark = pytest.mark.workflow


def test_the_picture_is_up_to_date(phantom_nifti: Path, tmp_path: Path) -> None:
    assert drawn() == arrows(Project(tmp_path, phantom_nifti, TINY))


# Of a given network, of arms that start from a pretraining, of another data set, of bundles.
UNUSUAL = {
    *("adopt_registration", "pretrain", "measure_external", "make_external_table"),
    *("export_bundle", "calibrate", "write_bundle"),
    # Of noisy labels, which a registration model must ask for.
    *("write_raw_teacher", "predict_noisy_labels"),
}
# Of the wings, and of no other stage.
WING = {
    *("read_strips", "sample_strips", "measure_strips", "measure_windows"),
    *("train_window_network", "write_quality_windows"),
    *("write_mmode_windows", "write_mmode_raw", "write_mmode_bundle"),
    *("make_mmode_tables", "render_mmode_report"),
    # Of volumes.
    *("prepare_cases", "write_volume_raw", "write_noisy_labels", "train_pairs", "predict_fields"),
    *("measure_pairs", "make_ablation", "write_warped_volumes", "write_challenge_zip"),
    "render_learn2reg_report",
}


def test_every_script_that_the_usual_run_needs_is_in_the_picture() -> None:
    scripts = {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")}
    figures = {name for name in scripts if name.startswith("draw_")}
    boxes = {name for arrow in drawn() for name in arrow}
    assert boxes == scripts - figures - UNUSUAL - WING | {FIGURES}
