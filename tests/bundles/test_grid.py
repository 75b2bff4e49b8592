import numpy as np
import pytest

from echoweave.bundles.grid import from_grid, to_grid


def test_what_is_black_in_all_frames_is_cut_off():
    frames = np.zeros((2, 8, 6), np.uint8)
    frames[0, 2, 1], frames[1, 5, 4] = 10, 20
    grid = to_grid(frames, (1.0, 1.0), (1.0, 1.0))
    assert (grid.rows, grid.columns) == (slice(2, 6), slice(1, 5))
    assert grid.frames.shape == (2, 4, 4)
    assert grid.frames.mean() == pytest.approx(0, abs=1e-6)
    assert grid.frames.std() == pytest.approx(1, abs=1e-6)


def test_frames_come_at_the_spacing_of_the_networks():
    frames = np.full((1, 10, 20), 7, np.uint8)
    grid = to_grid(frames, (0.5, 0.3), (1.0, 0.4))
    # 10 * .5 / 1 = 5 rows; 20 * .3 / .4 = 15 columns.
    assert grid.frames.shape == (1, 5, 15)
    assert grid.spacing == pytest.approx((1.0, 0.4))


def test_frames_without_any_light_are_kept_whole():
    grid = to_grid(np.zeros((1, 4, 5), np.uint8), (1.0, 1.0), (1.0, 1.0))
    assert grid.shape == (4, 5)
    assert not grid.frames.any()


def test_pictures_are_resampled_as_nnunet_does_it():
    from nnunetv2.preprocessing.resampling.default_resampling import resample_data_or_seg_to_shape

    frames = np.random.default_rng(3).integers(1, 255, (1, 24, 30)).astype(np.uint8)
    grid = to_grid(frames, (1.0, 1.0), (0.8, 1.5))
    plain = (frames - frames.mean()) / frames.std()
    theirs = resample_data_or_seg_to_shape(
        plain[None], (1, 30, 20), (999, 1, 1), (999, 0.8, 1.5), order=3, order_z=0
    )
    assert np.allclose(grid.frames, theirs[0], atol=1e-4)


def test_scores_are_resampled_as_nnunet_does_it():
    from nnunetv2.preprocessing.resampling.default_resampling import resample_data_or_seg_to_shape

    scores = np.random.default_rng(4).normal(size=(3, 12, 10)).astype(np.float32)
    theirs = resample_data_or_seg_to_shape(
        scores[:, None], (1, 31, 17), (999, 1, 1), (999, 0.4, 0.6), order=1, order_z=0
    )
    assert np.allclose(from_grid(scores, (31, 17)), theirs[:, 0], atol=1e-4)
