"""Whole clips of test patients: EF beat by beat, and smoothness over all frames."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.cache.build import build_cache
from echoweave.datasets.cohort import load_cohort
from echoweave.evaluation.ejection_table import make_ejection_fraction
from echoweave.evaluation.measure_segmentation import measure_segmentation
from echoweave.evaluation.samples import TableSettings
from echoweave.evaluation.time_tables import make_smoothness
from echoweave.io.cache import read_cycle, read_sequence, write_patient
from echoweave.io.images import write_sequence
from echoweave.io.tables import read_tsv

from .study import SPACING, Study, known_of, labels_at, write_cavity_study

# ES is traced first: heights of 24 at frame 2 and of 40 at frame 4.
HEIGHTS = (40, 32, 24, 32, 40, 35, 30, 36, 40)
ES, ED = 2, 4
GROUP = ("whole clips", "cavity")
SETTINGS = {"frame_rate_hz": 10.0, "consistency_threshold": 0.1, "unit": "px"}


def clip_of(heights=HEIGHTS) -> np.ndarray:
    return np.stack([known_of(labels_at(height), (0, 1)) for height in heights])


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Patient 1 has a whole clip of two beats, whose EF the data set gives as 41 %."""
    study = write_cavity_study(tmp_path)
    sequence = read_sequence(study.caches[0], "4CH")
    truth = clip_of()
    whole = replace(
        sequence,
        frames=np.zeros_like(truth),
        **{"phase": "cycle", "ed": ED, "es": ES, "ef_percent": 41.0, "dense_labels": truth},
    )
    write_patient(study.caches[0], [sequence], [whole])
    return study


def measure(study: Study, labels: np.ndarray) -> dict[str, pd.DataFrame]:
    path = study.folder / f"clips/{study.names[0]}.nii.gz"
    write_sequence(path, labels, SPACING)
    predictions = study.predict("arm", {study.names[0]: clip_of()[:5]})
    out = study.folder / "measures"
    measure_segmentation("weak3d", predictions, study.caches, out, SETTINGS, [path])
    return {name: read_tsv(out / f"{name}.tsv") for name in ("clips", "dense")}


def test_two_beats_by_hand(study: Study) -> None:
    clips = measure(study, clip_of())["clips"]
    row = clips[clips["mode"] == "ase"].iloc[0]

    assert clips["mode"].tolist() == ["ase", "camus"]
    assert (row["sequence"], row["arm"], row["n_frames"]) == (study.names[0], "weak3d", 9)
    assert (row["beats"], row["cfg_ef_percent"]) == (2, 41.0)
    # The discs of a box are alike, so EF is the loss of height: 40 and 25 %.
    assert row["ef_percent"] == pytest.approx((40 + 25) / 2, abs=2)
    assert row["ef_sd_percent"] == pytest.approx((40 - 25) / 2**0.5, abs=2)
    # Heights 40 32 24 32 40 35 30 36 40, times 12 x 64 px² at 512.
    bends = np.diff(12 * 64 * np.array(HEIGHTS), 2) ** 2
    assert row["smoothness_px4_per_frame3"] == pytest.approx(np.trapezoid(bends), rel=1e-5)
    assert (row["frame_rate_hz"], row["frame_rate_known"]) == (10.0, False)


def test_a_clip_without_a_cavity_has_no_ef_and_is_counted_as_lost(study: Study) -> None:
    row = measure(study, np.zeros_like(clip_of()))["clips"].iloc[0]

    assert (row["beats"], row["lost_frames"]) == (0, 9)
    assert np.isnan(row["ef_percent"])
    assert np.isnan(row["smoothness_px4_per_frame3"])


def test_frames_of_a_whole_clip_lie_between_es_and_ed_or_outside(study: Study) -> None:
    dense = measure(study, clip_of())["dense"]

    # The nine of the clip, and not the five from ED to ES once more.
    assert dense["frame"].tolist() == list(range(9))
    places = ["outside"] * 2 + ["labelled", "between", "labelled"] + ["outside"] * 4
    assert dense["position"].tolist() == places
    assert dense["dice"].eq(1.0).all()


def test_the_smoothness_of_whole_clips_has_rows_of_its_own(study: Study) -> None:
    clips = measure(study, clip_of())["clips"]
    smoothness = read_tsv(study.folder / "measures/smoothness.tsv")
    settings = TableSettings("ase", 200, 1, (0, 1), "px")
    arms = ["sparse2d", "weak3d"]
    absent, whole = make_smoothness(smoothness, clips, arms, settings).rows[-2:]

    assert (whole["arm"], whole["grouping"], whole["structure"]) == ("weak3d", *GROUP)
    # Of the two volume modes one.
    assert (whole["n"], absent["n"]) == (1, 0)
    per_frame = "smoothness_px4_per_frame3"
    assert whole[f"{per_frame}_mean"] == clips[per_frame].iloc[0]
    assert GROUP[0] not in {
        row["grouping"] for row in make_smoothness(smoothness, clips[:0], arms, settings).rows
    }


def test_without_whole_clips_there_are_no_rows(study: Study) -> None:
    predictions = study.predict("arm", {study.names[1]: clip_of()[:5]})
    out = study.folder / "measures"
    measure_segmentation("weak3d", predictions, study.caches, out, SETTINGS)

    assert read_tsv(out / "clips.tsv").empty


@pytest.fixture(scope="module")
def phantom(phantom_echonet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every clip of the phantom of EchoNet, predicted without an error, and measured."""
    folder = tmp_path_factory.mktemp("phantom")
    data = {
        "dataset": "echonet",
        "echonet": {"root": str(phantom_echonet / "echonet")},
        "ted": {"root": None, "pairing": None},
        "dense_truth": str(phantom_echonet / "truth"),
        "on_bad_input": "stop",
    }
    cohort = load_cohort({"data": data, "folds": 2, "seed": 1}, folder)
    caches = [folder / f"cache/{patient}.h5" for patient in cohort.patients]
    sums = folder / "sums.tsv"
    build_cache(cohort.sequences, None, folder, (0, 1), 128, caches, sums, whole_clips=True)
    predictions, clips = [], []
    for cache in caches:
        cut, whole = read_sequence(cache, "4CH"), read_cycle(cache, "4CH")
        for echo, name, paths in ((cut, "cut", predictions), (whole, "whole", clips)):
            paths.append(folder / f"{name}/{echo.name}.nii.gz")
            write_sequence(paths[-1], echo.dense_labels, echo.spacing)
    measure_segmentation("weak3d", predictions, caches, folder / "measures", SETTINGS, clips)
    return folder / "measures"


def test_ef_of_the_phantom_s_truth_is_that_of_its_file_list(phantom: Path) -> None:
    clips, volumes = (read_tsv(phantom / f"{name}.tsv") for name in ("clips", "volumes"))
    settings = TableSettings("ase", 200, 1, (0, 1), "px")
    labelled, beats = make_ejection_fraction(volumes, clips, ["weak3d"], settings).rows

    # A clip of less than a beat and a half may show no whole one.
    assert (labelled["n"], labelled["instants"]) == (6, "labelled")
    assert 3 <= beats["n"] <= 6
    assert beats["beats"] >= beats["n"]
    # The list gives EF of both planes, one of which is seen on a grid of 64 x 64.
    assert labelled["mae"] < 5
    assert beats["mae"] < 6


def test_every_frame_of_the_phantom_has_its_place(phantom: Path) -> None:
    dense = read_tsv(phantom / "dense.tsv")
    labelled = dense[dense["position"] == "labelled"]

    assert labelled.groupby("patient").size().tolist() == [2] * 6
    assert set(dense["position"]) == {"labelled", "between", "outside"}
    assert dense["dice"].eq(1).all()
