import numpy as np
import pytest

from echoweave.function.beats import BeatFrames, find_rhythm

# 20 frames a beat at 25 Hz.
RATE = 25.0


def heart(start: float, beats: float, frames_a_beat: int = 20) -> np.ndarray:
    """Areas around 100: largest at whole beats, smallest at half ones."""
    time = start + np.arange(round(beats * frames_a_beat) + 1) / frames_a_beat
    return 100 + 30 * np.cos(2 * np.pi * time)


def test_beats_from_one_ed_to_the_next():
    rhythm = find_rhythm(heart(0, 2), RATE)
    assert rhythm.beats == (BeatFrames(0, 10, 20), BeatFrames(20, 30, 40))
    assert rhythm.reason == ""


def test_a_clip_that_begins_and_ends_anywhere():
    # ED at frames 10 and 30, ES at 0, 20 and 40; the last beat turns at its ES inside of the clip.
    rhythm = find_rhythm(heart(0.5, 2.25), RATE)
    assert rhythm.beats == (BeatFrames(10, 20, 30), BeatFrames(30, 40, None))


def test_frames_without_a_cavity_are_passed_over():
    areas = heart(0, 2)
    areas[[3, 4, 15]] = np.nan
    assert find_rhythm(areas, RATE).beats == find_rhythm(heart(0, 2), RATE).beats


@pytest.mark.parametrize(("start", "length"), [(0, 0.5), (0.5, 0.5), (0.2, 0.2), (0, 0.8)])
def test_less_than_one_beat(start, length):
    rhythm = find_rhythm(heart(start, length), RATE)
    assert rhythm.beats == ()
    assert rhythm.reason == "less than one beat: ED and ES are not both seen to turn"


def test_no_ventricle():
    assert find_rhythm(np.full(30, np.nan), RATE).reason == "no left ventricle is found"


def test_irregular_beats_have_no_mean_unless_there_are_five():
    # 10 frames are 400 ms, 20 are 800 ms.
    few = np.concatenate([heart(0, 1, 10)[:-1], heart(0, 1, 20)[:-1], heart(0, 1, 10)])
    rhythm = find_rhythm(few, RATE)
    assert len(rhythm.beats) == 3
    assert rhythm.reason == "irregular: beats of 400 to 800 ms, and fewer than 5 of them"
    assert find_rhythm(np.concatenate([few[:-1], few]), RATE).reason == ""
