import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter1d

from echoweave.mmode.function.measure import animal_rows, measure_strip, quantity_columns
from echoweave.mmode.function.species import SPECIES
from tests.mmode.function.curves import MS, human, sine

MOUSE, HUMAN = SPECIES["mouse"], SPECIES["human"]
# 100 columns of 1 ms a beat, end-diastoles at 50, 150, ..., 950: nine beats of 2 and 1 mm.
DIAMETER = sine(600, ms=1, seconds=1, start=0.5)
MM = 0.01


@pytest.fixture(scope="module")
def mouse():
    return measure_strip(DIAMETER, MM, 1.0, MOUSE)


def test_every_beat_is_a_row(mouse):
    assert len(mouse.beats) == mouse.counted == 9
    first = mouse.beats.iloc[0].to_dict()
    assert [first[name] for name in ("start_ms", "systole_ms", "end_ms")] == [50, 100, 150]
    assert first["lvidd_mm"] == pytest.approx(2, abs=1e-3)
    assert first["lvids_mm"] == pytest.approx(1, abs=1e-3)
    # 7 * 8 / 4.4 and 7 * 1 / 3.4.
    assert first["edv_ul"] == pytest.approx(12.727, abs=0.02)
    assert first["esv_ul"] == pytest.approx(2.0588, abs=0.01)
    assert first["ef_percent"] == pytest.approx(83.82, abs=0.05)
    assert first["fs_percent"] == pytest.approx(50, abs=0.05)
    assert first["heart_rate_bpm"] == pytest.approx(600, rel=1e-3)
    assert first["good"]
    assert np.isnan(first["quality"])


def test_numbers_of_a_strip_are_medians(mouse):
    assert list(mouse.numbers) == quantity_columns(MOUSE)
    assert mouse.numbers["fs_percent"].value == pytest.approx(50, abs=0.05)
    assert mouse.numbers["fs_percent"].spread == pytest.approx(0, abs=0.01)
    assert mouse.good_share is None


def test_people_have_ml_from_cm():
    # 60 and 40 px of 1 mm: 7 * 216 / 8.4 and 7 * 64 / 6.4.
    found = measure_strip(human(60, 5, seconds=6), 1.0, 5.0, HUMAN).numbers
    assert found["edv_ml"].value == pytest.approx(180, rel=0.01)
    assert found["esv_ml"].value == pytest.approx(70, rel=0.03)
    assert found["ef_percent"].value == pytest.approx(61.1, abs=1)
    assert found["heart_rate_bpm"].value == pytest.approx(60, rel=0.01)


def test_borders_that_waver_hardly_widen_what_is_measured():
    # A pixel (SD) off in either border, alike in some six columns.
    noise = gaussian_filter1d(np.random.default_rng(0).normal(0, 1, 6000), 2)
    found = measure_strip(sine(450, seconds=4.98) + np.sqrt(2) * noise / noise.std(), MM, MS, MOUSE)
    assert found.counted > 30
    assert found.numbers["ef_percent"].value == pytest.approx(83.82, abs=1)
    assert found.numbers["heart_rate_bpm"].value == pytest.approx(450, rel=0.005)


def test_only_beats_in_good_windows_count():
    confidence = np.full(len(DIAMETER), 0.9)
    # Bad from amid the second beat to the end of the fourth; the last two are not judged.
    confidence[200:400] = 0.2
    confidence[750:] = np.nan
    found = measure_strip(DIAMETER, MM, 1.0, MOUSE, confidence=confidence)
    assert found.beats["good"].tolist() == [True, False, False, False, *[True] * 3, False, False]
    assert found.counted == 4
    assert found.beats["quality"].tolist()[:3] == pytest.approx(
        [0.9, (50 * 0.9 + 51 * 0.2) / 101, 0.2]
    )
    assert found.beats["quality"].isna().tolist() == [*[False] * 7, True, True]
    assert found.good_share == pytest.approx(550 / 750)


def test_no_good_window_is_missing_and_never_0():
    found = measure_strip(DIAMETER, MM, 1.0, MOUSE, confidence=np.full(len(DIAMETER), 0.2))
    assert found.good_share == found.counted == 0
    assert len(found.beats) == 9
    assert {one.value for one in found.numbers.values()} == {None}
    assert {one.reason for one in found.numbers.values()} == {"no beat lies in a good window"}


def test_without_mm_there_are_px_and_fs():
    found = measure_strip(DIAMETER, None, 1.0, MOUSE).numbers
    assert found["lvidd_px"].value == pytest.approx(200, abs=0.1)
    assert found["fs_percent"].value == pytest.approx(50, abs=0.05)
    reasons = {name for name, one in found.items() if one.value is None}
    assert reasons == {"edv_ul", "esv_ul", "ef_percent"}
    assert found["ef_percent"].reason == "the depth of a pixel in mm is unknown"


def test_without_ms_there_are_no_beats():
    found = measure_strip(DIAMETER, MM, None, MOUSE)
    assert found.beats.empty
    assert (
        found.beats.columns.tolist()
        == measure_strip(DIAMETER, MM, 1.0, MOUSE).beats.columns.tolist()
    )
    reasons = {one.reason for one in found.numbers.values()}
    assert reasons == {"the time from column to column is unknown"}


def test_every_beat_of_an_animal_counts_alike():
    beats = pd.DataFrame(
        [
            ("b", "1", True, 3.0),
            ("a", "1", True, 1.0),
            ("a", "1", True, 2.0),
            ("a", "2", True, 5.0),
            ("a", "3", False, 100.0),
            ("c", "1", False, 100.0),
        ],
        columns=["animal", "recording", "good", "lvidd_mm"],
    )
    found = animal_rows(beats, beats[["animal"]], ["lvidd_mm"])
    expected = pd.DataFrame(
        {
            "animal": ["a", "b", "c"],
            "recordings": [2, 1, 0],
            "beats": [3, 1, 0],
            "lvidd_mm": [2.0, 3.0, np.nan],
            "lvidd_mm_iqr": [2.0, 0.0, np.nan],
        }
    )
    pd.testing.assert_frame_equal(found, expected)
