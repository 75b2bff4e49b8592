from dataclasses import replace

import pytest
import torch

from echoweave.geometry.bspline import dense_field, grid_size
from echoweave.registration.losses import (
    acceleration,
    bending_energy,
    inverse_error,
    local_ncc,
    ncc,
    ncc_batch,
    negative_mse,
    registration_loss,
    soft_dice,
)

EVERYWHERE = torch.ones(2, 1, 16, 16)


@pytest.fixture
def images() -> torch.Tensor:
    return torch.rand(2, 1, 16, 16, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("measure", [ncc, local_ncc])
def test_another_gain_and_offset_is_still_the_same_image(measure, images) -> None:
    assert measure(images, 0.5 * images + 0.2, EVERYWHERE).item() == pytest.approx(1, abs=1e-3)


def test_the_negative_of_an_image_has_ncc_minus_one(images) -> None:
    assert ncc(images, 1 - images, EVERYWHERE).item() == pytest.approx(-1, abs=1e-5)


def test_ncc_of_four_pixels_by_hand() -> None:
    fixed = torch.tensor([0.0, 0.0, 1.0, 1.0]).reshape(1, 1, 2, 2)
    warped = torch.tensor([0.0, 1.0, 1.0, 2.0]).reshape(1, 1, 2, 2)
    # Deviations (-.5, -.5, .5, .5) and (-1, 0, 0, 1): covariance 1/4, variances 1/4 and 1/2.
    assert ncc(fixed, warped, torch.ones(1, 1, 2, 2)).item() == pytest.approx(0.5**0.5)


@pytest.mark.parametrize("measure", [ncc, local_ncc, negative_mse])
def test_what_is_outside_the_mask_does_not_count(measure, images) -> None:
    mask = torch.zeros_like(images)
    mask[..., :10, :] = 1
    other = images.clone()
    other[..., 10:, :] = 7.0
    assert measure(images, other, mask) == measure(images, images, mask)


def test_a_flat_image_has_no_correlation_and_a_gradient(images) -> None:
    flat = torch.full_like(images, 0.5, requires_grad=True)
    similarity = ncc(images, flat, EVERYWHERE)
    similarity.backward()
    assert similarity.item() == pytest.approx(0, abs=1e-4)
    assert torch.isfinite(flat.grad).all()


def test_batch_ncc_is_fooled_by_brightness_between_images(images) -> None:
    """One dark and one bright pair whose own pixels do not correlate at all."""
    noise = torch.rand(2, 1, 16, 16, generator=torch.Generator().manual_seed(2))
    level = torch.tensor([0.0, 10.0])[:, None, None, None]
    assert ncc_batch(images + level, noise + level, EVERYWHERE).item() > 0.99
    assert abs(ncc(images + level, noise + level, EVERYWHERE).item()) < 0.15


def test_mse_by_hand() -> None:
    fixed, warped = torch.zeros(1, 1, 2, 2), torch.tensor([1.0, 2.0, 0.0, 5.0]).reshape(1, 1, 2, 2)
    mask = torch.tensor([1.0, 1.0, 0.0, 0.0]).reshape(1, 1, 2, 2)
    assert negative_mse(fixed, warped, mask).item() == pytest.approx(-2.5)


def test_bending_energy_of_a_quadratic_field() -> None:
    y, x = torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij")
    # u_yy = 6, u_xx = 2, u_xy = 0.5 in dy; nothing in dx.
    field = torch.stack((3 * y**2 + x**2 + 0.5 * x * y, torch.zeros(8, 8)))[None]
    by_hand = 6**2 + 2**2 + 2 * 0.5**2
    assert bending_energy(field, "pixel").item() == pytest.approx(by_hand)
    assert bending_energy(field, "normalised").item() == pytest.approx(by_hand * 8**2, rel=1e-5)


def test_linear_fields_do_not_bend() -> None:
    y, x = torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij")
    field = torch.stack((0.5 * y - x, 0.25 * x + 3))[None]
    assert bending_energy(field, "pixel").item() == pytest.approx(0, abs=1e-9)


def test_normalised_bending_energy_is_the_same_at_every_size() -> None:
    def deformation(size: int) -> torch.Tensor:
        """The same control points, eight cells across, in pixels of an image of this size."""
        shape = (1, 2, grid_size(size, size // 8), grid_size(size, size // 8))
        control = torch.rand(shape, generator=torch.Generator().manual_seed(3))
        return dense_field(control * size, size // 8, (size, size))

    small, large = (deformation(size) for size in (256, 512))
    ratio = bending_energy(large, "normalised") / bending_energy(small, "normalised")
    assert ratio.item() == pytest.approx(1, abs=0.01)
    # So a weight in pixels means the same on half the side if it is a quarter.
    in_pixels = bending_energy(small, "pixel") / bending_energy(large, "pixel")
    assert in_pixels.item() == pytest.approx(4, abs=0.04)


def shift(dy: float, dx: float, shape: tuple[int, int] = (20, 10)) -> torch.Tensor:
    return torch.tensor([dy, dx], dtype=torch.float32).reshape(1, 2, 1, 1).expand(1, 2, *shape)


def test_there_and_back_by_hand() -> None:
    """3 rows down and 1 up leave 2 of 20 rows; 1 column right and 0 left leave 1 of 10."""
    assert inverse_error(shift(3, 0), shift(-3, 0)).item() == 0
    error = inverse_error(shift(3, 1), shift(-1, 0)).item()
    assert error == pytest.approx((2 / 20) ** 2 + (1 / 10) ** 2)


def test_acceleration_is_what_is_left_of_the_way_there_and_the_way_back() -> None:
    """On by 3 and 1 pixels, here from 2 and 1 before: (3 - 2) / 20 of 20 rows, 0 of 10 columns."""
    assert acceleration(shift(3, 1), shift(-3, -1)).item() == 0
    assert acceleration(shift(3, 1), shift(-2, -1)).item() == pytest.approx((1 / 20) ** 2)


def test_soft_dice_by_hand() -> None:
    """Label 1: 2 (0.5 * 1) / (1.5 + 1) = 0.4; label 2: 2 (1 * 1) / (1 + 1) = 1; no label 3."""
    first, second = torch.zeros(2, 1, 4, 1, 3)
    first[0, 1, 0] = torch.tensor([0.5, 1.0, 0.0])
    second[0, 1, 0] = torch.tensor([1.0, 0.0, 0.0])
    first[0, 2, 0, 2] = second[0, 2, 0, 2] = 1
    first[0, 0] = 7  # the background
    assert soft_dice(first, second).item() == pytest.approx((0.4 + 1) / 2)


def test_the_inverse_error_compares_the_halves_of_the_batch(settings, images) -> None:
    """Likeness 1, no bending: what is left is 10 times the error of 2 of 16 rows."""
    dvf = torch.cat((shift(3, 0, (16, 16)), shift(-1, 0, (16, 16))))
    chosen = replace(settings, inverse_weight=10.0)
    parts = registration_loss(images, images, EVERYWHERE, dvf, chosen)
    assert parts["inverse_error"].item() == pytest.approx((2 / 16) ** 2)
    assert parts["loss"].item() == pytest.approx(-1 + 10 * (2 / 16) ** 2, abs=1e-4)
    assert "inverse_error" not in registration_loss(images, images, EVERYWHERE, dvf, settings)
