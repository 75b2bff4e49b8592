import numpy as np
import pytest

from echoweave.clips.clip import Box
from echoweave.mmode.strip import LUMEN, OUTSIDE, UNKNOWN, Strip
from echoweave.mmode.windows import (
    cut_picture,
    mean_row,
    resize_mask,
    share_side,
    square_mask,
    square_picture,
    tile_windows,
    training_windows,
    uncut,
)


def marked(height, width, rows, columns):
    """A strip whose lumen fills ``rows``; beyond ``columns`` nobody has marked it."""
    mask = np.full((height, width), UNKNOWN, np.uint8)
    mask[:, columns] = OUTSIDE
    mask[rows, columns] = LUMEN
    return Strip(pixels=np.zeros((height, width), np.uint8), mask=mask)


def test_windows_overlap_by_half_and_the_last_one_ends_with_the_strip():
    boxes = tile_windows((40, 100), 40)
    assert [box.left for box in boxes] == [0, 20, 40, 60]
    assert boxes[-1] == Box(0, 60, 40, 100)
    # 70 columns of room: four steps, each less than half a window.
    assert [box.left for box in tile_windows((40, 110), 40)] == [0, 18, 35, 52, 70]


@pytest.mark.parametrize(
    ("centre_row", "top"), [(None, 10), (19.5, 10), (12, 2), (3, 0), (39, 20), (-50, 0), (400, 20)]
)
def test_a_window_never_leaves_the_strip(centre_row, top):
    (box,) = tile_windows((40, 20), 20, centre_row)
    assert (box.top, box.bottom) == (top, top + 20)


def test_a_window_is_never_higher_than_the_strip():
    assert tile_windows((40, 60), 90)[0] == Box(0, 0, 40, 40)


def test_a_narrow_strip_has_one_window_that_is_stretched_in_time():
    (box,) = tile_windows((8, 4), 8)
    assert box == Box(0, 0, 8, 4)
    pixels = np.tile(np.array([10, 20, 30, 40], np.uint8), (8, 1))
    # New centres lie a quarter of an old column beside old ones; halves are rounded up.
    assert list(square_picture(pixels, box)[0]) == [10, 13, 18, 23, 28, 33, 38, 40]
    lumen = (pixels > 20).astype(np.uint8)
    assert list(square_mask(lumen, box)[0]) == [0, 0, 0, 0, 1, 1, 1, 1]
    back = uncut(square_mask(lumen, box).astype(np.float32), box)
    assert back.shape == (8, 4)
    assert np.array_equal(back > 0.5, lumen > 0)


def test_a_whole_strip_is_learnt_from_however_narrow_it_is():
    strip = marked(40, 6, slice(10, 20), slice(0, 6))
    assert training_windows(strip, [1.0]) == [Box(0, 0, 40, 6)]


def test_a_share_of_the_height():
    assert [share_side(616, share) for share in (1.0, 0.75, 0.5)] == [616, 462, 308]


def test_the_mean_row_of_the_lumen():
    assert mean_row(marked(40, 10, slice(10, 21), slice(2, 5)).mask) == 15
    assert mean_row(np.full((4, 4), UNKNOWN, np.uint8)) is None


def test_training_windows_lie_around_the_lumen_in_columns_that_somebody_marked():
    strip = marked(40, 200, slice(4, 13), slice(30, 110))
    large, small = (training_windows(strip, [share]) for share in (1.0, 0.5))
    assert large == [Box(0, left, 40, left + 40) for left in (30, 50, 70)]
    # The lumen's mean row is 8, and a window around it would begin above the strip.
    assert {(box.top, box.bottom) for box in small} == {(0, 20)}
    assert (small[0].left, small[-1].right) == (30, 110)
    assert training_windows(strip, [1.0, 0.5]) == large + small


def test_a_marked_run_is_tiled_by_itself():
    strip = marked(40, 200, slice(10, 20), slice(0, 200))
    strip.mask[:, 60:90] = UNKNOWN
    # One column that is known in part alone is not known.
    strip.mask[3, 150] = UNKNOWN
    lefts = [(box.left, box.right) for box in training_windows(strip, [1.0])]
    assert lefts == [(0, 40), (20, 60), (90, 130), (110, 150), (151, 191), (160, 200)]


def test_a_run_narrower_than_half_a_window_is_left_out():
    strip = marked(40, 200, slice(10, 20), slice(50, 69))
    assert [box.bottom - box.top for box in training_windows(strip, [1.0, 0.5])] == [20]
    strip = marked(40, 200, slice(10, 20), slice(50, 70))
    assert training_windows(strip, [1.0]) == [Box(0, 50, 40, 70)]


def test_pictures_shrink_by_area_means_and_masks_keep_their_borders():
    pixels = np.zeros((8, 12), np.uint8)
    pixels[:4, 4:8] = 200
    pixels[4, 4:8] = 100
    assert cut_picture(pixels, Box(0, 4, 8, 12), 4)[:, 0].tolist() == [200, 200, 50, 0]
    mask = (pixels > 0).astype(np.uint8)
    assert resize_mask(square_mask(mask, Box(0, 4, 8, 12)), 4)[:, 0].tolist() == [1, 1, 0, 0]


def test_what_was_found_comes_back_between_the_same_edges():
    found = np.zeros((4, 4), np.float32)
    found[:2] = 1
    back = uncut(found, Box(0, 0, 16, 16))
    assert back.shape == (16, 16)
    # The border lies in the middle, and what lies between is linear.
    assert np.allclose(back[[0, 5, 6, 7, 8, 9, 10], 3], [1, 1, 0.875, 0.625, 0.375, 0.125, 0])
