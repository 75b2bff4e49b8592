import numpy as np
import pytest

from echoweave.bundles.doubt import FoldOpinion, clip_doubt, missing_dice, opinion


def told(volume: float, *expected: float) -> FoldOpinion:
    return FoldOpinion(np.zeros(1, np.uint8), volume, expected)


def test_expected_dice_by_hand():
    # Probabilities of the cavity .8, .8 inside its mask and .2, .2 outside.
    probabilities = np.array([[[0.2, 0.2, 0.8, 0.8]], [[0.8, 0.8, 0.2, 0.2]]], np.float32)
    found = opinion(np.log(probabilities), [0, 1], (1.0, 1.0))
    # 2 * 1.6 / (2 + 2)
    assert found.expected_dice == pytest.approx((0.8,))
    assert np.unpackbits(found.cavity)[:4].tolist() == [1, 1, 0, 0]
    assert np.isnan(found.volume)


def test_doubt_by_hand():
    opinions = [told(one, 0.9, 0.5) for one in (10.0, 12.0, 10.0, 8.0)]
    # Second differences -4 and 0, mean 2, over a mean volume of 10; and .1 of Dice.
    assert clip_doubt(opinions, 0) == pytest.approx(0.1 + 0.2)
    assert clip_doubt(opinions, 1) == pytest.approx(0.5 + 0.2)
    assert missing_dice(opinions, 1) == pytest.approx(0.5)


def test_nothing_found_is_all_doubt():
    opinions = [told(np.nan, np.nan)] * 4
    assert clip_doubt(opinions, 0) == 1.0
    assert missing_dice(opinions, 0) == 1.0
