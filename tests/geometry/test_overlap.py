import math

import numpy as np
import pytest
from medpy.metric import binary as medpy
from tests.shapes import box

from echoweave.geometry.overlap import dice, jaccard

# 4 x 4 = 16 pixels and 4 x 6 = 24 pixels with 4 x 3 = 12 in common.
OURS = box((10, 12), 2, 1, 4, 4)
THEIRS = box((10, 12), 2, 2, 4, 6)
EMPTY = np.zeros((10, 12), bool)


def test_hand_computed():
    assert dice(OURS, THEIRS) == 24 / 40
    assert jaccard(OURS, THEIRS) == 12 / 28


def test_equal_masks():
    assert dice(OURS, OURS) == 1.0
    assert jaccard(OURS, OURS) == 1.0


def test_one_empty_mask_overlaps_nowhere():
    for measure in (dice, jaccard):
        assert measure(OURS, EMPTY) == 0.0
        assert measure(EMPTY, OURS) == 0.0


def test_two_empty_masks_say_nothing():
    assert math.isnan(dice(EMPTY, EMPTY))
    assert math.isnan(jaccard(EMPTY, EMPTY))


@pytest.mark.parametrize("seed", range(5))
def test_equals_medpy(seed):
    ours, theirs = np.random.default_rng(seed).random((2, 9, 11)) > 0.6

    assert dice(ours, theirs) == pytest.approx(medpy.dc(ours, theirs), abs=1e-6)
    assert jaccard(ours, theirs) == pytest.approx(medpy.jc(ours, theirs), abs=1e-6)
