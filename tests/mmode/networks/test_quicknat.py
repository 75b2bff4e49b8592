import pytest
import torch
from torch import nn

from echoweave.mmode.networks.quicknat import QuickNat, unpool


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_it_has_the_parameters_of_the_original() -> None:
    network = QuickNat()
    assert count(network) == 3_515_216
    first, second = network.down[:2]
    assert (count(first), count(second)) == (114_439, 320_449)
    assert count(network.bottom) == 320_449
    assert [count(block) for block in network.up] == [529_729] * 4
    assert count(network.head) == 65


def test_a_dense_block_sees_all_that_was_made_before() -> None:
    shapes = [tuple(one.weight.shape) for one in QuickNat().up[0].convolutions]
    assert shapes == [(64, 128, 5, 5), (64, 192, 5, 5), (64, 256, 1, 1)]
    assert [norm.num_features for norm in QuickNat().down[0].norms] == [1, 65, 129]
    assert QuickNat().down[0].activation.weight.numel() == 1


def test_maxima_go_back_to_where_they_were() -> None:
    before = torch.randn(2, 3, 8, 6, generator=torch.Generator().manual_seed(1))
    pooled, places = nn.MaxPool2d(2, return_indices=True)(before)
    assert torch.equal(unpool(pooled, places, before), nn.MaxUnpool2d(2)(pooled, places))


@pytest.mark.parametrize("size", [16, 48])
def test_logits_are_as_large_as_the_picture(size: int) -> None:
    with torch.no_grad():
        assert QuickNat().eval()(torch.zeros(2, 1, size, size)).shape == (2, 1, size, size)


def test_channels_are_dropped_in_training_alone() -> None:
    network, image = QuickNat(), torch.rand(1, 1, 32, 32)
    with torch.no_grad():
        assert not torch.equal(network(image), network(image))
        network.eval()
        assert torch.equal(network(image), network(image))
