"""The wing of M-mode: strips of three sources in, both networks compared, a bundle out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from echoweave.clips.clip import Box
from echoweave.commands.segment import run_segment
from echoweave.io.images import read_array
from echoweave.io.tables import read_tsv
from echoweave.mmode.arm import MMODE_ARM, MMODE_FOLD
from echoweave.mmode.bundle import read_mmode_bundle
from echoweave.mmode.segmenter import MModeSegmenter
from echoweave.mmode.window_files import read_windows
from echoweave.mmode.windows import cut_picture
from echoweave.outputs.summary import load_summary
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from echoweave.segmentation.files import fold_folder
from tests.workflow.project import TINY, Project, copy_code

pytestmark = pytest.mark.workflow

STRIPS = PhantomSettings(layout="mmode", patients=4, test_patients=1, size=(48, 256), seed=3)
# Drawn by the seed of the configuration.
TESTED = "mouse0003"
TINY_WING: dict[str, Any] = {
    "size": 32,
    "window_shares": [1.0],
    "quicknat": {"epochs": 1, "batch_size": 4, "learning_rate": 0.001, "start": None},
    "plan": {
        "patch_size": [32, 32],
        "batch_size": 2,
        "features_per_stage": [4, 8, 8],
        "strides": [[1, 1], [2, 2], [2, 2]],
        "kernel_sizes": [[3, 3], [3, 3], [3, 3]],
        "convs_per_stage": 1,
    },
    "quality": {
        "size": 32,
        "epochs": 1,
        "batch_size": 4,
        "learning_rate": 0.001,
        "threshold": 0.5,
    },
}


def config_of(project: Project, **changed: Any) -> dict[str, Any]:
    return {
        "chunks": 1,
        "mmode": TINY_WING | {"root": str(project.folder / "strips/mmode")} | changed,
    }


@pytest.fixture(scope="module")
def wing(tmp_path_factory: pytest.TempPathFactory, phantom_nifti: Path) -> Project:
    """Five mice and the sequences of six patients."""
    folder = tmp_path_factory.mktemp("wing")
    write_phantom(folder / "strips", STRIPS)
    project = Project(folder, phantom_nifti, TINY, folder / "code")
    copy_code(project.checkout)
    done = project.run("mmode", config=config_of(project))
    assert done.returncode == 0, done.stderr[-3000:]
    return project


def test_no_animal_is_on_two_sides(wing: Project) -> None:
    windows = wing.results / "mmode/windows"
    animals = {
        split: set(read_tsv(windows / split / "windows.tsv")["animal"])
        for split in ("training", "validation", "testing")
    }
    assert animals["testing"] == {TESTED, "patient0010", "patient0020"}
    assert sum(map(len, animals.values())) == len(set.union(*animals.values())) == 11


def test_both_networks_are_compared_on_strips_of_both_kinds(wing: Project) -> None:
    table = read_tsv(wing.results / "mmode/tables/networks.tsv")
    assert table[["network", "kind", "n_strips"]].to_numpy().tolist() == [
        ["quicknat", "recorded", 2],
        ["quicknat", "virtual", 4],
        ["nnunet", "recorded", 2],
        ["nnunet", "virtual", 4],
    ]
    # One epoch on few windows: enough for the lumen of mice.
    assert table["dice"].iloc[0] > 0.8
    assert table["dice"].notna().all()


def test_every_test_strip_has_its_folder_and_its_place_in_the_report(wing: Project) -> None:
    report = (wing.results / "mmode/report.html").read_text()
    for name in (f"{TESTED}_1", f"{TESTED}_2", "patient0010_2CH"):
        folder = wing.results / f"mmode/measured/nnunet/{name}"
        assert load_summary(folder / "summary.json")["kind"] == "strip"
        assert f"measured/nnunet/{name}/report.html" in report


def test_the_bundle_measures_a_recording(wing: Project, tmp_path: Path) -> None:
    bundle = wing.results / "mmode/bundles/nnunet"
    assert read_mmode_bundle(bundle).quality is not None
    dicom = sorted((wing.folder / "strips/mmode/dicom").glob("*.dcm"))[:1]
    options = {"mode": "m", "model": bundle, "out": tmp_path, "threads": 1, "inputs": dicom}
    others = ("spacing", "frame_rate", "view", "fast", "dicom_seg")
    unset = dict.fromkeys((*others, "mm_per_px", "ms_per_px", "species", "mass_g"))
    assert run_segment(unset | options) == 0
    # The file is called after the animal, whom its header names: the outputs are not.
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert folder.name.startswith("clip-")
    summary = load_summary(folder / "summary.json")
    assert summary["seams"] > 0
    assert summary["sources"]["mm_per_row"]


def test_the_bundle_finds_what_nnunet_itself_does(wing: Project) -> None:
    segmenter = MModeSegmenter(read_mmode_bundle(wing.results / "mmode/bundles/nnunet"), threads=1)
    folder = fold_folder(wing.results / "mmode/nnunet", MMODE_ARM, "2d", MMODE_FOLD) / "validation"
    size = TINY_WING["size"]
    windows = list(read_windows(wing.results / "mmode/windows/validation"))
    assert len(windows) > 5
    for window in windows:
        seen = cut_picture(window.picture, Box(0, 0, *window.picture.shape), size)
        found = segmenter.window_probability(seen, Box(0, 0, size, size)) > 0.5
        theirs = read_array(folder / f"{window.name}.nii.gz") == 1
        assert np.mean(found == theirs) > 0.999


def test_only_what_is_stale_runs_again(wing: Project) -> None:
    def planned(**changed: Any) -> set[str]:
        return set(wing.planned("mmode", config=config_of(wing, **changed)))

    shown = {"make_mmode_tables", "draw_mmode_agreement", "render_mmode_report"}
    measured = shown | {"write_mmode_bundle", "measure_windows"}
    assert planned() == set()
    assert planned(networks=["nnunet"]) == shown | {"draw_mmode_curves"}
    stricter = planned(quality=TINY_WING["quality"] | {"threshold": 0.9})
    assert measured <= stricter
    assert not any(rule.startswith(("train", "read", "sample", "plan")) for rule in stricter)
    longer = planned(quicknat=TINY_WING["quicknat"] | {"epochs": 2})
    assert {"train_quicknat", *measured} <= longer
    assert not any("fold" in rule or "classifier" in rule for rule in longer)


def test_a_corrected_test_recording_trains_nothing(wing: Project) -> None:
    traces = wing.folder / f"strips/mmode/traces/{TESTED}_1.csv"
    before = traces.read_text()
    *lines, last = before.splitlines()
    line, x, y = last.split(",")
    traces.write_text("\n".join([*lines, f"{line},{x},{float(y) - 0.5}"]) + "\n")
    planned = set(wing.planned("mmode", config=config_of(wing)))
    traces.write_text(before)
    assert {"read_strips_recorded_testing_0", "write_mmode_windows_testing"} <= planned
    trained = ("train", "plan", "write_mmode_bundle", "write_mmode_raw", "write_quality")
    assert not any(rule.startswith(trained) or "learning" in rule for rule in planned)


def test_a_strip_that_is_gone_is_read_again(wing: Project) -> None:
    strip = wing.results / f"mmode/strips/{TESTED}_1.h5"
    aside = strip.rename(strip.with_suffix(".aside"))
    planned = wing.planned("mmode", config=config_of(wing))
    aside.rename(strip)
    assert "read_strips_recorded_testing_0" in planned
    assert wing.planned("mmode", config=config_of(wing)) == {}


def test_strips_alone_need_no_sequences(wing: Project) -> None:
    alone = config_of(wing) | {"data": {"dataset": None}}
    planned = wing.planned("mmode", "--forceall", config=alone)
    assert "train_quicknat" in planned
    assert not any("cache" in rule or "sample" in rule for rule in planned)
    everything = wing.planned("all", "--forceall", config=alone)
    assert everything == planned


def test_nothing_to_work_on_is_said(wing: Project) -> None:
    done = wing.run("--dry-run", config={"data": {"dataset": None}})
    assert done.returncode != 0
    assert "config: data.dataset: there is nothing to work on" in done.stdout + done.stderr
