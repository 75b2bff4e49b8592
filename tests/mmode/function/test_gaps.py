import numpy as np

from echoweave.mmode.function.gaps import bridge, known_pieces, unbroken

NAN = np.nan


def test_pieces_between_breaks():
    assert unbroken(9, ()) == [slice(0, 9)]
    # One at either end breaks nothing.
    assert unbroken(9, (7, 3, 0, 9)) == [slice(0, 3), slice(3, 7), slice(7, 9)]


def test_pieces_that_are_known():
    curve = np.array([NAN, 1, 1, 1, NAN, NAN, 1, 1])
    assert known_pieces(curve, (2, 4)) == [slice(1, 2), slice(2, 4), slice(6, 8)]


def test_short_gaps_are_bridged_and_no_others():
    curve = np.array([NAN, 1, NAN, NAN, 4, NAN, NAN, NAN, 0, NAN])
    expected = [NAN, 1, 2, 3, 4, NAN, NAN, NAN, 0, NAN]
    np.testing.assert_array_equal(bridge(curve, 2), expected)
    assert np.isnan(bridge(np.full(3, NAN), 2)).all()
