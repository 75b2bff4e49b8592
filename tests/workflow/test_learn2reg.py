"""The wing of Learn2Reg: cohorts in, every row of the ablation measured, a zip out."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from echoweave.io.images import read_array
from echoweave.io.tables import read_tsv
from echoweave.learn2reg.checkpoint import load_pair_checkpoint
from echoweave.learn2reg.report import render_learn2reg_report
from echoweave.learn2reg.store import load_case
from tests.workflow.project import TINY, Project, copy_code

pytestmark = pytest.mark.workflow

PAIRS = {(1, 4), (1, 7), (4, 7)}
VARIANTS = ["unregistered", "baseline", "symmetric", "pretrained", "noisy-labels", "refined"]
TINY_WING: dict[str, Any] = {
    "choosing_cases": 2,
    "network": {
        "windows": [[400, 40]],
        "channels": [4, 8, 8],
        "down_convolutions": [1, 1],
        "up_convolutions": [1, 1],
        "head": "svf",
        "deep_supervision": False,
        "shrink": 1,
    },
    "training": {"crop": 32, "iterations": 4, "batch_size": 1, "validate_every": 2},
    "pretraining": {"iterations": 2},
    "noisy": {
        "min_confidence": 0,
        "plan": {
            "patch_size": [24, 16, 24],
            "batch_size": 2,
            "features_per_stage": [4, 8, 8],
            "strides": [[1, 1, 1], [2, 2, 2], [2, 2, 2]],
            "kernel_sizes": [[3, 3, 3], [3, 3, 3], [3, 3, 3]],
            "convs_per_stage": 1,
        },
    },
    "refinement": {"shrinks": [2], "steps": 5},
}


def config_of(volumes: Path, **changed: Any) -> dict[str, Any]:
    cohorts = {"msd-liver": str(volumes / "Task03_Liver"), "kits": str(volumes / "kits19")}
    own = {"root": str(volumes / "learn2reg"), "cohorts": cohorts}
    return {
        "chunks": 1,
        "data": {"dataset": None},
        "learn2reg": TINY_WING | own | changed,
    }


@pytest.fixture(scope="module")
def wing(
    tmp_path_factory: pytest.TempPathFactory, phantom_nifti: Path, phantom_volumes: Path
) -> Project:
    """Nine cases of the target, two of the liver and two of the kidneys."""
    folder = tmp_path_factory.mktemp("wing")
    project = Project(folder, phantom_nifti, TINY, folder / "code")
    copy_code(project.checkout)
    done = project.run("learn2reg", config=config_of(phantom_volumes))
    assert done.returncode == 0, done.stderr[-3000:]
    return project


@pytest.fixture(scope="module")
def results(wing: Project) -> Path:
    return wing.results / "learn2reg"


def test_every_row_of_the_ablation_is_measured_on_the_same_pairs(results: Path) -> None:
    for variant in VARIANTS:
        rows = read_tsv(results / f"measured/{variant}/pairs.tsv")
        assert set(rows["variant"]) == {variant}
        assert {
            (int(a[-4:]), int(b[-4:])) for a, b in rows[["fixed", "moving"]].to_numpy()
        } == PAIRS
    table = read_tsv(results / "tables/ablation.tsv")
    assert table["n"].tolist() == [3] * len(VARIANTS)
    # A phantom's numbers never stand beside published ones.
    assert "No published numbers are shown" in (results / "tables/ablation.md").read_text()


def test_refinement_alone_lifts_the_overlap(results: Path) -> None:
    dice = {
        variant: read_tsv(results / f"measured/{variant}/pairs.tsv")["dice"].mean()
        for variant in ("unregistered", "noisy-labels", "refined")
    }
    assert dice["refined"] > max(dice["unregistered"], dice["noisy-labels"])


def test_no_case_of_a_measured_pair_is_learnt_from_or_chooses(results: Path) -> None:
    measured = {"l2r_0001", "l2r_0004", "l2r_0007"}
    for network in (results / "networks").iterdir():
        checkpoint = load_pair_checkpoint(network / "model.pt")
        seen = {*checkpoint.trained_on, *checkpoint.choosing}
        assert seen
        assert not measured & seen
    others = {name.partition("_")[0] for name in _trained_on(results, "noisy-labels")}
    assert others == {"l2r", "msd-liver", "kits"}
    assert {name[:3] for name in _trained_on(results, "symmetric")} == {"l2r"}


def _trained_on(results: Path, network: str) -> list[str]:
    return load_pair_checkpoint(results / f"networks/{network}/model.pt").trained_on


def test_noisy_labels_keep_what_people_labelled(results: Path) -> None:
    confidence = read_tsv(results / "noisy_labels/confidence.tsv")
    assert set(confidence["cohort"]) == {"l2r", "msd-liver", "kits"}
    liver = load_case(next((results / "cases").glob("msd-liver_*.h5")))
    assert liver.known == (6,)
    noisy = read_array(results / f"noisy_labels/{liver.name}.nii.gz")
    assert liver.labels is not None
    assert np.array_equal(noisy == 6, liver.labels == 6)


def test_the_zip_holds_every_pair(results: Path) -> None:
    with zipfile.ZipFile(results / "submission_validation.zip") as archive:
        names = archive.namelist()
    assert sorted(names) == [
        f"disp_{fixed:04d}_0000_{moving:04d}_0000.npz" for fixed, moving in sorted(PAIRS)
    ]


def test_the_report_shows_every_table_and_picture(results: Path) -> None:
    page = (results / "report.html").read_text()
    assert page.count("data:image/png") == 3
    assert "+ instance refinement" in page
    assert "msd-liver" in page
    assert len(list((results / "warped").glob("warped_label_*.nii.gz"))) == 3


def test_a_report_without_noisy_labels_does_not_tell_of_them(results: Path, tmp_path: Path) -> None:
    assert "<h2>Noisy labels</h2>" in (results / "report.html").read_text()
    page = tmp_path / "report.html"
    render_learn2reg_report(
        results / "tables", results / "measured/refined", None, [], "refined", [], page
    )
    assert "<h2>Noisy labels</h2>" not in page.read_text()


def test_only_what_is_stale_runs_again(wing: Project, phantom_volumes: Path) -> None:
    def planned(**changed: Any) -> set[str]:
        return set(wing.planned("learn2reg", config=config_of(phantom_volumes, **changed)))

    assert planned() == set()
    leaner = TINY_WING["training"] | {"checkpointing": True}
    assert planned(training=leaner) == set()
    refined = planned(refinement=TINY_WING["refinement"] | {"steps": 6})
    shown = {"measure_pairs", "make_ablation", "draw_organs", "render_learn2reg_report"}
    handed_in = {"write_warped_volumes", "write_challenge_zip"}
    assert refined == {"predict_fields"} | shown | handed_in
    fewer = planned(variants=["baseline", "symmetric"])
    assert not any(rule.startswith(("train", "plan", "prepare")) for rule in fewer)
    surer = planned(noisy=TINY_WING["noisy"] | {"min_confidence": 0.1})
    assert {"write_noisy_labels", "train_pairs_pretraining-noisy", "predict_fields"} <= surer
    assert not {"train_fold_noisy", "train_pairs_symmetric", "train_pairs_pretrained"} & surer


def test_where_data_lie_and_jobs_run_makes_nothing_stale(
    wing: Project, phantom_volumes: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").symlink_to(phantom_volumes)
    changed = {"registration": {"threads": 2, "device": "cpu"}}
    assert wing.planned("learn2reg", config=config_of(tmp_path / "elsewhere") | changed) == {}


def test_a_case_that_is_gone_is_prepared_again(wing: Project, phantom_volumes: Path) -> None:
    case = wing.results / "learn2reg/cases/l2r_0001.h5"
    aside = case.rename(case.with_suffix(".aside"))
    planned = wing.planned("learn2reg", config=config_of(phantom_volumes))
    aside.rename(case)
    assert "prepare_cases_validation_0" in planned


def test_all_holds_the_wing_where_it_has_a_root(wing: Project, phantom_volumes: Path) -> None:
    assert wing.planned("all", config=config_of(phantom_volumes)) == {}


def test_a_bad_case_stops_before_any_job(wing: Project, phantom_volumes: Path) -> None:
    done = wing.run(
        "learn2reg", "--dry-run", config=config_of(phantom_volumes, exclude=["l2r_0099"])
    )
    assert done.returncode != 0
    assert "l2r_0099" in done.stdout + done.stderr


def test_the_target_of_a_wing_says_that_it_needs_a_root(
    wing: Project, phantom_volumes: Path
) -> None:
    without = {"learn2reg": None, "mmode": config_of(phantom_volumes)}
    for target, config in without.items():
        done = wing.run(target, "--dry-run", config=config)
        assert done.returncode != 0
        assert f"config: {target}.root: it is null" in done.stdout + done.stderr
