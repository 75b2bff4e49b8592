import numpy as np

from echoweave.viewer.contours import outlines


def corners(outline: list[int]) -> set[tuple[int, int]]:
    return set(zip(outline[::2], outline[1::2], strict=True))


def test_the_outline_runs_between_the_pixels_in_tenths() -> None:
    mask = np.zeros((9, 12), bool)
    mask[2:6, 3:10] = True
    (outline,) = outlines(mask)
    x, y = outline[::2], outline[1::2]
    # Half a pixel outside the centres of the first and last pixel.
    assert (min(x), max(x)) == (25, 95)
    assert (min(y), max(y)) == (15, 55)


def test_a_mask_at_the_border_is_closed_outside_the_image() -> None:
    (outline,) = outlines(np.ones((4, 5), bool))
    assert (min(outline[::2]), max(outline[::2])) == (-5, 45)
    assert (min(outline[1::2]), max(outline[1::2])) == (-5, 35)


def test_a_ring_has_two_outlines() -> None:
    mask = np.zeros((20, 20), bool)
    mask[3:17, 3:17] = True
    mask[8:12, 8:12] = False
    assert len(outlines(mask)) == 2


def test_a_straight_edge_costs_two_points() -> None:
    mask = np.zeros((200, 200), bool)
    mask[20:180, 20:180] = True
    (outline,) = outlines(mask)
    assert len(corners(outline)) <= 8


def test_nothing_has_no_outline() -> None:
    assert outlines(np.zeros((5, 5), bool)) == []
