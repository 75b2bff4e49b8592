"""Images (Y, X) and volumes (Z, Y, X) alike."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import pytest
import torch
from torch import Tensor

from echoweave.geometry.bspline import dense_field, grid_size
from echoweave.registration.losses import (
    REGULARISERS,
    SIMILARITIES,
    acceleration,
    bending_energy,
    diffusion_energy,
    gradient_l1,
    inverse_error,
    local_ncc,
    ncc,
    ncc_batch,
    negative_mse,
    registration_loss,
    soft_dice,
)
from echoweave.registration.networks.heads import summed_gradients

DIMS = pytest.mark.parametrize("dims", [2, 3], ids=["2-D", "3-D"])


@pytest.fixture(params=[(16, 16), (12, 10, 14)], ids=["2-D", "3-D"])
def images(request: pytest.FixtureRequest) -> Tensor:
    return torch.rand(2, 1, *request.param, generator=torch.Generator().manual_seed(1))


def everywhere(images: Tensor) -> Tensor:
    return torch.ones_like(images[:, :1])


def square(values: Sequence[float], dims: int = 2) -> Tensor:
    """An image of 2 x 2 pixels, or a volume of one such slice."""
    return torch.tensor(values).reshape(1, 1, *[1] * (dims - 2), 2, 2)


def ramps(dims: int, size: int = 8) -> tuple[Tensor, ...]:
    return torch.meshgrid(*[torch.arange(float(size))] * dims, indexing="ij")


def only_first(component: Tensor) -> Tensor:
    """A field whose first component is given; nothing moves along the other axes."""
    others = [torch.zeros_like(component)] * (component.ndim - 1)
    return torch.stack((component, *others))[None]


@pytest.mark.parametrize("measure", [ncc, local_ncc])
def test_another_gain_and_offset_is_still_the_same_image(measure, images) -> None:
    similarity = measure(images, 0.5 * images + 0.2, everywhere(images))
    assert similarity.item() == pytest.approx(1, abs=1e-3)


def test_the_negative_of_an_image_has_ncc_minus_one(images) -> None:
    assert ncc(images, 1 - images, everywhere(images)).item() == pytest.approx(-1, abs=1e-5)


@DIMS
def test_ncc_of_four_pixels_by_hand(dims: int) -> None:
    fixed, warped = (square(values, dims) for values in ([0.0, 0, 1, 1], [0.0, 1, 1, 2]))
    # Deviations (-.5, -.5, .5, .5) and (-1, 0, 0, 1): covariance 1/4, variances 1/4 and 1/2.
    assert ncc(fixed, warped, torch.ones_like(fixed)).item() == pytest.approx(0.5**0.5)


@DIMS
def test_local_ncc_of_four_pixels_is_the_square_of_their_ncc(dims: int) -> None:
    """All of them are in the window of each."""
    fixed, warped = (square(values, dims) for values in ([0.0, 0, 1, 1], [0.0, 1, 1, 2]))
    assert local_ncc(fixed, warped, torch.ones_like(fixed)).item() == pytest.approx(0.5, abs=1e-4)


def test_local_ncc_of_a_volume_is_that_of_windows_with_nine_pixels_an_axis() -> None:
    """Those at the border hold what is inside."""
    fixed, warped = torch.rand(2, 1, 1, 11, 10, 12, generator=torch.Generator().manual_seed(1))
    by_window = []
    for z, y, x in product(range(11), range(10), range(12)):
        window = tuple(slice(max(at - 4, 0), at + 5) for at in (z, y, x))
        one, other = fixed[0, 0][window].flatten(), warped[0, 0][window].flatten()
        by_window.append(torch.corrcoef(torch.stack((one, other)))[0, 1] ** 2)
    expected = torch.stack(by_window).mean().item()
    similarity = local_ncc(fixed, warped, everywhere(fixed)).item()
    assert similarity == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("measure", [ncc, local_ncc, negative_mse])
def test_what_is_outside_the_mask_does_not_count(measure, images) -> None:
    mask = torch.zeros_like(images)
    mask[..., :8, :] = 1
    other = images.clone()
    other[..., 8:, :] = 7.0
    assert measure(images, other, mask) == measure(images, images, mask)


def test_a_flat_image_has_no_correlation_and_a_gradient(images) -> None:
    flat = torch.full_like(images, 0.5, requires_grad=True)
    similarity = ncc(images, flat, everywhere(images))
    similarity.backward()
    assert similarity.item() == pytest.approx(0, abs=1e-4)
    assert torch.isfinite(flat.grad).all()


def test_batch_ncc_is_fooled_by_brightness_between_images(images) -> None:
    """One dark and one bright pair whose own pixels do not correlate at all."""
    noise = torch.rand(images.shape, generator=torch.Generator().manual_seed(2))
    level = torch.tensor([0.0, 10.0]).reshape(2, *[1] * (images.ndim - 1))
    assert ncc_batch(images + level, noise + level, everywhere(images)).item() > 0.99
    assert abs(ncc(images + level, noise + level, everywhere(images)).item()) < 0.15


@DIMS
def test_mse_by_hand(dims: int) -> None:
    fixed, warped, mask = (
        square(values, dims) for values in ([0.0] * 4, [1.0, 2, 0, 5], [1.0, 1, 0, 0])
    )
    assert negative_mse(fixed, warped, mask).item() == pytest.approx(-2.5)


@pytest.mark.parametrize("measure", SIMILARITIES.values(), ids=SIMILARITIES)
def test_several_channels_count_with_their_average(
    measure: Callable[[Tensor, Tensor, Tensor], Tensor], images: Tensor
) -> None:
    """Windows of other brightness and contrast, in a mask of another size for each image."""
    generator = torch.Generator().manual_seed(3)
    fixed = torch.cat((images, 5 + 3 * torch.rand(images.shape, generator=generator)), dim=1)
    warped = fixed + torch.rand(fixed.shape, generator=generator)
    warped[:, 1] *= 2
    mask = everywhere(images)
    mask[0, ..., 4:] = 0
    alone = [measure(fixed[:, [one]], warped[:, [one]], mask).item() for one in (0, 1)]
    assert abs(alone[0] - alone[1]) > 0.01
    assert measure(fixed, warped, mask).item() == pytest.approx(sum(alone) / 2, rel=1e-5)


def test_bending_energy_of_a_quadratic_field() -> None:
    y, x = ramps(2)
    # u_yy = 6, u_xx = 2, u_xy = 0.5 in dy; nothing in dx.
    field = only_first(3 * y**2 + x**2 + 0.5 * x * y)
    by_hand = 6**2 + 2**2 + 2 * 0.5**2
    assert bending_energy(field, "pixel").item() == pytest.approx(by_hand)
    assert bending_energy(field, "normalised").item() == pytest.approx(by_hand * 8**2, rel=1e-5)


def test_bending_energy_of_a_quadratic_field_of_a_volume() -> None:
    z, y, x = ramps(3)
    # u_zz = 6, u_yy = 2, u_xx = 1, u_zy = 0.5, u_zx = 2, u_yx = 3 in dz; nothing in dy and dx.
    field = only_first(3 * z**2 + y**2 + 0.5 * x**2 + 0.5 * z * y + 2 * z * x + 3 * y * x)
    by_hand = 6**2 + 2**2 + 1 + 2 * (0.5**2 + 2**2 + 3**2)
    assert bending_energy(field, "pixel").item() == pytest.approx(by_hand, rel=1e-5)
    assert bending_energy(field, "normalised").item() == pytest.approx(by_hand * 8**2, rel=1e-5)


@DIMS
def test_normalised_bending_takes_each_side_of_the_image_as_unit(dims: int) -> None:
    """u = y^2 and u = x^2, 8 pixels high and 4 wide: (2 * 8^2 / 8)^2 and (2 * 4^2 / 8)^2."""
    first, *_, last = ramps(dims)
    down, across = (only_first(ramp**2)[..., :4] for ramp in (first, last))
    assert bending_energy(down, "normalised").item() == pytest.approx(16**2, rel=1e-5)
    assert bending_energy(across, "normalised").item() == pytest.approx(4**2, rel=1e-5)


@DIMS
def test_linear_fields_do_not_bend(dims: int) -> None:
    first, *_, last = ramps(dims)
    field = only_first(0.5 * first - last)
    field[:, -1] = 0.25 * last + 3
    assert bending_energy(field, "pixel").item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("dims", "size"), [(2, 256), (3, 32)], ids=["2-D", "3-D"])
def test_normalised_bending_energy_is_the_same_at_every_size(dims: int, size: int) -> None:
    cells = {2: 8, 3: 2}[dims]

    def deformation(size: int) -> Tensor:
        """The same control points, as many cells across, in pixels of an image of this size."""
        spacing = size // cells
        shape = (1, dims, *[grid_size(size, spacing)] * dims)
        control = torch.rand(shape, generator=torch.Generator().manual_seed(3))
        return dense_field(control * size, spacing, [size] * dims)

    small, large = deformation(size), deformation(2 * size)
    ratio = bending_energy(large, "normalised") / bending_energy(small, "normalised")
    assert ratio.item() == pytest.approx(1, abs=0.01)
    # So a weight in pixels means the same on half the side if it is a quarter.
    in_pixels = bending_energy(small, "pixel") / bending_energy(large, "pixel")
    assert in_pixels.item() == pytest.approx(4, abs=0.04)


@DIMS
def test_diffusion_of_a_linear_field_by_hand(dims: int) -> None:
    first, *_, last = ramps(dims)
    field = only_first(0.5 * first - 2 * last)
    field[:, -1] = 3 * last + 1
    assert diffusion_energy(field).item() == pytest.approx(0.5**2 + 2**2 + 3**2)


@DIMS
def test_gradient_l1_is_that_of_the_gradients_that_were_summed(dims: int) -> None:
    channels = torch.randn(2, dims, *(4, 5, 6)[:dims], generator=torch.Generator().manual_seed(1))
    from_rest = (torch.sigmoid(channels) - 0.5).abs().mean().item()
    assert gradient_l1(summed_gradients(channels)).item() == pytest.approx(from_rest)


def test_gradient_l1_by_hand() -> None:
    """Steps of dy (1, 2) and (-1, 0) down two columns, of dx (4, 0) and (0, 0) along two rows."""
    field = torch.tensor([[[1.0, -1], [3, -1]], [[4, 4], [0, 0]]])[None]
    assert gradient_l1(field).item() == pytest.approx((1 + 2 + 1 + 0 + 4 + 0 + 0 + 0) / 8 / 2)


@DIMS
@pytest.mark.parametrize("name", REGULARISERS)
def test_nothing_that_moves_costs_nothing(name: str, dims: int) -> None:
    field = torch.zeros(2, dims, *[4] * dims)
    assert REGULARISERS[name](field).item() == 0
    field[0, 0, 1] = 1
    assert REGULARISERS[name](field).item() > 0


def shift(moves: Sequence[float], shape: Sequence[int] = (20, 10, 5)) -> Tensor:
    dims = len(moves)
    field = torch.tensor(moves, dtype=torch.float32).reshape(1, dims, *[1] * dims)
    return field.expand(1, dims, *shape[:dims])


@DIMS
def test_there_and_back_by_hand(dims: int) -> None:
    """3 rows down and 1 up leave 2 of 20 rows; 1 column right and 0 left leave 1 of 10."""
    down, up = shift([3, 0, 0][:dims]), shift([-3, 0, 0][:dims])
    # The eight weights of a volume do not add up to 1 exactly.
    assert inverse_error(down, up).item() <= {2: 0, 3: 1e-15}[dims]
    there, back = [3, 1, 2][:dims], [-1, 0, -2][:dims]
    error = inverse_error(shift(there), shift(back)).item()
    assert error == pytest.approx((2 / 20) ** 2 + (1 / 10) ** 2)


@DIMS
def test_acceleration_is_what_is_left_of_the_way_there_and_the_way_back(dims: int) -> None:
    """On by 3 and 1 pixels, here from 2 and 1 before: (3 - 2) / 20 of 20 rows, 0 of 10 columns."""
    ahead, same, back = [3, 1, 2][:dims], [-3, -1, -2][:dims], [-2, -1, -2][:dims]
    assert acceleration(shift(ahead), shift(same)).item() == 0
    assert acceleration(shift(ahead), shift(back)).item() == pytest.approx((1 / 20) ** 2)


@pytest.fixture(params=[2, 3], ids=["2-D", "3-D"])
def one_hot(request: pytest.FixtureRequest) -> tuple[Tensor, Tensor]:
    """Label 1: 2 (0.5 * 1) / (1.5 + 1) = 0.4; label 2: 2 (1 * 1) / (1 + 1) = 1; no label 3."""
    shape = [1] * (request.param - 1)
    first, second = torch.zeros(2, 1, 4, *shape, 3)
    first[0, 1] = torch.tensor([0.5, 1.0, 0.0])
    second[0, 1] = torch.tensor([1.0, 0.0, 0.0])
    first[0, 2, ..., 2] = second[0, 2, ..., 2] = 1
    first[0, 0] = 7  # the background
    return first, second


def test_soft_dice_by_hand(one_hot) -> None:
    assert soft_dice(*one_hot).item() == pytest.approx((0.4 + 1) / 2)


def test_labels_that_are_not_known_in_a_pair_do_not_count(one_hot) -> None:
    """The same pair twice: in the second one, nobody has drawn label 2."""
    first, second = (torch.cat((one, one)) for one in one_hot)
    known = torch.tensor([[True, True, True, True], [True, True, False, True]])
    assert soft_dice(first, second, known).item() == pytest.approx((0.4 + 1 + 0.4) / 3)


def test_a_pair_without_labels_has_a_dice_of_0_and_no_gradient(one_hot) -> None:
    first, second = (one.requires_grad_() for one in one_hot)
    dice = soft_dice(first, second, torch.zeros(1, 4, dtype=torch.bool))
    dice.backward()
    assert dice.item() == 0
    assert not first.grad.any()


@DIMS
def test_the_inverse_error_compares_the_halves_of_the_batch(settings, dims: int) -> None:
    """Likeness 1, no bending: what is left is 10 times the error of 2 of 16 rows."""
    shape = (16, 16, 8)[:dims]
    images = torch.rand(2, 1, *shape, generator=torch.Generator().manual_seed(1))
    dvf = torch.cat((shift([3, 0, 0][:dims], shape), shift([-1, 0, 0][:dims], shape)))
    chosen = replace(settings, inverse_weight=10.0)
    parts = registration_loss(images, images, everywhere(images), dvf, chosen)
    assert parts["inverse_error"].item() == pytest.approx((2 / 16) ** 2)
    assert parts["loss"].item() == pytest.approx(-1 + 10 * (2 / 16) ** 2, abs=1e-4)
    without = registration_loss(images, images, everywhere(images), dvf, settings)
    assert "inverse_error" not in without
