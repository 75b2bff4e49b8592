"""The training loss: how alike the images are, and how much the field bends."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from echoweave.geometry.warp import compose
from echoweave.registration.settings import Bending, ModelSettings, Similarity

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
        fixed: float [N, 1, Y, X].
        warped: The moving images after the warp, float [N, 1, Y, X].
        mask: float [N, 1, Y, X], 1 where the images are compared.
        dvf: float [N, 2, Y, X] in pixels; with an ``inverse_weight`` the second half holds the
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
    weight = mask / mask.sum(dim=(1, 2, 3), keepdim=True).clamp(min=1)
    return _correlation(fixed, warped, weight, dims=(1, 2, 3)).mean()


def ncc_batch(fixed: Tensor, warped: Tensor, mask: Tensor) -> Tensor:
    """Return the NCC over all pixels of the batch together, as Tafuro et al. do; no mask."""
    weight = torch.full_like(mask, 1 / mask.numel())
    return _correlation(fixed, warped, weight, dims=(0, 1, 2, 3)).mean()


def local_ncc(fixed: Tensor, warped: Tensor, mask: Tensor) -> Tensor:
    """Return the squared NCC in a window around each pixel, averaged over the masks."""

    def window_mean(image: Tensor) -> Tensor:
        return avg_pool2d(image * mask, _WINDOW, 1, _WINDOW // 2, count_include_pad=False) / share

    share = avg_pool2d(mask, _WINDOW, 1, _WINDOW // 2, count_include_pad=False).clamp(min=_EPSILON)
    mean_fixed, mean_warped = window_mean(fixed), window_mean(warped)
    covariance = window_mean(fixed * warped) - mean_fixed * mean_warped
    variance_fixed = (window_mean(fixed**2) - mean_fixed**2).clamp(min=0)
    variance_warped = (window_mean(warped**2) - mean_warped**2).clamp(min=0)
    squared = covariance**2 / (variance_fixed * variance_warped + _EPSILON)
    return (squared * mask).sum() / mask.sum().clamp(min=1)


def negative_mse(fixed: Tensor, warped: Tensor, mask: Tensor) -> Tensor:
    """Return minus the mean squared error inside each mask, averaged."""
    weight = mask / mask.sum(dim=(1, 2, 3), keepdim=True).clamp(min=1)
    return -((fixed - warped) ** 2 * weight).sum(dim=(1, 2, 3)).mean()


SIMILARITIES: Mapping[Similarity, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "ncc": ncc,
    "ncc-batch": ncc_batch,
    "local-ncc": local_ncc,
    "mse": negative_mse,
}


def bending_energy(dvf: Tensor, units: Bending) -> Tensor:
    """Return the bending energy of a field, averaged over batch and pixels (Rueckert et al. 1999).

    ``sum over both components of u: u_yy^2 + u_xx^2 + 2 u_xy^2``, by finite differences at the
    inner pixels.

    ``pixel`` takes lengths in pixels, as Tafuro et al. do: the same deformation on an image of
    twice the side has a quarter of the energy. ``normalised`` takes the side of the image as the
    unit of length, for the coordinates and for the displacement, so the same deformation has the
    same energy at every size: on a square image of side L it is L^2 times the former.

    Args:
        dvf: float [N, 2, Y, X] in pixels; Y and X at least 3.
        units: See above.
    """
    second_y = dvf[..., 2:, 1:-1] - 2 * dvf[..., 1:-1, 1:-1] + dvf[..., :-2, 1:-1]
    second_x = dvf[..., 1:-1, 2:] - 2 * dvf[..., 1:-1, 1:-1] + dvf[..., 1:-1, :-2]
    mixed = (dvf[..., 2:, 2:] - dvf[..., 2:, :-2] - dvf[..., :-2, 2:] + dvf[..., :-2, :-2]) / 4
    if units == "normalised":
        height, width = dvf.shape[-2:]
        component = dvf.new_tensor([1 / height, 1 / width])[:, None, None]
        second_y = second_y * component * height**2
        second_x = second_x * component * width**2
        mixed = mixed * component * height * width
    return (second_y**2 + second_x**2 + 2 * mixed**2).sum(dim=1).mean()


def inverse_error(there: Tensor, back: Tensor) -> Tensor:
    """Return how far there and back leads from the start, squared, averaged (Christensen 1999).

    The side of the image is the unit of length, as in the normalised bending energy.

    Args:
        there: float [N, 2, Y, X] in pixels.
        back: The fields of the same pairs with fixed and moving frames swapped.
    """
    return _mean_square(compose(there, back))


def acceleration(ahead: Tensor, back: Tensor) -> Tensor:
    """Return how unevenly tissue moves, squared, averaged.

    What is at a place moves on by ``ahead`` and came from ``back``; at an even pace these are
    opposite, so their sum is the second difference of its path in time. The unit of length is the
    side of the image.

    Args:
        ahead: float [N, 2, Y, X] in pixels, the fields of N frames to the next ones.
        back: The fields of the same frames to those before them.
    """
    return _mean_square(ahead + back)


def soft_dice(first: Tensor, second: Tensor) -> Tensor:
    """Return the Dice of every label but the background, averaged (Milletari et al. 2016).

    A label that neither image of a pair has does not count.

    Args:
        first: Probabilities, float [N, labels, Y, X].
        second: The same.
    """
    shared = 2 * (first * second).sum(dim=(2, 3))[:, 1:]
    sizes = (first.sum(dim=(2, 3)) + second.sum(dim=(2, 3)))[:, 1:]
    return (shared / sizes.clamp(min=_EPSILON))[sizes > 0].mean()


def _mean_square(dvf: Tensor) -> Tensor:
    """Return the mean squared length of [N, 2, Y, X] in pixels, over the side of the image."""
    height, width = dvf.shape[-2:]
    side = dvf.new_tensor([height, width])[:, None, None]
    return ((dvf / side) ** 2).sum(dim=1).mean()


def _correlation(fixed: Tensor, warped: Tensor, weight: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Return the weighted correlation over ``dims``; the weights sum to 1 there."""
    fixed = fixed - (fixed * weight).sum(dims, keepdim=True)
    warped = warped - (warped * weight).sum(dims, keepdim=True)
    covariance = (fixed * warped * weight).sum(dims)
    variances = (fixed**2 * weight).sum(dims) * (warped**2 * weight).sum(dims)
    return covariance / (variances + _EPSILON**2).sqrt()
