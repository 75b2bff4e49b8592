import numpy as np
import pytest

from echoweave.bundles.windows import axis_starts, window_corners, window_weights


def test_windows_are_half_a_window_apart_or_less_and_reach_both_ends():
    assert axis_starts(16, 16) == [0]
    # 24 - 16 = 8, one step of 8; 25 needs two steps of 4.5, rounded to even.
    assert axis_starts(24, 16) == [0, 8]
    assert axis_starts(25, 16) == [0, 4, 9]


def test_corners_run_over_all_axes():
    assert window_corners((24, 16), (16, 16)) == [(0, 0), (8, 0)]


@pytest.mark.parametrize("window", [(16, 16), (4, 16, 16), (5, 7)])
def test_places_and_weights_are_those_of_nnunet(window):
    import torch
    from nnunetv2.inference.sliding_window_prediction import (
        compute_gaussian,
        compute_steps_for_sliding_window,
    )

    size = tuple(3 * side + 1 for side in window)
    theirs = compute_steps_for_sliding_window(size, window, 0.5)
    assert [axis_starts(*one) for one in zip(size, window, strict=True)] == theirs
    gaussian = compute_gaussian(window, value_scaling_factor=10, device=torch.device("cpu"))
    # Theirs are in half precision.
    assert np.allclose(10 * window_weights(window), gaussian.numpy(), rtol=2e-3, atol=1e-6)
