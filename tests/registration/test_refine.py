from dataclasses import replace

import pytest
import torch

from echoweave.errors import InputError
from echoweave.geometry.bspline import dense_field, grid_size
from echoweave.geometry.warp import jacobian_determinant, warp
from echoweave.registration.losses import bending_energy
from echoweave.registration.refine import refine
from echoweave.registration.settings import RefinementSettings

DEFAULTS = {
    "similarity": "ncc",
    "bending_weight": 0.01,
    "grid_spacing_px": 8,
    "shrinks": [4, 2],
    "steps": 30,
    "learning_rate": 0.1,
}
SETTINGS = RefinementSettings.from_config(DEFAULTS, "learn2reg.refinement")
# Sides that are no multiple of the spacing.
SHAPES = {"2-D": (44, 36), "3-D": (28, 20, 24)}


def smooth(shape: tuple[int, ...], channels: int, spacing: int, seed: int) -> torch.Tensor:
    """Return random values that are smooth over about ``spacing`` pixels, deviation about 1."""
    points = [grid_size(side, spacing) for side in shape]
    control = torch.randn(1, channels, *points, generator=torch.Generator().manual_seed(seed))
    return dense_field(2 * control, spacing, shape)


@pytest.fixture(params=SHAPES.values(), ids=SHAPES)
def pair(request: pytest.FixtureRequest) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Fixed and moving texture, and the field between them: some pixels, either way."""
    moving = smooth(request.param, 2, 4, seed=1).sigmoid()
    dvf = 2 * smooth(request.param, len(request.param), 12, seed=2)
    return warp(moving, dvf), moving, dvf


def error_px(found: torch.Tensor, true: torch.Tensor) -> float:
    """Return the mean length of the difference, away from the border."""
    inner = (found - true)[(..., *[slice(4, -4)] * (true.ndim - 2))]
    return inner.norm(dim=1).mean().item()


def test_a_smooth_displacement_is_found_without_folds(pair) -> None:
    fixed, moving, true = pair
    found = refine(fixed, moving, None, SETTINGS)
    assert found.shape == true.shape
    assert error_px(torch.zeros_like(true), true) > 1.2
    assert error_px(found, true) < 0.25
    assert (jacobian_determinant(found) > 0).all()


def test_half_the_way_is_completed(pair) -> None:
    fixed, moving, true = pair
    assert error_px(refine(fixed, moving, 0.5 * true, SETTINGS), true) < 0.3


def test_a_field_that_is_right_is_left_alone(pair) -> None:
    fixed, moving, true = pair
    assert error_px(refine(fixed, moving, true, SETTINGS), true) < 0.1


def test_no_steps_give_back_the_start(pair) -> None:
    fixed, moving, true = pair
    torch.testing.assert_close(refine(fixed, moving, true, replace(SETTINGS, steps=0)), true)


def test_bending_costs(pair) -> None:
    """So much of it that only what does not bend is left of a field."""
    fixed, moving, _ = pair
    stiff = refine(fixed, moving, None, replace(SETTINGS, bending_weight=1e4))
    free = refine(fixed, moving, None, SETTINGS)
    assert bending_energy(stiff, "pixel") < 0.01 * bending_energy(free, "pixel")


@pytest.mark.parametrize("rate", [1e4, 1e30])
def test_a_refinement_that_diverges_says_so(pair, rate: float) -> None:
    fixed, moving, _ = pair
    with pytest.raises(FloatingPointError, match="displacement"):
        refine(fixed, moving, None, replace(SETTINGS, learning_rate=rate))


def test_images_shrink_in_whole_cells() -> None:
    with pytest.raises(InputError) as caught:
        RefinementSettings.from_config(DEFAULTS | {"grid_spacing_px": 6}, "learn2reg.refinement")
    assert str(caught.value) == (
        "learn2reg.refinement: grid_spacing_px: 6 is no multiple of 4, one of the shrinks; take a "
        "multiple of 4"
    )
