from collections.abc import Sequence

import pytest
import torch

from echoweave.geometry.bspline import dense_field, grid_size

SHAPES = pytest.mark.parametrize(
    ("spacing", "shape"),
    [(8, (64, 64)), (32, (100, 70)), (5, (23, 9)), (4, (16, 16, 16)), (5, (11, 23, 9))],
)


def point_positions(pixels: int, spacing: int) -> torch.Tensor:
    return (torch.arange(grid_size(pixels, spacing)) - 2.0) * spacing + (spacing - 1) / 2


def linear_at(places: Sequence[torch.Tensor]) -> torch.Tensor:
    slopes = [0.2, -0.7, 0.4]
    ramps = torch.meshgrid(*places, indexing="ij")
    return sum(slope * ramp for slope, ramp in zip(slopes, ramps, strict=False)) + 1


def test_a_side_of_512_at_spacing_32_has_16_cells_and_two_beyond_each_edge() -> None:
    assert grid_size(512, 32) == 20
    assert grid_size(513, 32) == 21


@SHAPES
def test_constant_coefficients_give_a_constant_field(spacing: int, shape: tuple[int, ...]) -> None:
    coefficients = torch.full((1, 2, *(grid_size(side, spacing) for side in shape)), 3.5)
    field = dense_field(coefficients, spacing, shape)
    torch.testing.assert_close(field, torch.full((1, 2, *shape), 3.5))


@SHAPES
def test_linear_coefficients_give_the_linear_field(spacing: int, shape: tuple[int, ...]) -> None:
    """Of two fields at once: the second is the negative of the first."""
    points = linear_at([point_positions(side, spacing) for side in shape])
    field = dense_field(torch.stack((points, -points))[:, None], spacing, shape)
    expected = linear_at([torch.arange(float(side)) for side in shape])
    torch.testing.assert_close(field[0, 0], expected, atol=1e-4, rtol=1e-5)
    torch.testing.assert_close(field[1, 0], -expected, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("dims", [2, 3], ids=["2-D", "3-D"])
def test_one_control_point_weighs_two_thirds_an_axis_where_it_sits(dims: int) -> None:
    coefficients = torch.zeros(1, 1, *[8] * dims)
    coefficients[(..., *[3] * dims)] = 1.0
    field = dense_field(coefficients, 5, [20] * dims)[0, 0]
    # Point 3 is on pixel (3 - 2) * 5 + 2 = 7; a cubic B-spline is 2/3, 1/6, 0 at 0, 1, 2.
    elsewhere = [7] * (dims - 1)
    assert field[(*elsewhere, 7)].item() == pytest.approx((2 / 3) ** dims)
    assert field[(*elsewhere, 12)].item() == pytest.approx((2 / 3) ** (dims - 1) * 1 / 6)
    assert field[(12, *elsewhere)].item() == pytest.approx((2 / 3) ** (dims - 1) * 1 / 6)
    assert field[(*elsewhere, 17)].item() == 0
