import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from echoweave.pseudolabels.propagate import carry, frame_pairs, likeliest_label

MODES = ("composed", "nearest", "direct")
EVERYWHERE = np.ones((64, 64), bool)
SPACING = (0.6, 0.4)


def square(top=20, left=24, size=16, label=1):
    mask = np.zeros((64, 64), np.uint8)
    mask[top : top + size, left : left + size] = label
    return mask


def shifts(pairs, dy, dx):
    """Fields of tissue that moves by (dy, dx) a frame: frame t at x shows frame s at x + u."""
    fields = np.zeros((len(pairs), 2, 64, 64), np.float32)
    for field, (fixed, moving) in zip(fields, pairs, strict=True):
        field[0] = (moving - fixed) * dy
        field[1] = (moving - fixed) * dx
    return fields


def moved(n_frames, reference, mode, dy, dx, mask=None):
    pairs = frame_pairs(n_frames, reference, mode)
    mask = square() if mask is None else mask
    return carry(mask, reference, shifts(pairs, dy, dx), EVERYWHERE, SPACING, mode)


def test_pairs_lead_step_by_step_to_the_reference():
    assert frame_pairs(4, 0, "composed") == [(1, 0), (2, 1), (3, 2)]
    assert frame_pairs(4, 3, "nearest") == [(2, 3), (1, 2), (0, 1)]
    assert sorted(frame_pairs(4, 1, "composed")) == [(0, 1), (2, 1), (3, 2)]
    assert frame_pairs(4, 3, "direct") == [(2, 3), (1, 3), (0, 3)]


@pytest.mark.parametrize("mode", MODES)
def test_a_square_follows_whole_pixels_forward(mode):
    labels = moved(4, 0, mode, dy=2, dx=-3).labels
    for frame in range(4):
        assert_array_equal(labels[frame], square(20 + 2 * frame, 24 - 3 * frame))


@pytest.mark.parametrize("mode", MODES)
def test_a_square_follows_whole_pixels_backward(mode):
    labels = moved(4, 3, mode, dy=2, dx=-3).labels
    for frame in range(4):
        assert_array_equal(labels[frame], square(20 + 2 * (frame - 3), 24 - 3 * (frame - 3)))


def test_a_reference_in_the_middle_is_carried_both_ways():
    labels = moved(5, 2, "composed", dy=1, dx=0).labels
    assert_array_equal(labels[0], square(18))
    assert_array_equal(labels[4], square(22))


def test_composed_fields_keep_the_motion_that_nearest_loses():
    """0.4 pixels a frame: after 10 frames 4 pixels, or none if each step is rounded."""
    assert_array_equal(moved(11, 0, "composed", dy=0.4, dx=0).labels[10], square(24))
    assert_array_equal(moved(11, 0, "nearest", dy=0.4, dx=0).labels[10], square(20))


def test_composed_fields_add_up():
    fields = moved(4, 0, "composed", dy=0.5, dx=-1).to_reference
    assert_allclose(fields[0], 0)
    assert_allclose(fields[3, 0], -1.5)
    assert_allclose(fields[3, 1], 3.0)


def test_composition_reads_the_second_field_where_the_first_leads():
    """Frame 2 -> 1 leads 5 columns left; there frame 1 -> 0 says 7 rows up, elsewhere 0."""
    fields = np.zeros((2, 2, 64, 64), np.float32)
    fields[1, 1] = -5
    fields[0, 0, :, 30] = -7
    to_reference = carry(square(), 0, fields, EVERYWHERE, SPACING, "composed").to_reference
    assert_allclose(to_reference[2, :, 10, 35], [-7, -5], atol=1e-4)
    assert_allclose(to_reference[2, :, 10, 30], [0, -5], atol=1e-4)


def test_all_labels_travel_together():
    mask = square(label=2)
    mask[24:32, 28:36] = 1
    mask[40:46, 28:36] = 3
    labels = moved(3, 0, "composed", dy=1, dx=1, mask=mask).labels
    assert_array_equal(labels[2], np.roll(mask, (2, 2), axis=(0, 1)))


@pytest.mark.parametrize("mode", MODES)
def test_the_reference_frame_is_the_reference(mode):
    speckled = np.random.default_rng(0).integers(0, 4, (64, 64)).astype(np.uint8)
    carried = moved(3, 1, mode, dy=0.3, dx=0.3, mask=speckled)
    assert_array_equal(carried.labels[1], speckled)


def test_what_comes_into_the_sector_has_the_label_at_its_edge():
    """The square is cut by the sector's edge at row 36 and moves up by 4 pixels."""
    sector = np.zeros((64, 64), bool)
    sector[:36] = True
    fields = shifts(frame_pairs(2, 0, "composed"), dy=-4, dx=0)
    labels = carry(square(20, size=16), 0, fields, sector, SPACING, "composed").labels
    assert_array_equal(labels[1], square(16, size=16) | square(20, size=16))


def test_the_papers_rule_knows_no_sector():
    """The square is cut at row 36 and moves up: below it comes background, not the square."""
    sector = np.zeros((64, 64), bool)
    sector[:36] = True
    fields = shifts(frame_pairs(2, 0, "nearest"), dy=-4, dx=0)
    labels = carry(square(20, size=16), 0, fields, sector, SPACING, "nearest").labels
    assert_array_equal(labels[1], square(16, size=16))


def test_labels_drawn_outside_the_sector_move_as_drawn():
    """The square goes on 6 rows below the edge: nothing else comes into view, nothing is cut."""
    sector = np.zeros((64, 64), bool)
    sector[:30] = True
    fields = shifts(frame_pairs(2, 0, "composed"), dy=-2, dx=0)
    labels = carry(square(20, size=16), 0, fields, sector, SPACING, "composed").labels
    assert_array_equal(labels[1], square(18, size=16))


def test_labels_inside_the_sector_do_not_appear_outside_it():
    sector = np.zeros((64, 64), bool)
    sector[:40] = True
    mask = square(20, size=20)  # cut at the edge
    fields = shifts(frame_pairs(2, 0, "composed"), dy=0, dx=3)
    labels = carry(mask, 0, fields, sector, SPACING, "composed").labels
    assert not labels[1, 40:].any()
    assert_array_equal(labels[1], square(20, 27, size=20))


# A sector of columns 0 to 39, in which tissue moves and beyond which nothing does.
LEFT = np.zeros((64, 64), bool)
LEFT[:, :40] = True


def bar(last, first=20, rows=slice(20, 32), label=1):
    mask = np.zeros((64, 64), np.uint8)
    mask[rows, first : last + 1] = label
    return mask


def seen_moving(mask, dy, dx, sector=LEFT):
    """Frame 2 of a mask in a sector that moves by (dy, dx) a frame; outside it all stands still."""
    fields = np.where(sector, shifts(frame_pairs(3, 0, "composed"), dy, dx), np.float32(0))
    return carry(mask, 0, fields, sector, SPACING, "composed").labels[2]


def test_a_bar_that_the_edge_cuts_stays_at_the_edge_as_it_moves_in():
    assert_array_equal(seen_moving(bar(last=39), 0, -3), bar(first=14, last=39))


def test_a_bar_that_the_edge_cuts_leaves_by_as_much_as_it_moves():
    assert_array_equal(seen_moving(bar(last=39), 0, 3), bar(first=26, last=45))


def test_a_bar_that_the_edge_cuts_slides_along_it():
    down = bar(last=39, rows=slice(24, 36))
    assert_array_equal(seen_moving(bar(last=39), 2, 0), down)


@pytest.mark.parametrize(("dy", "dx"), [(0, -2), (0, 2), (2, 0), (-2, 1), (1, -5)])
def test_a_wall_drawn_6_pixels_beyond_the_edge_moves_as_one(dy, dx):
    moved_wall = np.roll(bar(last=45, label=2), (2 * dy, 2 * dx), axis=(0, 1))
    assert_array_equal(seen_moving(bar(last=45, label=2), dy, dx), moved_wall)


def test_a_wall_that_is_wider_outside_moves_as_drawn():
    """It bulges outside, and close to the edge it is drawn along it: neither is a cut."""
    wall = bar(last=45, label=2) | bar(last=41, rows=slice(14, 38), label=2)
    assert_array_equal(seen_moving(wall, 0, -2), np.roll(wall, -4, axis=1))


def test_each_structure_that_meets_the_edge_is_cut_or_whole():
    """A wall drawn across the edge and a bar that stops there, both moving in by 4 pixels."""
    whole, cut = bar(last=45, label=2), bar(last=39, rows=slice(40, 50), label=3)
    expected = bar(first=16, last=41, label=2) + bar(16 + 23, 16, slice(40, 50), 3)
    assert_array_equal(seen_moving(whole + cut, 0, -2), expected)


def test_a_structure_touching_the_oblique_edge_of_a_cone_gets_no_ears():
    """A disc drawn across the edge of a cone moves as a disc, by (-4, -6)."""
    y, x = np.mgrid[:64, :64]
    cone = np.abs(x - 32) <= 0.6 * y
    disc = (np.hypot(y - 28, x - 44) < 10).astype(np.uint8)
    moved_disc = (np.hypot(y - 24, x - 38) < 10).astype(np.uint8)
    assert_array_equal(seen_moving(disc, -2, -3, sector=cone), moved_disc)


def test_distances_in_mm_travel_with_the_mask():
    """Rows are 0.6 mm high and columns 0.4 mm wide: half of the smaller is the way to the edge.

    Pixel (28, 24) is the first of its row in the square, with the nearest pixel outside 0.4 mm
    away; a frame later, two rows down, so is pixel (30, 24).
    """
    distances = moved(2, 0, "composed", dy=2, dx=0).distances
    assert distances.shape == (2, 4, 64, 64)
    for frame in (0, 1):
        row = 28 + 2 * frame
        assert distances[frame, 1, row, 24] == pytest.approx(0.4 - 0.2, abs=1e-4)
        assert distances[frame, 1, row, 21] == pytest.approx(-(3 * 0.4 - 0.2), abs=1e-4)
    assert (distances[:, 2] < -1000).all(), "no myocardium in the mask"


def test_half_a_pixel_is_kept_in_the_distances():
    """Nothing of it shows in the labels of a row: 0.5 rows down is 0.3 mm less above."""
    distances = moved(2, 0, "composed", dy=0.5, dx=0).distances
    assert distances[0, 1, 22, 32] - distances[1, 1, 22, 32] == pytest.approx(0.3, abs=1e-4)


def test_two_frames_are_enough():
    assert moved(2, 1, "composed", dy=1, dx=0).labels.shape == (2, 64, 64)


def test_the_largest_distance_wins_and_the_smaller_label_where_two_are_equal():
    distances = np.array([[-1, 2, 0, 3], [1, 2, -5, 4], [0, 1, 7, 4]], np.float32)
    everywhere = np.ones((1, 4), bool)
    assert_array_equal(likeliest_label(distances[:, None], everywhere), [[1, 0, 2, 1]])


def test_the_extent_is_the_sector_and_where_labels_from_beyond_it_have_moved():
    """Whether the edge cuts a structure or not: the other direction may see it cut."""
    fields = shifts(frame_pairs(2, 0, "composed"), 0, 2)
    inside, beyond = (
        carry(mask, 0, fields, LEFT, SPACING, "composed").extent[1]
        for mask in (square(left=10), bar(last=45))
    )
    assert_array_equal(inside, LEFT)
    assert_array_equal(beyond, LEFT | (bar(last=47) > 0))


def test_outside_the_extent_there_is_no_label():
    distances = np.array([[-1, -1], [1, 1]], np.float32)
    assert_array_equal(likeliest_label(distances[:, None], np.array([[True, False]])), [[1, 0]])
