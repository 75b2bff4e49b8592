"""What a training on pairs of volumes minimises."""

import torch
from torch import Tensor

from echoweave.geometry.warp import warp
from echoweave.learn2reg.crops import PairBatch, organ_masks
from echoweave.learn2reg.network import PairNetwork
from echoweave.learn2reg.settings import PairTrainingSettings
from echoweave.registration.losses import REGULARISERS, SIMILARITIES, inverse_error, soft_dice
from echoweave.registration.networks.dual_encoder import Fields
from echoweave.training import Losses


def pair_losses(
    network: PairNetwork, batch: PairBatch, settings: PairTrainingSettings, mixed_precision: bool
) -> tuple[Losses, Tensor]:
    """Return the loss of a batch and its parts, and the fields.

    The images count under the fields of all levels that the network gives, averaged; all else
    under the finest one alone.

    Args:
        network: Finds the fields.
        batch: N pairs.
        settings: Weights the parts.
        mixed_precision: Run the network in bfloat16.

    Returns:
        The parts by their names in the curves, and float32 [N, 3, *shape], or [2 N, 3, *shape] if
        symmetric, the way back after the way there.

    Raises:
        FloatingPointError: A field is not finite, or leads out of the crop everywhere.
    """
    with torch.autocast(batch.fixed.device.type, torch.bfloat16, mixed_precision):
        if settings.symmetric:
            fields = _together(*network.both_ways(batch.fixed, batch.moving))
            batch = batch.both_ways()
        else:
            fields = network.fields(batch.fixed, batch.moving)
    dvf = fields.finest
    levels = (*fields.coarse, dvf)
    parts = {
        "similarity": torch.stack([_similarity(batch, one, settings) for one in levels]).mean(),
        "regulariser": REGULARISERS[settings.regulariser](dvf),
    }
    loss = settings.regulariser_weight * parts["regulariser"]
    loss = loss - settings.similarity_weight * parts["similarity"]
    if settings.dice_weight > 0:
        parts["soft_dice"] = _soft_dice(batch, dvf)
        loss = loss + settings.dice_weight * (1 - parts["soft_dice"])
    if settings.inverse_weight > 0:
        parts["inverse_error"] = inverse_error(dvf, dvf.roll(len(dvf) // 2, dims=0))
        loss = loss + settings.inverse_weight * parts["inverse_error"]
    return {"loss": loss, **parts}, dvf


def _soft_dice(batch: PairBatch, dvf: Tensor) -> Tensor:
    """Return that of the fixed labels with the warped ones of all known organs."""
    warped = warp(organ_masks(batch.moving_labels), dvf)
    return soft_dice(warped, organ_masks(batch.fixed_labels), batch.known)


def _together(there: Fields, back: Fields) -> Fields:
    """Return the fields of both ways as those of one batch."""
    coarse = zip(there.coarse, back.coarse, strict=True)
    return Fields(
        torch.cat((there.finest, back.finest)), tuple(torch.cat(levels) for levels in coarse)
    )


def _similarity(batch: PairBatch, dvf: Tensor, settings: PairTrainingSettings) -> Tensor:
    warped = warp(batch.moving, dvf)
    # What comes into view from beyond the crop has no counterpart to compare with.
    inside = warp(torch.ones_like(warped[:, :1]), dvf.detach(), "zeros") > 0.5
    if not inside.any():
        raise FloatingPointError("every displacement leads out of the crop")
    return SIMILARITIES[settings.similarity](batch.fixed, warped, inside.float())
