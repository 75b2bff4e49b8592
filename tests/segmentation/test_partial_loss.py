"""Two voxels by hand, nnU-Net's own loss, and gradients that leave unknown organs alone."""

import math

import pytest
import torch
from nnunetv2.training.loss.compound_losses import DC_and_CE_loss
from nnunetv2.training.loss.dice import MemoryEfficientSoftDiceLoss
from torch import Tensor

from echoweave.segmentation.partial_loss import partial_loss

# Probabilities of background and three organs in two voxels, one a column.
PROBABILITIES = torch.tensor([[0.5, 0.1], [0.2, 0.6], [0.2, 0.1], [0.1, 0.2]])
LOGITS = PROBABILITIES.log()[None]
# Nothing in the first voxel, organ 1 in the second.
TARGET = torch.tensor([[[0, 1]]])


def known(*organs: int) -> Tensor:
    return torch.tensor([[label in organs for label in range(4)]])


def test_a_voxel_without_a_label_may_show_any_unknown_organ() -> None:
    # Organ 1 alone is known, so the first voxel shows 0, 2 or 3: .5 + .2 + .1 = .8.
    cross_entropy = -(math.log(0.8) + math.log(0.6)) / 2
    # The soft mask of organ 1 is .2 and .6, the true one 0 and 1.
    dice = 2 * 0.6 / (0.8 + 1)
    loss = partial_loss(LOGITS, TARGET, known(1))
    assert loss.item() == pytest.approx(cross_entropy - dice, abs=1e-5)


def test_an_organ_that_is_not_there_has_no_dice() -> None:
    cross_entropy = -(math.log(0.5) + math.log(0.6)) / 2
    loss = partial_loss(LOGITS, TARGET, known(1, 2, 3))
    assert loss.item() == pytest.approx(cross_entropy - 2 * 0.6 / (0.8 + 1), abs=1e-5)
    # Nor has a patch of background one.
    loss = partial_loss(LOGITS, torch.zeros_like(TARGET), known(1, 2, 3))
    assert loss.item() == pytest.approx(-(math.log(0.5) + math.log(0.1)) / 2, abs=1e-5)


def test_with_all_labels_it_is_the_loss_of_nnunet() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn((2, 4, 3, 4, 5), generator=generator)
    target = torch.randint(0, 4, (2, 1, 3, 4, 5), generator=generator)
    dice = {"batch_dice": False, "smooth": 1e-5, "do_bg": False, "ddp": False}
    theirs = DC_and_CE_loss(dice, {}, dice_class=MemoryEfficientSoftDiceLoss)
    ours = partial_loss(logits, target, known(1, 2, 3).expand(2, 4))
    assert all((target == label).flatten(1).any(1).all() for label in range(4))
    # nnU-Net adds 1e-5 above and below.
    assert ours.item() == pytest.approx(theirs(logits, target).item(), abs=1e-5)


def test_each_case_of_a_batch_has_labels_of_its_own() -> None:
    both = partial_loss(
        LOGITS.expand(2, 4, 2), TARGET.expand(2, 1, 2), torch.cat([known(1), known(1, 2)])
    )
    first, second = (partial_loss(LOGITS, TARGET, known(*organs)) for organs in ((1,), (1, 2)))
    assert first.item() < second.item()
    assert both.item() == pytest.approx((first.item() + second.item()) / 2, abs=1e-5)


def test_nothing_is_learnt_between_background_and_unknown_organs() -> None:
    logits = LOGITS.clone().requires_grad_()
    partial_loss(logits, torch.zeros_like(TARGET), known(1)).backward()
    assert logits.grad is not None
    background, organ, *unknown = logits.grad[0]
    # The known organ is driven away in favour of the others, each by its own probability.
    assert (organ > 0).all()
    assert (background < 0).all()
    for label, gradient in enumerate(unknown, start=2):
        share = PROBABILITIES[label] / PROBABILITIES[0]
        assert torch.allclose(gradient, background * share, atol=1e-6)


def test_background_drives_an_organ_away_only_where_it_is_known() -> None:
    """A voxel that surely shows organ 2, in a case where it is known and in one where it is not."""
    logits = torch.tensor([[[0.0], [0.0], [9.0], [0.0]]]).expand(2, 4, 1)
    logits = logits.clone().requires_grad_()
    partial_loss(logits, torch.zeros(2, 1, 1), torch.cat([known(1, 2), known(1)])).backward()
    assert logits.grad is not None
    # Positive: a step of the descent makes the organ less likely.
    there, elsewhere = logits.grad[:, 2, 0].tolist()
    assert there > 0.1
    assert elsewhere <= 0
