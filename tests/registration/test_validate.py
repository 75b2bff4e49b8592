import numpy as np
import pytest
import torch

from echoweave.registration.apply import Registrar
from echoweave.registration.networks.registry import build_network
from echoweave.registration.pairs import PreparedSequence
from echoweave.registration.validate import closure_dice


def falling_square(labelled: bool = True) -> PreparedSequence:
    """A cavity of 8x8 pixels that falls two pixels a frame, four in all."""
    labels = np.zeros((2, 32, 32), np.uint8)
    labels[0, 8:16, 8:16] = labels[1, 12:20, 8:16] = 1
    frames, sector = np.zeros((3, 32, 32), np.uint8), np.ones((32, 32), np.uint8)
    return PreparedSequence("square", frames, sector, 0, 2, labels if labelled else None)


def registrar(settings, dy: float) -> Registrar:
    network = build_network(settings, "test")
    with torch.no_grad():
        network.layers[-1].bias.copy_(torch.tensor([dy, 0.0]))
    return Registrar(network, settings)


def test_the_true_motion_carries_the_mask_to_the_reference(settings) -> None:
    assert closure_dice(registrar(settings, -2), [falling_square()])["dice_cavity"] == 1


def test_no_motion_leaves_half_of_the_square_in_common(settings) -> None:
    assert closure_dice(registrar(settings, 0), [falling_square()])["dice_cavity"] == pytest.approx(
        2 * 4 * 8 / (64 + 64)
    )


def test_structures_and_clips_without_reference_are_left_out(settings) -> None:
    scores = closure_dice(registrar(settings, -2), [falling_square(), falling_square(False)])
    assert set(scores) == {"dice_cavity"}
