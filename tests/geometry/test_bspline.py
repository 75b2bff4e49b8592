import pytest
import torch

from echoweave.geometry.bspline import dense_field, grid_size

SHAPES = pytest.mark.parametrize(
    ("spacing", "shape"), [(8, (64, 64)), (32, (100, 70)), (5, (23, 9))]
)


def point_positions(pixels: int, spacing: int) -> torch.Tensor:
    return (torch.arange(grid_size(pixels, spacing)) - 2.0) * spacing + (spacing - 1) / 2


def test_a_side_of_512_at_spacing_32_has_16_cells_and_two_beyond_each_edge() -> None:
    assert grid_size(512, 32) == 20
    assert grid_size(513, 32) == 21


@SHAPES
def test_constant_coefficients_give_a_constant_field(spacing: int, shape: tuple[int, int]) -> None:
    coefficients = torch.full((1, 2, *(grid_size(side, spacing) for side in shape)), 3.5)
    field = dense_field(coefficients, spacing, shape)
    torch.testing.assert_close(field, torch.full((1, 2, *shape), 3.5))


@SHAPES
def test_linear_coefficients_give_the_linear_field(spacing: int, shape: tuple[int, int]) -> None:
    y, x = (point_positions(side, spacing) for side in shape)
    coefficients = (0.2 * y[:, None] - 0.7 * x + 1)[None, None]
    expected = 0.2 * torch.arange(shape[0])[:, None] - 0.7 * torch.arange(shape[1]) + 1
    torch.testing.assert_close(
        dense_field(coefficients, spacing, shape)[0, 0], expected, atol=1e-4, rtol=1e-5
    )


def test_one_control_point_weighs_four_ninths_where_it_sits() -> None:
    coefficients = torch.zeros(1, 1, 8, 8)
    coefficients[..., 3, 3] = 1.0
    field = dense_field(coefficients, 5, (20, 20))[0, 0]
    # Point 3 is on pixel (3 - 2) * 5 + 2 = 7; a cubic B-spline is 2/3, 1/6, 0 at 0, 1, 2.
    assert field[7, 7].item() == pytest.approx(4 / 9)
    assert field[7, 12].item() == pytest.approx(2 / 3 * 1 / 6)
    assert field[7, 17].item() == 0
