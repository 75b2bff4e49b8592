"""The demo, end to end: what `make demo` runs, without one estimator and one arm."""

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from echoweave.cli import main
from echoweave.figures.warped_average import compare
from echoweave.io.cache import read_sequence
from echoweave.io.images import read_array
from echoweave.io.tables import read_tsv
from echoweave.outputs.summary import load_summary
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from tests.workflow.project import ROOT, Project

pytestmark = pytest.mark.workflow

# One arm of single frames and one of sequences.
ARMS = ["sparse2d", "dense3d"]
# Enough for what is asked here; buckets of patients are the shared study's.
SHORT = {
    "chunks": 1,
    "pseudolabels": {"estimators": ["still", "farneback", "joint"]},
    "segmentation": {"arms": ARMS},
}
STRUCTURES = ("cavity", "myocardium", "epi", "atrium")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("demo")
    write_phantom(folder / "data", PhantomSettings(frames=(8, 12)))
    project = Project(folder, folder / "data", ROOT / "config/phantom.yaml")
    done = project.run("all", "bundle", config=SHORT)
    assert done.returncode == 0, done.stderr[-2000:]
    return project


@pytest.fixture(scope="module")
def segmented(demo: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo ends with: a DICOM and an AVI of patients whom nobody has seen."""
    folder = tmp_path_factory.mktemp("clips")
    write_phantom(
        folder / "phantom", PhantomSettings(layout="clips", patients=3, frame_rate=(25, 30), seed=7)
    )
    clips = [folder / f"phantom/clips/patient0003_{one}" for one in ("2CH.dcm", "4CH.avi")]
    options = ["--model", str(demo.results / "bundles/dense3d"), "--out", str(folder / "out")]
    assert main(["segment", *map(str, clips), *options]) == 0
    return folder / "out"


def holdout_dice(demo: Project) -> "pd.Series[float]":
    table = read_tsv(demo.results / "tables/pseudolabels.tsv")
    table = table[table["role"] == "hold-out"]
    return table.set_index(["estimator", "direction", "structure"])["dice_mean"]


def test_pseudo_labels_are_judged_on_everybody_since_no_network_has_seen_anybody(
    demo: Project,
) -> None:
    table = read_tsv(demo.results / "tables/pseudolabels.tsv")
    assert set(zip(table["role"], table["n"], strict=True)) == {("hold-out", 24)}
    assert not list(demo.results.glob("registration/*/model.pt"))


def test_fused_labels_beat_a_copy_of_the_ed_mask_by_a_wide_margin(demo: Project) -> None:
    dice = holdout_dice(demo)
    for structure in STRUCTURES:
        missing_of_copy = 1 - dice["still", "forward", structure]
        missing_of_fused = 1 - dice["joint", "fused", structure]
        assert missing_of_fused < missing_of_copy / 3


def test_fused_labels_beat_either_direction(demo: Project) -> None:
    dice = holdout_dice(demo)
    for estimator in ("farneback", "joint"):
        for structure in STRUCTURES:
            fused = dice[estimator, "fused", structure]
            assert fused > dice[estimator, "forward", structure]
            assert fused > dice[estimator, "backward", structure]


def test_full_cycle_clips_have_an_ef_for_each_beat(demo: Project) -> None:
    table = read_tsv(demo.results / "tables/beats.tsv")
    everyone = table[table["clip"] == "all"].set_index("arm")
    clips = table[table["clip"] != "all"]
    assert len(clips) == 2 * 6
    # Two of the six have two beats, and so a spread.
    assert clips["ref_beats"].tolist() == 2 * [2] + 4 * [1] + 2 * [2] + 4 * [1]
    assert (clips["ref_ef_sd_percent"].notna() == (clips["ref_beats"] == 2)).all()
    assert everyone["n"].tolist() == [6, 6]
    assert everyone["beats"].between(7, 10).all()
    # One clip is poor, and these networks are small.
    assert (everyone["mae_percent"] < 15).all()


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_segments_whole_test_sequences(demo: Project, arm: str) -> None:
    cohort = read_tsv(demo.results / "cohort.tsv")
    testing = cohort[cohort["split"] == "testing"]
    assert len(testing) == 8
    for name, n_frames in zip(testing["sequence"], testing["n_frames"], strict=True):
        labels = read_array(demo.results / f"predictions/{arm}/{name}.nii.gz")
        assert labels.shape == (n_frames, 128, 128)
    frames = read_tsv(demo.results / f"measures/{arm}/frames.tsv")
    cavity = frames[frames["structure"] == "cavity"]
    assert cavity["dice"].mean() > 0.9


def test_submission_holds_ed_and_es_of_both_views(demo: Project) -> None:
    with zipfile.ZipFile(demo.results / "submission/dense3d.zip") as archive:
        names = archive.namelist()
    assert len(names) == 4 * 2 * 2 * 2
    assert "patient0010_2CH_ED.mhd" in names


@pytest.mark.parametrize(
    "name",
    [
        "report.html",
        "summary.txt",
        "config.yaml",
        "viewer/index.html",
        "viewer/data/patient0010_4CH.js",
        "tables/table1.tex",
        "tables/table2.md",
        *(f"figures/figure{number}.{suffix}" for number in (2, 3, 4) for suffix in ("svg", "png")),
        *(f"figures/{name}.png" for name in ("closure", "warped_average", "jacobian")),
    ],
)
def test_the_demo_leaves(demo: Project, name: str) -> None:
    assert (demo.results / name).stat().st_size > 500


def test_the_report_shows_figures_and_tables_under_their_categories(demo: Project) -> None:
    html = (demo.results / "report.html").read_text()
    categories = ("Pseudo-labels", "Registration", "Segmentation", "Tables", "Volumes")
    for category in (*categories, "Temporal consistency"):
        assert category in html
    assert "in the form of the paper" in html


def test_a_sequence_of_each_quality_is_animated_small_enough_to_send(demo: Project) -> None:
    animations = list((demo.results / "figures").glob("propagation_*"))
    assert sorted(path.suffix for path in animations) == [".gif"] * 3 + [".png"] * 3
    assert max(path.stat().st_size for path in animations) < 1e6
    shown = {path.stem.removeprefix("propagation_") for path in animations}
    cohort = read_tsv(demo.results / "cohort.tsv").set_index("sequence")
    assert sorted(cohort.loc[list(shown), "quality"]) == ["Good", "Medium", "Poor"]


def test_a_good_sequence_comes_closer_to_ed_by_warping(demo: Project) -> None:
    found = {}
    for path in (demo.results / "pseudolabels/joint/aligned").glob("*.nii.gz"):
        patient, _, view = path.name.removesuffix(".nii.gz").rpartition("_")
        sequence = read_sequence(demo.results / f"cache/{patient}.h5", view)
        found[sequence.quality] = compare(sequence, read_array(path))
    # In the others, speckle that is new and haze that stands still outweigh the motion.
    assert found.keys() == {"Good", "Medium", "Poor"}
    assert found["Good"].after < 0.85 * found["Good"].before


def test_every_job_left_a_log_and_a_benchmark(demo: Project) -> None:
    def names(kind: str, suffix: str) -> set[Path]:
        root = demo.results / kind
        return {path.relative_to(root).with_suffix("") for path in root.rglob(f"*{suffix}")}

    logs, benchmarks = names("logs", ".log"), names("benchmarks", ".tsv")
    assert len(logs) > 40
    assert logs == benchmarks


@pytest.mark.parametrize("arm", ARMS)
def test_a_bundle_labels_every_test_clip_as_nnunet_does(demo: Project, arm: str) -> None:
    bundle = json.loads((demo.results / f"bundles/{arm}/bundle.json").read_text())
    assert 0.999 <= bundle["agreement"] <= 1
    assert bundle["folds"] == [0, 1]
    assert len(bundle["training_patients"]) == 12
    # Two views of twelve patients, each by the fold that has not seen them.
    assert 20 <= len(bundle["calibration"]["ef_percent"]["scores"]) <= 24
    assert len(bundle["calibration"]["dice_atrium"]["scores"]) == 24


def test_new_clips_get_an_ejection_fraction_with_its_interval(segmented: Path) -> None:
    summaries = [load_summary(path) for path in sorted(segmented.glob("*/summary.json"))]
    assert [one["name"] for one in summaries] == ["patient0003_2CH", "patient0003_4CH"]
    for one in summaries:
        ef = one["numbers"]["ef_percent"]
        assert ef["reason"] or ef["low"] < ef["value"] < ef["high"]
    dicom, avi = summaries
    assert dicom["units"]["volume"] == "ml"
    assert dicom["sources"]["view"] == "ViewCodeSequence"
    assert avi["units"]["volume"] == "px3"
    assert (segmented / "index.html").is_file()


def test_the_same_command_again_does_nothing_twice(demo: Project, segmented: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in segmented.glob("*/summary.json")}
    clips = segmented.parent / "phantom/clips/patient0003_2CH.dcm"
    options = ["--model", str(demo.results / "bundles/dense3d"), "--out", str(segmented)]
    assert main(["segment", str(clips), *options]) == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
