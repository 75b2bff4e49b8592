"""nnU-Net's loss where cases differ in which labels they have.

A voxel without a label shows background or one of the labels that its case does not know. Its
cross-entropy is that of the sum of their probabilities: the marginal loss of Shi et al. (2021,
"Marginal loss and exclusion loss for partially supervised multi-organ segmentation") and the
marginalised one of Fidon et al. (2021, "Label-set loss functions for partial supervision").
"""

import torch
from torch import Tensor


def partial_loss(logits: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """Return cross-entropy minus Dice; with all labels known and there, that is nnU-Net's own loss.

    The Dice is the mean over known labels that are there, of each case in turn. nnU-Net also counts
    those that a patch does not show, with a Dice of 0 that hardly anything changes: of an abdomen
    these are most, and small organs were learnt later, or not at all.

    Args:
        logits: float [N, C, *shape].
        target: [N, 1, *shape], 0 and known labels of the case.
        known: bool [N, C]; what it says of the background does not count.
    """
    log_probabilities = torch.log_softmax(logits.float(), dim=1)
    target = target.long()
    cross_entropy = -_log_likelihood(log_probabilities, target, known).mean()
    return cross_entropy - _known_dice(log_probabilities.exp(), target, known)


def _log_likelihood(log_probabilities: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """Return the logarithm of the probability of what each voxel may show, [N, *shape]."""
    excluded = known.clone()
    excluded[:, 0] = False
    excluded = excluded.reshape(*excluded.shape, *(1,) * (target.ndim - 2))
    unlabelled = log_probabilities.masked_fill(excluded, -torch.inf).logsumexp(dim=1)
    labelled = log_probabilities.gather(1, target)[:, 0]
    return torch.where(target[:, 0] == 0, unlabelled, labelled)


def _known_dice(probabilities: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """Return the mean soft Dice of known labels that are there, 0 where there are none."""
    true = torch.zeros_like(probabilities).scatter_(1, target, 1)
    both, predicted, expected = (
        values[:, 1:].flatten(2).sum(-1) for values in (probabilities * true, probabilities, true)
    )
    counted = known[:, 1:] & (expected > 0)
    dice = 2 * both / (predicted + expected).clamp_min(1)
    return (dice * counted).sum() / counted.sum().clamp_min(1)
