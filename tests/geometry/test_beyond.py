import numpy as np
from numpy.testing import assert_array_equal

from echoweave.geometry.beyond import continue_beyond, continue_motion

MIDDLE = np.array([[0, 1, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 0, 0]], bool)
VALUES = np.array([[9, 1, 2, 9, 9], [9, 3, 4, 9, 9], [9, 9, 9, 9, 9]], np.float32)


def test_outside_is_the_nearest_pixel_inside():
    continued = continue_beyond(VALUES, MIDDLE)
    assert_array_equal(continued, [[1, 1, 2, 2, 2], [3, 3, 4, 4, 4], [3, 3, 4, 4, 4]])
    assert VALUES[0, 0] == 9, "the argument stays as it was"


def test_leading_axes_are_continued_one_by_one():
    continued = continue_beyond(np.stack((VALUES, 10 * VALUES)), MIDDLE)
    assert_array_equal(continued[1], 10 * continued[0])


def test_without_an_outside_or_an_inside_nothing_changes():
    assert_array_equal(continue_beyond(VALUES, np.ones_like(MIDDLE)), VALUES)
    assert_array_equal(continue_beyond(VALUES, np.zeros_like(MIDDLE)), VALUES)


def test_a_field_has_no_step_beyond_a_convex_region():
    """A shear by .25 px a row inside a cone: nowhere outside do neighbours differ by more."""
    y, x = np.mgrid[:64, :64]
    cone = np.abs(x - 32) <= y / 2
    field = np.where(cone, 0.25 * y, 100).astype(np.float32)
    continued = continue_beyond(field, cone)
    # Nearest pixels lie on a staircase, whose steps are of at most 2 rows.
    assert max(np.abs(np.diff(continued, axis=axis)).max() for axis in (0, 1)) <= 0.5


LEFT = np.arange(8)[None, :] < np.full((4, 1), 5)


def row_of(*values):
    """A field that is the same in every row and of both components."""
    return np.broadcast_to(np.array(values, np.float32), (2, 4, 8))


def test_motion_goes_on_with_the_slope_that_it_has_inside():
    """u is 4 at the edge and grows by 1 a column: 5, 6 and 7 beyond it."""
    continued = continue_motion(row_of(0, 1, 2, 3, 4, 0, 0, 0), LEFT)
    assert_array_equal(continued, row_of(0, 1, 2, 3, 4, 5, 6, 7))


def test_motion_that_fades_towards_the_edge_does_not_turn_round_behind_it():
    continued = continue_motion(row_of(-8, -6, -4, -2, -1, 9, 9, 9), LEFT)
    assert_array_equal(continued, row_of(-8, -6, -4, -2, -1, 0, 0, 0))


def test_motion_at_most_doubles_beyond_the_edge():
    continued = continue_motion(row_of(-9, -6, -3, 0, 2, 0, 0, 0), LEFT)
    assert_array_equal(continued, row_of(-9, -6, -3, 0, 2, 4, 4, 4))


def test_motion_without_an_outside_or_an_inside_stays():
    field = row_of(0, 1, 2, 3, 4, 5, 6, 7)
    assert_array_equal(continue_motion(field, np.ones((4, 8), bool)), field)
    assert_array_equal(continue_motion(field, np.zeros((4, 8), bool)), field)
