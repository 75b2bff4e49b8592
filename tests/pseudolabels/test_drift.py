import numpy as np
import pytest
from numpy.testing import assert_array_equal

from echoweave.pseudolabels.drift import correct_drift
from echoweave.pseudolabels.fuse import backward_weights
from echoweave.pseudolabels.propagate import Carried, carry, frame_pairs

EVERYWHERE = np.ones((64, 64), bool)
FRAMES = 5


def square(top):
    mask = np.zeros((64, 64), np.uint8)
    mask[top : top + 16, 24:40] = 1
    return mask


def carried(top, reference, dy) -> Carried:
    """A square that an estimator believes to fall by ``dy`` pixels a frame."""
    pairs = frame_pairs(FRAMES, reference, "composed")
    fields = np.zeros((len(pairs), 2, 64, 64), np.float32)
    for field, (fixed, moving) in zip(fields, pairs, strict=True):
        field[0] = (moving - fixed) * dy
    return carry(square(top), reference, fields, EVERYWHERE, (1.0, 1.0), "composed")


def rows_of(labels):
    """Return the first and the last row of the square in each frame."""
    return [tuple(np.flatnonzero(mask.any(axis=1))[[0, -1]]) for mask in labels]


@pytest.fixture
def both():
    """It falls 2 pixels a frame, from 10 to 18; the estimator sees 1.5 and misses 2 in the end."""
    return carried(10, 0, 1.5), carried(18, FRAMES - 1, 1.5)


def test_the_residual_is_spread_by_the_share(both):
    """sin^2 of 0, 22.5, 45, 67.5 and 90 degrees of the 2 pixels come on top of 1.5 a frame.

    That is 10, 11.5 + 0.29, 13 + 1, 14.5 + 1.71 and 18, in the middle of the square's edges.
    """
    forward, backward = both
    corrected = correct_drift(forward, backward, FRAMES - 1, backward_weights(FRAMES, 0, 4))
    assert rows_of(forward.labels)[4] == (16, 31)
    assert rows_of(corrected.labels) == [(10, 25), (12, 27), (14, 29), (16, 31), (18, 33)]


def test_both_ends_are_the_references(both):
    forward, backward = both
    share = backward_weights(FRAMES, 0, 4)
    ahead = correct_drift(forward, backward, 4, share)
    back = correct_drift(backward, forward, 0, 1 - share)
    for labels in (ahead.labels, back.labels):
        assert_array_equal(labels[0], square(10))
        assert_array_equal(labels[4], square(18))


def test_without_a_residual_nothing_changes():
    forward, backward = carried(10, 0, 2), carried(18, FRAMES - 1, 2)
    corrected = correct_drift(forward, backward, 4, backward_weights(FRAMES, 0, 4))
    assert_array_equal(corrected.labels, forward.labels)


def test_what_was_given_stays_untouched(both):
    forward, backward = both
    before = forward.distances.copy()
    correct_drift(forward, backward, 4, backward_weights(FRAMES, 0, 4))
    assert_array_equal(forward.distances, before)
