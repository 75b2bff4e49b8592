"""Whole clips of test patients: EF beat by beat, and smoothness over all frames."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.evaluation.measure_segmentation import measure_segmentation
from echoweave.io.cache import read_sequence, write_patient
from echoweave.io.images import write_sequence
from echoweave.io.tables import read_tsv

from .study import SPACING, Study, known_of, labels_at, write_cavity_study

# ES is traced first: heights of 24 at frame 2 and of 40 at frame 4.
HEIGHTS = (40, 32, 24, 32, 40, 35, 30, 36, 40)
ES, ED = 2, 4
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


def test_without_whole_clips_there_are_no_rows(study: Study) -> None:
    predictions = study.predict("arm", {study.names[1]: clip_of()[:5]})
    out = study.folder / "measures"
    measure_segmentation("weak3d", predictions, study.caches, out, SETTINGS)

    assert read_tsv(out / "clips.tsv").empty
