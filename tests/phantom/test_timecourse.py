import numpy as np
import pytest

from echoweave.phantom.timecourse import COSINE, RealBeat

# Ejection from 0.2 to 1 of systole; filling from 0.1 to 0.5 of diastole, then from 0.68 to 1.
BEAT = RealBeat(delay=0.2, haste=0.5, relaxation=0.1, early=0.75)


def test_the_plain_beat_goes_from_ed_to_es_and_back() -> None:
    assert [COSINE.systole(at) for at in (0, 0.5, 1)] == pytest.approx([0, 0.5, 1])
    assert [COSINE.diastole(at) for at in (0, 0.5, 1)] == pytest.approx([1, 0.28, 0])


def test_little_happens_before_the_valve_opens_and_most_soon_after() -> None:
    assert [BEAT.systole(at) for at in (0, 0.2, 1)] == pytest.approx([0, 0.04, 1])
    # A quarter of the ejection time: half a step of the square root, and 0.5^2 * (3 - 1) = 0.5.
    assert BEAT.systole(0.4) == pytest.approx(0.04 + 0.96 * 0.5)


def test_filling_is_early_then_rests_then_the_atrium_contracts() -> None:
    assert [BEAT.diastole(at) for at in (0, 0.1, 1)] == pytest.approx([1, 0.96, 0])
    for resting in (0.5, 0.6, 0.68):
        assert BEAT.diastole(resting) == pytest.approx(0.96 * 0.25)
    assert BEAT.opening(0.1) == 0
    assert BEAT.opening(0.3) > 0.9


def test_beats_differ_and_never_go_back() -> None:
    phases = np.linspace(0, 1, 50)
    beats = [RealBeat.draw(np.random.default_rng(seed)) for seed in range(20)]
    for beat in beats:
        assert (np.diff([beat.systole(at) for at in phases]) > 0).all()
        assert (np.diff([beat.diastole(at) for at in phases]) <= 0).all()
    half = [beat.systole(0.5) for beat in beats]
    assert max(half) - min(half) > 0.15
