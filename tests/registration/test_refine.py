from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from echoweave.registration.apply import Registrar
from echoweave.registration.networks.registry import build_network
from echoweave.registration.refine import link_pairs, refine
from echoweave.registration.settings import Refinement, Settings

REFINEMENT = Refinement(
    size=64,
    grid_spacing_px=16,
    smoothing_px=1.0,
    bending_weight=0.001,
    max_frame_gap=2,
    steps=45,
)


def sliding_texture(dy: float, dx: float, n_frames: int, size: int = 64) -> NDArray[np.uint8]:
    """A random texture that moves by (dy, dx) pixels a frame."""
    texture = np.random.default_rng(0).normal(size=(size + 32, size + 32))
    texture = cv2.GaussianBlur(texture, (0, 0), 2)
    texture = (127 + 40 * texture / texture.std()).clip(0, 255)
    frames = []
    for frame in range(n_frames):
        shift = np.float32([[1, 0, frame * dx - 16], [0, 1, frame * dy - 16]])
        frames.append(cv2.warpAffine(texture, shift, (size, size), flags=cv2.INTER_CUBIC))
    return np.stack(frames).clip(0, 255).astype(np.uint8)


def test_links_lead_from_pair_to_pair() -> None:
    """Carrying from frame 0: 3 -> 2 -> 1 -> 0."""
    two, three = link_pairs([(1, 0), (2, 1), (3, 2)], max_frame_gap=3)
    assert (two.first, two.rest, two.moving) == ([1, 2], [0, 1], [0, 1])
    assert (three.first, three.rest, three.moving) == ([2], [0], [0])


def test_links_on_both_sides_of_a_reference_inside_the_sequence() -> None:
    (two,) = link_pairs([(1, 2), (3, 2), (0, 1), (4, 3)], max_frame_gap=2)
    assert (two.first, two.rest, two.moving) == ([2, 3], [0, 1], [2, 2])


def test_pairs_that_lead_back_or_to_the_reference_at_once_are_no_links() -> None:
    assert link_pairs([(0, 1), (1, 0)], max_frame_gap=2)[0].first == []
    assert link_pairs([(1, 0), (2, 0)], max_frame_gap=2)[0].first == []
    assert link_pairs([(1, 0), (2, 1)], max_frame_gap=1) == []


def test_a_motion_is_found_that_the_network_has_missed(settings: Settings) -> None:
    registrar = Registrar(build_network(settings, "test"), settings, REFINEMENT)
    fields = registrar.fields(sliding_texture(1.5, -1.0, n_frames=4), [(1, 0), (2, 1), (3, 2)])
    middle = fields[:, :, 12:-12, 12:-12].mean(axis=(2, 3))
    np.testing.assert_allclose(middle, np.tile([-1.5, 1.0], (3, 1)), atol=0.1)


def test_displacements_are_in_pixels_of_the_frames(settings: Settings) -> None:
    registrar = Registrar(build_network(settings, "test"), settings, REFINEMENT)
    (field,) = registrar.fields(sliding_texture(3, 2, n_frames=2, size=128), [(1, 0)])
    middle = field[:, 30:-30, 30:-30].mean(axis=(1, 2))
    np.testing.assert_allclose(middle, [-3, -2], atol=0.2)


def test_the_optimisation_starts_at_the_given_fields(settings: Settings) -> None:
    """Ten pixels are too far to be found from nothing."""
    frames = sliding_texture(10, 0, n_frames=2)
    near = torch.tensor([-9.0, 0.0]).reshape(1, 2, 1, 1).expand(1, 2, 64, 64)
    few = replace(REFINEMENT, steps=30)
    found = refine(near, frames, [(1, 0)], settings, few)[0, 0, 24:-12, 12:-12]
    assert found.mean() == pytest.approx(-10, abs=0.1)
    lost = refine(torch.zeros_like(near), frames, [(1, 0)], settings, few)
    assert lost[0, 0, 24:-12, 12:-12].mean() > -8


def test_black_frames_stay_where_they_are(settings: Settings) -> None:
    black = np.zeros((2, 64, 64), np.uint8)
    found = refine(torch.zeros(1, 2, 64, 64), black, [(1, 0)], settings, REFINEMENT)
    assert not found.any()


def test_refinement_repeats_itself(settings: Settings) -> None:
    frames = sliding_texture(1, 1, n_frames=3)
    start = torch.zeros(2, 2, 64, 64)
    few = replace(REFINEMENT, steps=3)
    one, other = (refine(start, frames, [(1, 0), (2, 1)], settings, few) for _ in range(2))
    assert torch.equal(one, other)
    assert one.any()


def test_a_refinement_that_diverges_says_so(settings: Settings) -> None:
    diverging = replace(REFINEMENT, bending_weight=1e39)
    registrar = Registrar(build_network(settings, "test"), settings, diverging)
    with pytest.raises(FloatingPointError, match="not finite"):
        registrar.fields(sliding_texture(1.5, -1.0, n_frames=3), [(1, 0), (2, 1)])
