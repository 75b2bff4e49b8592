import numpy as np
import pytest

from echoweave.cache.match import match_frames, remove_mean, thumbnails, upper_bounds


def test_thumbnails_ignore_size_brightness_and_contrast() -> None:
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 100, (2, 32, 32)).astype(np.uint8)
    large = np.kron(frames * 2 + 30, np.ones((1, 3, 2))).astype(np.uint8)
    np.testing.assert_allclose(thumbnails(large), thumbnails(frames), atol=1e-6)


def test_a_black_frame_resembles_nothing() -> None:
    assert not thumbnails(np.zeros((1, 40, 40), np.uint8)).any()


def test_the_mean_picture_goes_and_length_one_stays() -> None:
    rows = np.array([[3.0, 1.0], [0.0, 5.0]], np.float32)
    np.testing.assert_allclose(
        remove_mean(rows, np.array([0.0, 1.0], np.float32)), [[1, 0], [0, 1]]
    )


def test_columns_increase_even_against_the_best_of_each_row() -> None:
    similarity = np.array(
        [
            [0.2, 0.0, 0.9, 0.0],
            [0.0, 0.8, 0.1, 0.3],
            [0.0, 0.0, 0.7, 0.6],
        ],
        np.float32,
    )
    columns, score = match_frames(similarity)
    # 0, 1, 2: (0.2 + 0.8 + 0.7) / 3. The best of each row, 2, 1, 2, does not increase.
    assert columns.tolist() == [0, 1, 2]
    assert score == pytest.approx(1.7 / 3)


def test_frames_may_be_skipped() -> None:
    columns, score = match_frames(np.array([[0, 1, 0, 0, 0], [0, 0, 0, 0, 1]], np.float32))
    assert columns.tolist() == [1, 4]
    assert score == 1


def test_bounds_of_each_clip() -> None:
    clip = np.eye(3, dtype=np.float32)[:2]
    others = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0.8, 0]], np.float32)
    # The first clip has frames 0-1, both found; the second frames 2-3, of which one fits by .8.
    np.testing.assert_allclose(upper_bounds(clip, others, [0, 2]), [1.0, 0.4])
