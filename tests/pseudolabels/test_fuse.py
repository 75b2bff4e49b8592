import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from echoweave.geometry.distance import label_distances
from echoweave.pseudolabels.drift import correct_drift
from echoweave.pseudolabels.fuse import backward_weights, fuse
from echoweave.pseudolabels.propagate import Carried, carry, frame_pairs


def disc(radius, label=1, size=81, centre=(40, 40)):
    y, x = np.mgrid[:size, :size]
    return np.where(np.hypot(y - centre[0], x - centre[1]) <= radius, label, 0).astype(np.uint8)


def repeated(mask, n_frames):
    return np.broadcast_to(mask, (n_frames, *mask.shape)).copy()


def carried(labels, spacing=(1.0, 1.0)):
    """These labels in every frame, as if nothing had moved on the way."""
    distances = np.stack([label_distances(mask, spacing) for mask in labels]).clip(-1e5, 1e5)
    fields = np.zeros((len(labels), 2, *labels.shape[1:]), np.float32)
    return Carried(distances, labels, fields, np.ones(labels.shape, bool))


def test_weights_at_ed_midway_and_es():
    weights = backward_weights(9, ed=0, es=8)
    assert weights[0] == 0.0
    assert weights[4] == pytest.approx(0.5)
    assert weights[8] == 1.0
    assert weights[2] == pytest.approx(math.sin(math.pi / 8) ** 2)


def test_weights_stay_at_the_ends_before_ed_and_after_es():
    assert_allclose(backward_weights(6, ed=1, es=3), [0, 0, 0.5, 1, 1, 1], atol=1e-12)


def test_midway_between_two_discs_lies_the_disc_with_the_mean_radius():
    forward, backward = repeated(disc(20), 3), repeated(disc(30), 3)
    fused = fuse(carried(forward), carried(backward), 0, 2, "distance")
    row = fused[1, 40]
    assert row.sum() == 2 * 25 + 1
    assert math.sqrt(fused[1].sum() / math.pi) == pytest.approx(25, abs=0.2)


def test_a_quarter_of_the_time_gives_the_radius_of_the_weights():
    forward, backward = repeated(disc(10), 5), repeated(disc(30), 5)
    fused = fuse(carried(forward), carried(backward), 0, 4, "distance")
    expected = 10 * math.cos(math.pi / 8) ** 2 + 30 * math.sin(math.pi / 8) ** 2  # 12.93
    assert math.sqrt(fused[1].sum() / math.pi) == pytest.approx(expected, abs=0.3)


def test_distances_are_measured_in_mm():
    """The upper 30 rows against the left 10 columns: where is the way to both outlines equal?

    Rows are 1 mm high and columns 2.03 mm wide, so pixel (y, x) is 30 - y mm inside the one and
    2.03 (x - 9) mm outside the other, less half a millimetre each.
    """
    forward, backward = np.zeros((2, 3, 60, 60), np.uint8)
    forward[:, :30, :] = 1
    backward[:, :, :10] = 1
    fused = fuse(carried(forward, (1.0, 2.03)), carried(backward, (1.0, 2.03)), 0, 2, "distance")
    y, x = np.mgrid[:30, 10:20]
    assert_array_equal(fused[1, :30, 10:20], 30 - y > 2.03 * (x - 9))


def test_both_references_are_exact_and_frames_beyond_them_are_copies():
    rng = np.random.default_rng(0)
    forward, backward = rng.integers(0, 4, (2, 6, 16, 16)).astype(np.uint8)
    fused = fuse(carried(forward), carried(backward), 1, 4, "distance")
    assert_array_equal(fused[:2], forward[:2])
    assert_array_equal(fused[4:], backward[4:])


def test_outlines_meet_at_a_fraction_of_a_pixel():
    """Borders 0.5 above and 0.7 below row 20: midway the border is 0.1 below, so row 20 is in."""
    distance = 20 - np.arange(40.0)[None, :, None] + np.zeros((3, 1, 40))

    def edge_at(offset):
        inside = (distance + offset).astype(np.float32)
        absent = np.full_like(inside, -1e5)
        distances = np.stack((-inside, inside, absent, absent), axis=1)
        labels = distances.argmax(axis=1).astype(np.uint8)
        fields = np.zeros((3, 2, 40, 40), np.float32)
        return Carried(distances, labels, fields, np.ones(labels.shape, bool))

    fused = fuse(edge_at(-0.5), edge_at(0.7), 0, 2, "distance")
    assert list(fused[:, :, 0].sum(axis=1)) == [20, 21, 21]


def test_where_both_agree_the_label_stays():
    forward, backward = repeated(disc(20, 2), 5), repeated(disc(26, 2), 5)
    fused = fuse(carried(forward), carried(backward), 0, 4, "distance")
    agree = forward == backward
    assert_array_equal(fused[agree], forward[agree])


def test_a_label_that_one_direction_lacks_is_not_between_the_references():
    forward = repeated(disc(10, 1), 3)
    backward = np.maximum(forward, disc(8, 3, centre=(65, 40)))
    fused = fuse(carried(forward), carried(backward), 0, 2, "distance")
    assert 3 not in fused[1]
    assert 1 in fused[1]
    assert 3 in fused[2]


def test_nothing_labelled_stays_nothing():
    empty = np.zeros((3, 8, 8), np.uint8)
    assert_array_equal(fuse(carried(empty), carried(empty), 0, 2, "distance"), empty)


def test_nearest_copies_the_nearer_reference():
    forward, backward = repeated(disc(5, 1), 5), repeated(disc(5, 2), 5)
    fused = fuse(carried(forward), carried(backward), 0, 4, "nearest")
    assert [frame.max() for frame in fused] == [1, 1, 1, 2, 2]


def test_paper_leaves_background_where_no_label_wins_and_closes_gaps():
    forward, backward = repeated(disc(20, 1), 3), repeated(disc(20, 1), 3)
    forward[:, 40, 40] = backward[:, 40, 40] = 0
    fused = fuse(carried(forward), carried(backward), 0, 2, "paper")
    assert (fused[:, 40, 40] == 1).all(), "the closing fills a one-pixel hole, even at ED"


def test_paper_averages_two_discs_too():
    forward, backward = repeated(disc(20, 1), 3), repeated(disc(30, 1), 3)
    fused = fuse(carried(forward), carried(backward), 0, 2, "paper")
    assert math.sqrt(fused[1].sum() / math.pi) == pytest.approx(25, abs=1.0)
    assert_array_equal(np.unique(fused), [0, 1])


def test_a_bar_that_the_sectors_edge_cuts_reaches_the_edge_in_every_frame():
    """It moves in by 2 pixels a frame, seen in columns 0 to 39, and is drawn up to there."""
    sector = np.zeros((64, 64), bool)
    sector[:, :40] = True
    masks = [np.zeros((64, 64), np.uint8) for _ in range(5)]
    for frame, mask in enumerate(masks):
        mask[20:32, 28 - 2 * frame : 40] = 1
    ends = []
    for reference in (0, 4):
        fields = np.zeros((4, 2, 64, 64), np.float32)
        pairs = frame_pairs(5, reference, "composed")
        for field, (fixed, moving) in zip(fields, pairs, strict=True):
            field[1, sector] = -2 * (moving - fixed)
        ends.append(carry(masks[reference], reference, fields, sector, (1, 1), "composed"))
    share = backward_weights(5, 0, 4)
    corrected = (correct_drift(*ends, 4, share), correct_drift(*reversed(ends), 0, 1 - share))
    for forward, backward in (ends, corrected):
        fused = fuse(forward, backward, 0, 4, "distance")
        assert_array_equal(fused[:, sector], np.stack(masks)[:, sector])
