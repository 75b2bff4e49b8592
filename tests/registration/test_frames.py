from dataclasses import replace

import numpy as np
import torch

from echoweave.registration.frames import pair_batch, prepare


def half_black(seed: int = 0) -> np.ndarray:
    """Frames uint8 [3, 32, 32]: speckle on the left, nothing on the right."""
    frames = np.random.default_rng(seed).integers(40, 120, (3, 32, 32)).astype(np.uint8)
    frames[:, :, 16:] = 0
    return frames


def test_the_sector_stays_sharp_when_frames_are_smoothed(settings) -> None:
    settings = replace(settings, smoothing_px=3.0, standardise=False)
    flat = np.where(np.arange(32) < 16, 100, 0).astype(np.uint8)
    frames, sector = prepare(np.broadcast_to(flat, (2, 32, 32)).copy(), settings)
    np.testing.assert_array_equal(sector[5], flat > 0)
    np.testing.assert_array_equal(frames[1, 5], flat)


def test_frames_that_nothing_is_done_to_keep_what_stands_beside_the_sector(settings) -> None:
    """As in config/paper.yaml, whose similarity is that of the whole picture."""
    frames = half_black()
    frames[:, 4:6, 28:30] = 200
    plain = replace(settings, smoothing_px=0, standardise=False)
    prepared = prepare(frames, plain)
    np.testing.assert_array_equal(prepared.frames, frames)
    assert not prepared.sector[:, 20:].any()
    assert not prepare(frames, replace(plain, standardise=True)).frames[:, :, 20:].any()


def test_smoothing_takes_the_speckle_down(settings) -> None:
    raw = prepare(half_black(), replace(settings, smoothing_px=0, standardise=False)).frames
    smooth = prepare(half_black(), replace(settings, smoothing_px=1.5, standardise=False)).frames
    np.testing.assert_array_equal(raw, half_black())
    assert smooth[:, :, :16].std() < raw[:, :, :16].std() / 2


def test_gain_and_offset_leave_standardised_frames_alone(settings) -> None:
    plain = prepare(half_black(), settings).frames
    brighter = prepare(
        np.where(half_black() > 0, half_black() * 2 + 10, 0).astype(np.uint8), settings
    )
    assert np.abs(plain.astype(int) - brighter.frames).max() <= 2
    assert abs(plain[:, :, :16].mean() - 110) < 2
    assert not plain[:, :, 16:].any()


def test_black_frames_pass(settings) -> None:
    assert np.isfinite(prepare(np.zeros((2, 32, 32), np.uint8), settings).frames).all()


def test_a_pair_is_two_channels_fixed_first() -> None:
    fixed, moving = np.zeros((1, 2, 2), np.uint8), np.full((1, 2, 2), 255, np.uint8)
    pairs = pair_batch(fixed, moving, torch.device("cpu"))
    assert pairs[0, :, 0, 0].tolist() == [0.0, 1.0]
