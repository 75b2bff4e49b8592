import numpy as np
import pytest

from echoweave.geometry.resize import resize_frames, resize_labels, resized_spacing


def test_frames_shrink_to_area_means() -> None:
    frame = np.array([[[0, 20, 100, 100], [40, 60, 100, 104]]], np.uint8)
    np.testing.assert_array_equal(resize_frames(frame, (1, 2)), [[[30, 101]]])


def test_frames_grow_with_the_outer_edges_in_place() -> None:
    # Centres of the new pixels lie at -0.25, 0.25, 0.75, 1.25 of the old ones.
    np.testing.assert_array_equal(
        resize_frames(np.array([[[0, 100]]], np.uint8), (1, 4)), [[[0, 25, 75, 100]]]
    )


def test_one_axis_may_shrink_while_the_other_grows() -> None:
    frame = np.array([[[0, 100], [20, 120]]], np.uint8)
    np.testing.assert_array_equal(resize_frames(frame, (1, 4)), [[[10, 35, 85, 110]]])


def test_fine_stripes_shrink_to_grey_instead_of_aliasing() -> None:
    stripes = np.zeros((1, 8, 8), np.uint8)
    stripes[:, ::2] = 200
    np.testing.assert_array_equal(resize_frames(stripes, (4, 16)), np.full((1, 4, 16), 100))


def test_labels_shrink_to_the_majority() -> None:
    mask = np.array([[[1, 1, 3, 0], [1, 2, 3, 3]]], np.uint8)
    np.testing.assert_array_equal(resize_labels(mask, (1, 2)), [[[1, 3]]])


def test_the_smaller_label_wins_a_tie() -> None:
    np.testing.assert_array_equal(resize_labels(np.array([[[3, 2]]], np.uint8), (1, 1)), [[[2]]])


def test_labels_grow_without_new_labels_between() -> None:
    mask = np.array([[[0, 3]]], np.uint8)
    np.testing.assert_array_equal(resize_labels(mask, (1, 4)), [[[0, 0, 3, 3]]])


def test_labels_and_frames_stay_together() -> None:
    """The half-height line of a resized disc is the border of its resized mask."""
    y, x = np.mgrid[:90, :70]
    disc = ((y - 40.3) ** 2 + (x - 33.1) ** 2 < 25**2).astype(np.uint8)
    frame, mask = resize_frames(disc[None] * 200, (64, 64)), resize_labels(disc[None], (64, 64))
    np.testing.assert_array_equal(mask == 1, frame > 100)


def test_a_disc_comes_back_from_the_cache_grid() -> None:
    y, x = np.mgrid[:120, :80]
    disc = ((y - 60) ** 2 + (x - 40) ** 2 < 30**2).astype(np.uint8)[None]
    back = resize_labels(resize_labels(disc, (128, 128)), (120, 80))
    assert np.count_nonzero(back != disc) < 0.01 * disc.sum()
    assert np.argwhere(back[0]).mean(axis=0) == pytest.approx((60, 40), abs=0.02)


def test_the_same_size_gives_a_copy() -> None:
    mask = np.array([[[0, 3]]], np.uint8)
    result = resize_labels(mask, (1, 2))
    result[:] = 1
    np.testing.assert_array_equal(mask, [[[0, 3]]])


def test_the_field_of_view_stays() -> None:
    # 1000 x 0.154 mm = 154 mm over 512 pixels; 500 x 0.308 mm = 154 mm over 256 pixels.
    assert resized_spacing((1000, 500), (0.154, 0.308), (512, 256)) == pytest.approx(
        (154 / 512, 154 / 256)
    )
