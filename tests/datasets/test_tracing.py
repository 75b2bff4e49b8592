"""Masks and volumes from tracings, by hand."""

import numpy as np
import pytest
from skimage.draw import polygon

from echoweave.datasets.tracing import Tracing, filled_polygon


def box(width: float, height: float, chords: int = 4) -> Tracing:
    """Chords of one length across a vertical axis that starts at (10, 0)."""
    at = (np.arange(chords) + 0.5) / chords * height
    ends = [[[10 - width / 2, y], [10 + width / 2, y]] for y in at]
    return Tracing(0, np.array([[10.0, 0.0], [10.0, height]]), np.array(ends))


def test_the_volume_of_discs_alike_is_that_of_a_cylinder() -> None:
    # pi / 4 * 8^2 * 20
    assert box(8, 20).volume_px3 == pytest.approx(1005.3096)
    # However many discs there are.
    assert box(8, 20, chords=7).volume_px3 == pytest.approx(1005.3096)


def test_ejection_fraction_by_hand() -> None:
    """8 x 20 at ED, 6 x 16 at ES: 1 - 36 * 16 / (64 * 20) = 0.55."""
    assert 1 - box(6, 16).volume_px3 / box(8, 20).volume_px3 == pytest.approx(0.55)


def test_discs_differ() -> None:
    chords = np.array([[[9.0, 1.0], [11.0, 1.0]], [[8.0, 3.0], [12.0, 3.0]]])
    tracing = Tracing(0, np.array([[10.0, 0.0], [10.0, 4.0]]), chords)
    # pi / 4 * (2^2 + 4^2) * 4 / 2
    assert tracing.volume_px3 == pytest.approx(10 * np.pi)


def test_the_mask_is_the_rounded_ring_of_chord_ends_without_the_axis() -> None:
    chords = np.array([[[2.4, 1.2], [4.4, 0.8]], [[1.6, 2.9], [5.1, 3.1]]])
    tracing = Tracing(7, np.array([[3.0, 0.0], [3.0, 5.0]]), chords)
    assert tracing.outline.tolist() == [[2.4, 1.2], [1.6, 2.9], [5.1, 3.1], [4.4, 0.8]]
    # Corners (2, 1), (2, 3), (5, 3), (4, 1): the edge counts.
    assert tracing.mask((5, 7)).astype(int).tolist() == [
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 1, 0, 0],
        [0, 0, 1, 1, 1, 0, 0],
        [0, 0, 1, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 0, 0],
    ]


def test_polygons_are_filled_as_scikit_image_fills_them() -> None:
    """Published masks are filled by it; some polygons here go beyond the frame."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        angles, radius = np.sort(rng.uniform(0, 2 * np.pi, 20)), rng.uniform(5, 60, 20)
        corners = np.stack([56 + radius * np.cos(angles), 50 + radius * np.sin(angles)], axis=1)
        whole = np.rint(corners).astype(np.int64)
        expected = np.zeros((100, 112), bool)
        expected[polygon(whole[:, 1], whole[:, 0], expected.shape)] = True
        np.testing.assert_array_equal(filled_polygon(whole, (100, 112)), expected)


def test_a_sound_tracing_has_no_fault() -> None:
    assert box(8, 20).fault() == ""


def test_chords_that_cross() -> None:
    tracing = box(8, 20)
    tracing.chords[1, :, 1] = [0.0, 20.0]
    assert tracing.fault() == "chords 1 and 2 cross"


def test_a_chord_with_its_ends_exchanged() -> None:
    tracing = box(8, 20)
    tracing.chords[2] = tracing.chords[2, ::-1].copy()
    assert tracing.fault().startswith("the outline crosses itself")


def test_chords_out_of_order() -> None:
    tracing = box(8, 20)
    tracing.chords[:] = tracing.chords[[0, 2, 1, 3]]
    assert tracing.fault() == "its chords are not in order along its first row, the long axis"


@pytest.mark.parametrize("width", [0.0, 8.0])
def test_an_outline_of_nothing(width: float) -> None:
    assert box(width, 0 if width else 20).fault() == "the outline encloses nothing"
