"""The training loss: how alike the images are, and how much the field bends.

Images and volumes alike: ``*shape`` is (Y, X) or (Z, Y, X), and D the number of its axes. Images of
C channels, such as windows of grey values, count with the average of their channels.
"""

from collections.abc import Callable, Mapping
from functools import partial, reduce
from itertools import combinations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from echoweave.geometry.warp import compose, in_sides
from echoweave.registration.settings import Bending, ModelSettings, Regulariser, Similarity

_EPSILON = 1e-6
# Side of the window of the local NCC, in pixels.
_WINDOW = 9


def registration_loss(
    fixed: Tensor, warped: Tensor, mask: Tensor, dvf: Tensor, settings: ModelSettings
) -> dict[str, Tensor]:
    """Return the loss of a batch and its parts, by their names in the curves.

    ``loss = bending_weight * bending_energy - similarity``, and with an ``inverse_weight`` that
    much of the ``inverse_error``.

    Args:
        fixed: float [N, 1, *shape].
        warped: The moving images after the warp, float [N, 1, *shape].
        mask: float [N, 1, *shape], 1 where the images are compared.
        dvf: float [N, D, *shape] in pixels; with an ``inverse_weight`` the second half holds the
            pairs of the first half the other way round.
        settings: Chooses the measures.
    """
    similarity = SIMILARITIES[settings.similarity](fixed, warped, mask)
    energy = bending_energy(dvf, settings.bending)
    total = settings.bending_weight * energy - similarity
    parts = {"similarity": similarity, "bending_energy": energy}
    if settings.inverse_weight > 0:
        parts["inverse_error"] = inverse_error(dvf, dvf.roll(len(dvf) // 2, dims=0))
        total = total + settings.inverse_weight * parts["inverse_error"]
    return {"loss": total, **parts}


def ncc(fixed: Tensor, warped: Tensor, mask: Tensor) -> Tensor:
    """Return the normalised cross-correlation of each image inside its mask, averaged."""
    dims = tuple(range(2, mask.ndim))
    weight = mask / mask.sum(dim=dims, keepdim=True).clamp(min=1)
    return _correlation(fixed, warped, weight, dims).mean()


def ncc_batch(fixed: Tensor, warped: Tensor, mask: Tensor) -> Tensor:
    """Return the NCC over all pixels of the batch together, as Tafuro et al. do; no mask."""
    weight = torch.full_like(mask, 1 / mask.numel())
    return _correlation(fixed, warped, weight, (0, *range(2, mask.ndim))).mean()


def local_ncc(fixed: Tensor, warped: Tensor, mask: Tensor) -> Tensor:
    """Return the squared NCC in a window around each pixel, averaged over the masks."""

    def window_mean(image: Tensor) -> Tensor:
        return _window_mean(image * mask) / share

    share = _window_mean(mask).clamp(min=_EPSILON)
    mean_fixed, mean_warped = window_mean(fixed), window_mean(warped)
    covariance = window_mean(fixed * warped) - mean_fixed * mean_warped
    variance_fixed = (window_mean(fixed**2) - mean_fixed**2).clamp(min=0)
    variance_warped = (window_mean(warped**2) - mean_warped**2).clamp(min=0)
    squared = covariance**2 / (variance_fixed * variance_warped + _EPSILON)
    return (squared * mask).sum() / mask.expand_as(squared).sum().clamp(min=1)


def negative_mse(fixed: Tensor, warped: Tensor, mask: Tensor) -> Tensor:
    """Return minus the mean squared error inside each mask, averaged."""
    dims, weight = tuple(range(1, mask.ndim)), mask.expand_as(fixed)
    weight = weight / weight.sum(dim=dims, keepdim=True).clamp(min=1)
    return -((fixed - warped) ** 2 * weight).sum(dim=dims).mean()


SIMILARITIES: Mapping[Similarity, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "ncc": ncc,
    "ncc-batch": ncc_batch,
    "local-ncc": local_ncc,
    "mse": negative_mse,
}


def bending_energy(dvf: Tensor, units: Bending) -> Tensor:
    """Return the bending energy of a field, averaged over batch and pixels (Rueckert et al. 1999).

    The sum over all components of u and all pairs of axes, those of an axis with itself and both
    orders of two, of the squared second derivative: in 2-D ``u_yy^2 + u_xx^2 + 2 u_xy^2``. By
    finite differences at the inner pixels.

    ``pixel`` takes lengths in pixels, as Tafuro et al. do: the same deformation on an image of
    twice the side has a quarter of the energy. ``normalised`` takes the sides of the image as the
    units of length, for the coordinates and for the displacement, so the same deformation has the
    same energy at every size: on a square image of side L it is L^2 times the former.

    Args:
        dvf: float [N, D, *shape] in pixels; no side below 3.
        units: See above.
    """
    n_axes = dvf.shape[1]
    sides = tuple(dvf.shape[2:]) if units == "normalised" else (1,) * n_axes
    component = dvf.new_tensor([1 / side for side in sides]).reshape(-1, *[1] * n_axes)
    squares = [
        (_pure_difference(dvf, axis) * component * sides[axis] ** 2) ** 2 for axis in range(n_axes)
    ]
    for first, second in combinations(range(n_axes), 2):
        mixed = _mixed_difference(dvf, first, second) * component * sides[first] * sides[second]
        squares.append(2 * mixed**2)
    return reduce(torch.add, squares).sum(dim=1).mean()


def diffusion_energy(dvf: Tensor) -> Tensor:
    """Return the squared length of the gradient of a field, averaged over batch and pixels.

    The sum over all components and axes of the squared first difference (Fischer and Modersitzki
    2002, without their half); lengths in pixels.

    Args:
        dvf: float [N, D, *shape] in pixels; no side below 2.
    """
    axes = range(2, dvf.ndim)
    return torch.stack([(dvf.diff(dim=axis) ** 2).sum(dim=1).mean() for axis in axes]).sum()


def gradient_l1(dvf: Tensor) -> Tensor:
    """Return how far the steps that a field is summed from are from rest, averaged.

    Estienne et al. 2020 penalise ``mean |g - 0.5|`` of their gradients g. The displacement along
    axis a is ``u_a = 2 * cumsum_a(g_a - 0.5)``, so ``g_a - 0.5`` is half the step of u_a along its
    own axis, with 0 in front of the first pixel: ``mean |step| / 2``.

    Args:
        dvf: float [N, D, *shape] in pixels.
    """
    steps = [
        component.diff(dim=axis, prepend=torch.zeros_like(component.narrow(axis, 0, 1)))
        for axis, component in enumerate(dvf.unbind(dim=1), start=1)
    ]
    return torch.stack([one.abs().mean() for one in steps]).mean() / 2


# Lengths in pixels: a crop counts like the volume that it is from.
REGULARISERS: Mapping[Regulariser, Callable[[Tensor], Tensor]] = {
    "bending": partial(bending_energy, units="pixel"),
    "diffusion": diffusion_energy,
    "gradient-l1": gradient_l1,
}


def _pure_difference(dvf: Tensor, axis: int) -> Tensor:
    """Return the second difference along ``axis`` at the inner pixels."""
    return _inner(dvf, {axis: 1}) - 2 * _inner(dvf, {}) + _inner(dvf, {axis: -1})


def _mixed_difference(dvf: Tensor, first: int, second: int) -> Tensor:
    """Return the difference along one axis of that along another, at the inner pixels."""

    def corner(one: int, other: int) -> Tensor:
        return _inner(dvf, {first: one, second: other})

    return (corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / 4


def _inner(dvf: Tensor, shifts: Mapping[int, int]) -> Tensor:
    """Return what lies at the inner pixels, or shifted from them along some axes by one."""
    for axis, side in enumerate(dvf.shape[2:]):
        dvf = dvf.narrow(axis + 2, 1 + shifts.get(axis, 0), side - 2)
    return dvf


def inverse_error(there: Tensor, back: Tensor) -> Tensor:
    """Return how far there and back leads from the start, squared, averaged (Christensen 1999).

    The side of the image is the unit of length, as in the normalised bending energy.

    Args:
        there: float [N, D, *shape] in pixels.
        back: The fields of the same pairs with fixed and moving frames swapped.
    """
    return _mean_square(compose(there, back))


def acceleration(ahead: Tensor, back: Tensor) -> Tensor:
    """Return how unevenly tissue moves, squared, averaged.

    What is at a place moves on by ``ahead`` and came from ``back``; at an even pace these are
    opposite, so their sum is the second difference of its path in time. The unit of length is the
    side of the image.

    Args:
        ahead: float [N, D, *shape] in pixels, the fields of N frames to the next ones.
        back: The fields of the same frames to those before them.
    """
    return _mean_square(ahead + back)


def soft_dice(first: Tensor, second: Tensor, known: Tensor | None = None) -> Tensor:
    """Return the Dice of every label but the background, averaged (Milletari et al. 2016).

    A label that neither image of a pair has does not count; where none does, the result is 0.

    Args:
        first: Probabilities, float [N, labels, *shape].
        second: The same.
        known: bool [N, labels], False where a label is not told apart in both images of a pair, so
            that it does not count; None: all are.
    """
    dims = tuple(range(2, first.ndim))
    shared = 2 * (first * second).sum(dims)[:, 1:]
    sizes = (first.sum(dims) + second.sum(dims))[:, 1:]
    counts = sizes > 0 if known is None else (sizes > 0) & known[:, 1:]
    scores = (shared / sizes.clamp(min=_EPSILON))[counts]
    return scores.sum() / max(len(scores), 1)


def _window_mean(image: Tensor) -> Tensor:
    """Return the mean of a window around each pixel, or of what of it lies inside the image."""
    planes = avg_pool2d(image.flatten(1, -3), _WINDOW, 1, _WINDOW // 2, count_include_pad=False)
    if image.ndim == 4:
        return planes
    # Along z on its own: faster than avg_pool3d, which refuses volumes thinner than the window.
    columns = planes.reshape(*image.shape[:3], -1)
    kernel, padding = (_WINDOW, 1), (_WINDOW // 2, 0)
    return avg_pool2d(columns, kernel, 1, padding, count_include_pad=False).reshape(image.shape)


def _mean_square(dvf: Tensor) -> Tensor:
    """Return the mean squared length of a field in pixels, over the sides of the image."""
    return (in_sides(dvf) ** 2).sum(dim=1).mean()


def _correlation(fixed: Tensor, warped: Tensor, weight: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Return the weighted correlation over ``dims``; the weights sum to 1 there."""
    fixed = fixed - (fixed * weight).sum(dims, keepdim=True)
    warped = warped - (warped * weight).sum(dims, keepdim=True)
    covariance = (fixed * warped * weight).sum(dims)
    variances = (fixed**2 * weight).sum(dims) * (warped**2 * weight).sum(dims)
    return covariance / (variances + _EPSILON**2).sqrt()
