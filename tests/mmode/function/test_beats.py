import numpy as np
import pytest

from echoweave.mmode.function.beats import find_mmode_beats, systoles_between
from echoweave.mmode.function.borders import find_borders
from echoweave.mmode.function.species import SPECIES
from tests.mmode.function.curves import MS, human, mask, sine

MOUSE, HUMAN = SPECIES["mouse"], SPECIES["human"]


def rates(rhythm, ms=MS):
    return np.array([60_000 / (beat.length * ms) for beat in rhythm.beats])


def test_beats_from_one_end_diastole_to_the_next():
    # 100 columns a beat; end-diastoles at 50, 150, 250, 350.
    rhythm = find_mmode_beats(sine(600, ms=1, seconds=0.4, start=0.5), 1.0, MOUSE)
    assert [beat.start for beat in rhythm.beats] == [50, 150, 250]
    assert [beat.systole for beat in rhythm.beats] == [100, 200, 300]
    assert [beat.end for beat in rhythm.beats] == [150, 250, 350]
    assert [beat.length for beat in rhythm.beats] == pytest.approx([100] * 3, abs=0.01)
    assert rhythm.rate_bpm == pytest.approx(600, rel=1e-3)


@pytest.mark.parametrize("bpm", [60, 127.3, 300, 677.7, 900])
def test_masks_of_mice_from_slow_to_fast(bpm):
    diameter = sine(bpm, seconds=4 if bpm < 100 else 2)
    found = find_borders(mask(20 + diameter / 5, 20 + 1.2 * diameter, 280)).diameter
    rhythm = find_mmode_beats(found, MS, MOUSE)
    assert rhythm.rate_bpm == pytest.approx(bpm, rel=0.002)
    assert np.median(rates(rhythm)) == pytest.approx(bpm, rel=0.005)
    assert len(rhythm.beats) >= len(diameter) * MS * bpm / 60_000 - 2.5
    # The mask is up to a pixel off; the curve is not, where it is read.
    ends, systoles = ([getattr(beat, name) for beat in rhythm.beats] for name in ("end", "systole"))
    assert np.abs(rhythm.curve[ends] - 200).max() < 0.5
    assert np.abs(rhythm.curve[systoles] - 100).max() < 0.5


@pytest.mark.parametrize(("bpm", "ms"), [(40, 5), (60, 5), (60, 20), (150, 20)])
def test_a_plateau_and_what_the_atrium_adds_are_one_diastole(bpm, ms):
    diameter = human(bpm, ms, seconds=8)
    noise = np.random.default_rng(0).normal(0, 0.3, len(diameter))
    rhythm = find_mmode_beats(diameter + noise, ms, HUMAN)
    assert len(rhythm.beats) >= 8 * bpm / 60 - 2
    assert rhythm.rate_bpm == pytest.approx(bpm, rel=0.01)
    assert np.median(rates(rhythm, ms)) == pytest.approx(bpm, rel=0.01)


def test_breathing_and_a_drifting_baseline():
    diameter = sine(600)
    time = np.arange(len(diameter)) * MS
    moved = diameter + 10 * np.sin(2 * np.pi * time / 400) + 20 * time / time[-1]
    rhythm = find_mmode_beats(moved, MS, MOUSE)
    assert rhythm.rate_bpm == pytest.approx(600, rel=0.01)
    assert np.median(rates(rhythm)) == pytest.approx(600, rel=0.01)
    assert len(rhythm.beats) == 28


def test_a_beat_that_was_lost_joins_no_others():
    # 100 columns a beat: end-diastoles at 50, 150, ..., 950.
    diameter = sine(600, ms=1, seconds=1, start=0.5)
    diameter[380:420] = np.nan
    diameter[530:540] = np.nan
    rhythm = find_mmode_beats(diameter, 1.0, MOUSE)
    # The short loss is bridged.
    assert [beat.start for beat in rhythm.beats] == [50, 150, 250, 450, 550, 650, 750, 850]


def test_no_beat_goes_on_across_a_break():
    diameter = sine(600, ms=1, seconds=1, start=0.5)
    # The strip goes on 30 columns later.
    cut = np.delete(diameter, np.arange(480, 510))
    rhythm = find_mmode_beats(cut, 1.0, MOUSE, breaks=(480,))
    assert [beat.start for beat in rhythm.beats] == [50, 150, 250, 350, 520, 620, 720, 820]
    assert [beat.length for beat in rhythm.beats] == pytest.approx([100] * 8, abs=0.1)


def test_two_beats_that_begin_and_end_with_an_end_diastole():
    rhythm = find_mmode_beats(human(60, 40, seconds=2.04, start=0), 40.0, HUMAN)
    assert [(beat.start, beat.end) for beat in rhythm.beats] == [(0, 25), (25, 50)]


def test_no_time():
    rhythm = find_mmode_beats(sine(600), None, MOUSE)
    assert rhythm.reason == "the time from column to column is unknown"


def test_wild_diameters_of_a_bad_stretch_do_not_hide_good_beats():
    # 100 columns a beat; from amid the fifth to amid the ninth the borders are anywhere.
    diameter = sine(600, ms=1, seconds=1.3, start=0.5)
    trusted = np.ones(len(diameter), bool)
    trusted[480:820] = False
    diameter[~trusted] = 100 + 900 * np.random.default_rng(0).random(340)
    rhythm = find_mmode_beats(diameter, 1.0, MOUSE, trusted=trusted)
    assert rhythm.rate_bpm == pytest.approx(600, rel=0.005)
    good = [beat for beat in rhythm.beats if trusted[beat.start : beat.end + 1].all()]
    # Ends of beats beside the stretch may be lost in it.
    assert {50, 150, 250} <= {beat.start for beat in good}
    assert len(good) >= 6
    assert [beat.length for beat in good] == pytest.approx([100] * len(good), rel=0.01)
    assert rhythm.curve[[beat.systole for beat in good]] == pytest.approx(100, abs=0.5)


@pytest.mark.parametrize(
    ("diameter", "reason"),
    [
        (np.full(500, np.nan), "no left ventricle is found"),
        (np.full(500, 100.0), "the diameter does not change with the heartbeat"),
        (sine(600, seconds=0.11), "shorter than two beats: 0.11 s"),
        (
            sine(600, seconds=0.18),
            "shorter than two beats, or no steady rhythm of 50 to 1000 beats a minute, in 0.18 s",
        ),
        (
            np.random.default_rng(0).normal(100, 10, 4000),
            "no steady rhythm of 50 to 1000 beats a minute",
        ),
        # A beat every 3 s.
        (sine(20, seconds=9), "no steady rhythm of 50 to 1000 beats a minute"),
    ],
)
def test_refusals(diameter, reason):
    rhythm = find_mmode_beats(diameter, MS, MOUSE)
    assert rhythm.reason == reason
    assert rhythm.beats == ()
    assert rhythm.rate_bpm is None


def test_the_systole_is_the_least_between_two_end_diastoles():
    times = np.array([0.0, 1, 2, 3, 4, 5, 6])
    diameters = np.array([0.0, 5, 3, 4, 1, 2, 0])
    starts, ends = np.array([0.0, 3, 6]), np.array([3.0, 6, 9])
    # What lies on an end-diastole is no systole.
    assert systoles_between(starts, ends, times, diameters).tolist() == [2, 4, -1]
