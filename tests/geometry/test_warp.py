import math

import pytest
import torch

from echoweave.geometry.warp import compose, jacobian_determinant, resize_fields, warp


def constant_field(dy: float, dx: float, size: int = 8) -> torch.Tensor:
    field = torch.empty(1, 2, size, size)
    field[:, 0], field[:, 1] = dy, dx
    return field


def test_an_integer_shift_reads_the_pixel_two_below_and_one_to_the_left() -> None:
    image = torch.arange(64.0).reshape(1, 1, 8, 8)
    warped = warp(image, constant_field(2, -1))
    torch.testing.assert_close(warped[..., :6, 1:], image[..., 2:, :7], atol=1e-4, rtol=0)


def test_half_a_pixel_is_the_mean_of_two() -> None:
    image = torch.tensor([[0.0, 10.0, 30.0]]).expand(3, 3)[None, None]
    warped = warp(image, constant_field(0, 0.5, size=3))
    torch.testing.assert_close(warped[0, 0, 1], torch.tensor([5.0, 20.0, 30.0]))


@pytest.mark.parametrize(("padding", "outside"), [("border", 7.0), ("zeros", 0.0)])
def test_padding_says_what_lies_outside(padding: str, outside: float) -> None:
    warped = warp(torch.full((1, 1, 4, 4), 7.0), constant_field(9, 0, size=4), padding)
    assert warped.unique().tolist() == [outside]


def test_translations_add_up() -> None:
    composed = compose(constant_field(1, -2), constant_field(0.5, 3))
    torch.testing.assert_close(composed, constant_field(1.5, 1))


def test_the_second_field_is_read_where_the_first_leads() -> None:
    second = torch.zeros(1, 2, 8, 8)
    second[0, 0, 5, 3] = 4.0
    composed = compose(constant_field(2, 0), second)
    assert composed[0, 0, 3, 3].item() == pytest.approx(6.0, abs=1e-4)
    assert composed[0, 0, 5, 3].item() == pytest.approx(2.0, abs=1e-4)


def test_warping_twice_is_warping_by_the_composition() -> None:
    ramp = torch.arange(16.0)
    image = (ramp[:, None] * 3 + ramp * 2)[None, None]
    first, second = constant_field(1, 2, 16), constant_field(2, 1, 16)
    second[:, 0] += 0.1 * ramp[:, None]
    twice = warp(warp(image, second), first)
    once = warp(image, compose(first, second))
    torch.testing.assert_close(twice[..., 2:10, 2:10], once[..., 2:10, 2:10])


def test_jacobian_of_a_scaling_is_the_product_of_the_scales() -> None:
    ramp = torch.arange(8.0)
    field = torch.stack((0.5 * ramp[:, None].expand(8, 8), -0.2 * ramp.expand(8, 8)))[None]
    torch.testing.assert_close(jacobian_determinant(field), torch.full((1, 8, 8), 1.5 * 0.8))


def test_a_mirrored_image_folds_everywhere() -> None:
    ramp = torch.arange(8.0)
    field = torch.stack((torch.zeros(8, 8), -2 * ramp.expand(8, 8)))[None]
    torch.testing.assert_close(jacobian_determinant(field), torch.full((1, 8, 8), -1.0))


def test_fields_on_more_pixels_are_as_many_times_longer() -> None:
    resized = resize_fields(constant_field(2, -1), (24, 16))
    torch.testing.assert_close(resized[0, :, 0, 0], torch.tensor([6.0, -2.0]))
    assert resized.shape == (1, 2, 24, 16)


@pytest.mark.parametrize("unsound", [math.nan, math.inf, -math.inf])
def test_a_displacement_that_is_not_finite_is_never_sampled(unsound: float) -> None:
    """torch's gradient of such a warp reads outside of the image and may end the process."""
    field = constant_field(0, 0)
    field[0, 1, 3, 3] = unsound
    with pytest.raises(FloatingPointError, match="a displacement is not finite"):
        warp(torch.zeros(1, 1, 8, 8), field)


def test_a_displacement_far_out_of_the_image_reads_its_border() -> None:
    image = torch.arange(64.0).reshape(1, 1, 8, 8)
    assert warp(image, constant_field(1e30, 1e30)).unique().item() == 63
