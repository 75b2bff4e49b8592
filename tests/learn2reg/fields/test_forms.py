"""Both forms as arrays, against the shapes and the zoom of the challenge."""

import numpy as np
import pytest
from scipy.ndimage import zoom

from echoweave.learn2reg.fields.forms import as_stored, form_of, native_field

# (I, J, K).
GRID = (12, 10, 16)


def test_todays_form_has_the_component_last() -> None:
    native = np.arange(3 * 12 * 10 * 16, dtype=np.float32).reshape(3, *GRID)
    stored = as_stored(native, "full")
    assert (stored.shape, stored.dtype) == ((12, 10, 16, 3), np.float32)
    assert stored[2, 3, 4, 1] == native[1, 2, 3, 4]
    assert np.array_equal(native_field(stored, GRID), native)


def test_the_form_of_2020_is_half_as_large_and_counts_full_voxels() -> None:
    i, j, k = np.indices(GRID) / 16
    native = np.stack([3 * np.sin(1.5 * j), 2 * np.cos(1.5 * i), np.sin(1.5 * k) + j])
    stored = as_stored(native.astype(np.float32), "half")
    assert (stored.shape, stored.dtype) == ((3, 6, 5, 8), np.float16)
    assert np.abs(stored).max() == pytest.approx(np.abs(native).max(), abs=0.01)
    # As the evaluation of 2020 reads it.
    expected = np.array([zoom(component, 2, order=2) for component in stored.astype("float32")])
    assert np.array_equal(native_field(stored, GRID), expected)
    # A grid half as fine cannot hold all, least at the border, where the spline is mirrored.
    error = np.abs(native_field(stored, GRID) - native)
    assert error[:, 2:-2, 2:-2, 2:-2].max() < 0.03
    assert error.max() < 0.12


def test_a_form_is_told_by_its_shape_and_odd_sides_have_one_alone() -> None:
    assert form_of((12, 10, 16, 3), GRID) == "full"
    assert form_of((3, 6, 5, 8), GRID) == "half"
    with pytest.raises(ValueError, match=r"3, or in the form of 2020 3 x 6 x 5 x 8$"):
        form_of((3, *GRID), GRID)
    with pytest.raises(ValueError, match=r"on the grid of its fixed image 4 x 4 x 5 x 3$"):
        form_of((3, 2, 2, 2), (4, 4, 5))
