import numpy as np
import pytest

from echoweave.evaluation.beats import Phases, find_beats


def test_half_a_cycle_is_one_beat():
    assert find_beats(np.array([10.0, 9, 7, 5, 4])) == [Phases(0, 4)]


def test_every_beat_of_a_long_clip():
    # Starts between the phases; two whole beats, then filling that leads nowhere.
    areas = np.array([7.0, 9, 10, 8, 5, 4, 6, 9, 8, 5, 3, 5, 8])
    assert find_beats(areas) == [Phases(2, 5), Phases(7, 10)]


def test_beats_that_the_clip_cuts_off_do_not_count():
    # Starts amid systole and ends amid the next: only the beat between is whole.
    areas = np.array([8.0, 6, 5, 7, 10, 9, 6, 5, 8, 10, 8])
    assert find_beats(areas) == [Phases(4, 7)]
    # Nearly filled at the start and nearly empty at the end: these count.
    assert find_beats(np.array([9.6, 7, 5, 8, 10, 7, 5.4])) == [Phases(0, 2), Phases(4, 6)]


def test_ed_frames_lie_apart():
    areas = np.array([10.0, 5, 9, 5, 4, 8, 10, 6, 4])
    assert find_beats(areas) == [Phases(0, 1), Phases(2, 4), Phases(6, 8)]
    assert find_beats(areas, apart=4) == [Phases(0, 4), Phases(6, 8)]


def test_jitter_makes_no_beats():
    areas = np.array([10.0, 9.5, 9.9, 7, 7.3, 5, 4, 4.2, 4.1])
    assert find_beats(areas) == [Phases(0, 6)]


@pytest.mark.parametrize("areas", [[], [5.0], [5.0, 5.0, 5.0], [4.0, 5.0, 6.0]])
def test_no_beat(areas):
    assert find_beats(np.array(areas)) == []
