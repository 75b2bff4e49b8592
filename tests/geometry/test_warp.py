"""Images (Y, X) and volumes (Z, Y, X) alike; fields of both are given by their last components."""

import math
from collections.abc import Sequence

import pytest
import torch
from tests.smooth_fields import smooth_noise

from echoweave.geometry.warp import (
    compose,
    compose_steps,
    in_sides,
    integrate,
    jacobian_determinant,
    resize_fields,
    warp,
)

DIMS = pytest.mark.parametrize("dims", [2, 3], ids=["2-D", "3-D"])
SMOOTH = pytest.mark.parametrize("shape", [(48, 40), (48, 40, 32)], ids=["2-D", "3-D"])


def constant_field(moves: Sequence[float], size: int = 8) -> torch.Tensor:
    return torch.tensor(moves, dtype=torch.float32).reshape(1, -1, *[1] * len(moves)) * torch.ones(
        [size] * len(moves)
    )


def counted(dims: int, size: int = 8) -> torch.Tensor:
    """An image or volume whose pixels are numbered."""
    return torch.arange(float(size**dims)).reshape(1, 1, *[size] * dims)


def scaling(shares: Sequence[float], size: int = 8) -> torch.Tensor:
    """A field that grows along the axis of each component, by a share of a pixel a pixel."""
    ramps = torch.meshgrid(*[torch.arange(float(size))] * len(shares), indexing="ij")
    return torch.stack([share * ramp for share, ramp in zip(shares, ramps, strict=True)])[None]


@DIMS
def test_an_integer_shift_reads_the_pixel_two_below_and_one_to_the_left(dims: int) -> None:
    image = counted(dims)
    warped = warp(image, constant_field([0, 2, -1][-dims:]))
    torch.testing.assert_close(warped[..., :6, 1:], image[..., 2:, :7], atol=1e-4, rtol=0)


def test_the_first_component_of_a_volume_moves_along_its_first_axis() -> None:
    volume = counted(3)
    warped = warp(volume, constant_field([3, 0, 0]))
    torch.testing.assert_close(warped[:, :, :5], volume[:, :, 3:], atol=1e-4, rtol=0)


@DIMS
def test_half_a_pixel_is_the_mean_of_two(dims: int) -> None:
    image = torch.tensor([0.0, 10.0, 30.0]).expand(1, 1, *[3] * dims)
    warped = warp(image, constant_field([0, 0, 0.5][-dims:], size=3))
    torch.testing.assert_close(warped, torch.tensor([5.0, 20.0, 30.0]).expand_as(image))


@DIMS
def test_between_all_axes_is_the_mean_of_all_corners(dims: int) -> None:
    """Half a pixel along every axis: the mean of 0 to 3, or of 0 to 7."""
    warped = warp(counted(dims, size=2), constant_field([0.5] * dims, size=2))
    assert warped.flatten()[0].item() == pytest.approx((2**dims - 1) / 2)


@DIMS
@pytest.mark.parametrize(("padding", "outside"), [("border", 7.0), ("zeros", 0.0)])
def test_padding_says_what_lies_outside(padding: str, outside: float, dims: int) -> None:
    image = torch.full((1, 1, *[4] * dims), 7.0)
    warped = warp(image, constant_field([9, 0, 0][:dims], size=4), padding)
    assert warped.unique().tolist() == [outside]


@DIMS
def test_translations_add_up(dims: int) -> None:
    first, second, whole = [1, -2, 3][:dims], [0.5, 3, -1][:dims], [1.5, 1, 2][:dims]
    composed = compose(constant_field(first), constant_field(second))
    torch.testing.assert_close(composed, constant_field(whole))


@DIMS
def test_the_second_field_is_read_where_the_first_leads(dims: int) -> None:
    second = constant_field([0] * dims)
    second[0, 0, 5, 3] = 4.0
    composed = compose(constant_field([2, 0, 0][:dims]), second)
    torch.testing.assert_close(composed[0, 0, 3, 3], torch.full([8] * (dims - 2), 6.0))
    torch.testing.assert_close(composed[0, 0, 5, 3], torch.full([8] * (dims - 2), 2.0))


@DIMS
def test_warping_twice_is_warping_by_the_composition(dims: int) -> None:
    image = scaling([3, 2, 5][:dims], 16).sum(dim=1, keepdim=True)
    first, second = constant_field([1, 2, 1][:dims], 16), constant_field([2, 1, 1][:dims], 16)
    second += scaling([0.1, 0, 0][:dims], 16)
    twice = warp(warp(image, second), first)
    once = warp(image, compose(first, second))
    inner = (..., *[slice(2, 10)] * dims)
    torch.testing.assert_close(twice[inner], once[inner])


@DIMS
def test_steps_from_frame_to_frame_add_up_from_the_last_one(dims: int) -> None:
    """From frame 2 to 1 by two pixels, and from there as far as frame 1 moves at that place."""
    to_first, to_second = constant_field([0] * dims), constant_field([2, 0, 0][:dims])
    to_first[0, 0, 5] = 1.0
    whole = compose_steps(torch.cat((to_first, to_second)))
    assert whole[0, 0, 3].unique().tolist() == pytest.approx([3.0])
    assert whole[0, 0, 0].unique().tolist() == pytest.approx([2.0])


@DIMS
def test_jacobian_of_a_scaling_is_the_product_of_the_scales(dims: int) -> None:
    determinant = jacobian_determinant(scaling([0.5, -0.2, 1][:dims]))
    expected = [1.2, 2.4][dims - 2]
    torch.testing.assert_close(determinant, torch.full((1, *[8] * dims), expected))


@DIMS
def test_jacobian_of_a_shear_and_a_turn(dims: int) -> None:
    """Rows (1, a), (b, 1) of the last two axes: 1 - ab; the shear along the first changes none."""
    field = constant_field([0] * dims)
    ramps = torch.meshgrid(*[torch.arange(8.0)] * dims, indexing="ij")
    field[0, -2] = 0.5 * ramps[-1]
    field[0, -1] = -0.25 * ramps[-2] + (dims - 2) * ramps[0]
    expected = torch.full((1, *[8] * dims), 1 + 0.5 * 0.25)
    torch.testing.assert_close(jacobian_determinant(field), expected)


def test_jacobian_of_a_volume_with_derivatives_along_all_axes() -> None:
    """The matrix 1 + ((0, 1, 2), (3, 0, 1), (1, 2, 0)) / 10 by Sarrus."""
    matrix = torch.tensor([[0.0, 1, 2], [3, 0, 1], [1, 2, 0]]) / 10
    ramps = torch.stack(torch.meshgrid(*[torch.arange(5.0)] * 3, indexing="ij"))
    field = torch.einsum("ca,azyx->czyx", matrix, ramps)[None]
    by_hand = 1 + (0.1 * 0.1 * 0.1 + 0.2 * 0.3 * 0.2) - (0.2 * 0.1 + 0.1 * 0.3 + 0.1 * 0.2)
    torch.testing.assert_close(jacobian_determinant(field), torch.full((1, 5, 5, 5), by_hand))


@DIMS
def test_a_mirrored_image_folds_everywhere(dims: int) -> None:
    determinant = jacobian_determinant(scaling([0, 0, -2][-dims:]))
    torch.testing.assert_close(determinant, torch.full((1, *[8] * dims), -1.0))


@DIMS
def test_fields_on_more_pixels_are_as_many_times_longer(dims: int) -> None:
    shape = (24, 16, 4)[:dims]
    resized = resize_fields(constant_field([2, -1, 6][:dims]), shape)
    assert resized.shape == (1, dims, *shape)
    expected = torch.tensor([6.0, -2.0, 3.0][:dims])
    torch.testing.assert_close(resized.flatten(2)[0, :, 0], expected)


@DIMS
def test_a_resized_field_lies_where_it_was(dims: int) -> None:
    """Pixel 1 of two half as large ones spans pixels 2 and 3: 1/4 and 3/4 of the way from 0.5."""
    field = scaling([1, 0, 0][:dims], size=2)
    resized = resize_fields(field, [4] * dims)[0, 0].reshape(4, -1)[:, 0]
    torch.testing.assert_close(resized, 2 * torch.tensor([0, 0.25, 0.75, 1]))


@DIMS
def test_the_sides_of_an_image_as_unit(dims: int) -> None:
    field = constant_field([2, -1, 4][:dims])[..., :4]
    in_units = in_sides(field).flatten(2)[0, :, 0]
    expected = {2: [2 / 8, -1 / 4], 3: [2 / 8, -1 / 8, 4 / 4]}[dims]
    assert in_units.tolist() == pytest.approx(expected)


@DIMS
def test_a_constant_velocity_moves_by_itself(dims: int) -> None:
    velocity = constant_field([1.5, -2.0, 0.5][:dims])
    torch.testing.assert_close(integrate(velocity), velocity)


@DIMS
def test_a_velocity_that_grows_with_its_place_moves_by_powers_of_e(dims: int) -> None:
    """y' = y / 4 leads from y to y exp(1/4) after unit time, within the image."""
    velocity = scaling([0.25, 0, 0][:dims])
    moved = integrate(velocity)[0, 0].reshape(8, -1)[:5, 0]
    by_hand = (math.exp(0.25) - 1) * torch.arange(5.0)
    torch.testing.assert_close(moved, by_hand, atol=0, rtol=2e-3)


@SMOOTH
def test_the_flow_of_the_negative_velocity_is_the_inverse(shape: tuple[int, ...]) -> None:
    velocity = smooth_noise(shape, 3)
    there, back = integrate(velocity), integrate(-velocity)
    assert there.abs().max() > 2
    assert compose(there, back).abs().max() < 0.05


@SMOOTH
def test_the_flow_does_not_fold_where_the_velocity_itself_would(shape: tuple[int, ...]) -> None:
    velocity = smooth_noise(shape, 10)
    assert (jacobian_determinant(velocity) <= 0).any()
    assert (jacobian_determinant(integrate(velocity)) > 0).all()


@DIMS
@pytest.mark.parametrize("unsound", [math.nan, math.inf, -math.inf])
def test_a_displacement_that_is_not_finite_is_never_sampled(unsound: float, dims: int) -> None:
    """torch's gradient of such a warp reads outside of the image and may end the process."""
    field = constant_field([0] * dims)
    field[0, 1, 3, 3] = unsound
    with pytest.raises(FloatingPointError, match="a displacement is not finite"):
        warp(counted(dims), field)


@DIMS
def test_a_displacement_far_out_of_the_image_reads_its_border(dims: int) -> None:
    last = 8**dims - 1
    assert warp(counted(dims), constant_field([1e30] * dims)).unique().item() == last
