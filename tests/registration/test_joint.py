from dataclasses import replace

import numpy as np
import pytest
import torch

from echoweave.geometry.warp import compose, jacobian_determinant
from echoweave.pseudolabels.estimators.joint import Joint
from echoweave.registration import joint
from echoweave.registration.joint import register_clip
from echoweave.registration.settings import JointSettings
from tests.motion import sliding_texture

SETTINGS = JointSettings(
    size=64,
    grid_spacing_px=16,
    smoothing_px=1.0,
    bending_weight=0.001,
    inverse_weight=100,
    acceleration_weight=10,
    max_frame_gap=2,
    steps=45,
    rim_share=0.04,
)
FEW = replace(SETTINGS, steps=3)


def middle(fields: torch.Tensor) -> np.ndarray:
    return fields[:, :, 16:-16, 16:-16].mean(dim=(2, 3)).numpy()


def test_a_sliding_texture_goes_there_and_back() -> None:
    later, earlier = register_clip(sliding_texture(1.5, -1.0, n_frames=4), SETTINGS)
    np.testing.assert_allclose(middle(later), np.tile([1.5, -1.0], (3, 1)), atol=0.1)
    np.testing.assert_allclose(middle(earlier), np.tile([-1.5, 1.0], (3, 1)), atol=0.1)
    assert compose(later, earlier)[:, :, 8:-8, 8:-8].abs().max() < 0.1
    assert (jacobian_determinant(later) > 0).all()


def test_a_still_rim_is_not_compared() -> None:
    """A quarter of the picture stands still; where it is left out, the rest moves as one."""
    frames = sliding_texture(0, 1.5, n_frames=3, size=(64, 48))
    frames[:, :, :6], frames[:, :, -6:] = frames[0, :, :6], frames[0, :, -6:]
    # Black beside it: the border of a picture is no rim.
    frames = np.pad(frames, ((0, 0), (0, 0), (8, 8)))
    held, free = (
        register_clip(frames, replace(SETTINGS, rim_share=share)).later[:, 1, 8:-8, 14:18].mean()
        for share in (0, 0.15)
    )
    assert free == pytest.approx(1.5, abs=0.1)
    assert held < 0.85 * free


def test_displacements_are_in_pixels_of_the_frames_and_add_up_between_any_two() -> None:
    frames = sliding_texture(2, 1, n_frames=3, size=(128, 128))
    fields = Joint(SETTINGS).fields(frames, [(1, 0), (0, 2), (2, 0)])
    found = middle(torch.from_numpy(fields))
    np.testing.assert_allclose(found, [[-2, -1], [4, 2], [-4, -2]], atol=0.25)


def test_the_directions_of_a_clip_are_those_of_the_clip_turned() -> None:
    frames = sliding_texture(1, 1, n_frames=4)
    later, earlier = register_clip(frames, FEW)
    turned = register_clip(frames[::-1].copy(), FEW)
    torch.testing.assert_close(turned.later, earlier.flip(0))
    torch.testing.assert_close(turned.earlier, later.flip(0))


def test_a_long_clip_in_pieces_moves_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = sliding_texture(0.5, 0.5, n_frames=8)
    # So heavy that a change of pace which is missed where pieces meet would show.
    uneven = replace(FEW, acceleration_weight=1000)
    whole = register_clip(frames, uneven)
    monkeypatch.setattr(joint, "_CHUNK", 3)
    pieces = register_clip(frames, uneven)
    torch.testing.assert_close(pieces.later, whole.later, atol=1e-4, rtol=0)
    torch.testing.assert_close(pieces.earlier, whole.earlier, atol=1e-4, rtol=0)


def test_a_jump_of_one_frame_is_evened_out() -> None:
    """Frame 2 of 5 is 1 pixel further than the others, which move by .5 pixels a frame."""
    frames = sliding_texture(0.5, 0, n_frames=7)
    frames[2] = frames[4]
    free, even = (
        middle(register_clip(frames[:5], replace(SETTINGS, acceleration_weight=weight)).later)
        for weight in (0, 100)
    )
    np.testing.assert_allclose(free[:, 0], [0.5, 1.5, -0.5, 0.5], atol=0.15)
    assert np.ptp(even[:, 0]) < 0.5 * np.ptp(free[:, 0])
    assert even[:, 0].sum() == pytest.approx(2, abs=0.2), "the whole way stays"


def test_black_frames_stay_where_they_are() -> None:
    later, earlier = register_clip(np.zeros((2, 64, 64), np.uint8), FEW)
    assert not later.any()
    assert not earlier.any()


def test_one_frame_has_no_motion() -> None:
    assert register_clip(sliding_texture(1, 1, n_frames=1), FEW).later.shape == (0, 2, 64, 64)


def test_a_clip_always_moves_alike() -> None:
    one, other = (register_clip(sliding_texture(1, 1, n_frames=3), FEW) for _ in range(2))
    assert torch.equal(one.later, other.later)
    assert one.later.any()


def test_an_optimisation_that_diverges_says_so() -> None:
    diverging = replace(FEW, bending_weight=1e39)
    with pytest.raises(FloatingPointError, match="not finite"):
        register_clip(sliding_texture(1.5, -1.0, n_frames=3), diverging)
