import numpy as np
import pytest
import torch

from echoweave.registration.apply import Registrar
from echoweave.registration.networks.registry import build_network


@pytest.fixture
def shifting(settings) -> Registrar:
    """A network that always says: 2 pixels down, 1 to the left."""
    network = build_network(settings, "test")
    with torch.no_grad():
        network.layers[-1].bias.copy_(torch.tensor([2.0, -1.0]))
    return Registrar(network, settings)


def test_every_pair_gets_its_field(shifting: Registrar) -> None:
    frames = np.random.default_rng(0).integers(0, 255, (20, 32, 32)).astype(np.uint8)
    pairs = [(t, t - 1) for t in range(1, 20)]
    fields = shifting.fields(frames, pairs)
    assert fields.shape == (19, 2, 32, 32)
    assert fields.dtype == np.float32
    np.testing.assert_allclose(fields[:, 0], 2, atol=1e-5)
    np.testing.assert_allclose(fields[:, 1], -1, atol=1e-5)


def test_displacements_grow_with_the_frames(shifting: Registrar) -> None:
    """The network works at 32x32: 2 of its pixels are 6 of 96 rows, 1 is 2 of 64 columns."""
    frames = np.random.default_rng(0).integers(0, 255, (2, 96, 64)).astype(np.uint8)
    fields = shifting.fields(frames, [(0, 1)])
    np.testing.assert_allclose(fields[0, 0], 6, atol=1e-4)
    np.testing.assert_allclose(fields[0, 1], -2, atol=1e-4)


def test_no_pairs_give_no_fields(shifting: Registrar) -> None:
    assert shifting.fields(np.zeros((1, 32, 32), np.uint8), []).shape == (0, 2, 32, 32)
