import pytest
import torch

from echoweave.learn2reg.network import PairNetwork
from echoweave.learn2reg.settings import PairModelSettings

# No side a multiple of anything.
SHAPE = (11, 9, 13)


def network(shrink: int) -> PairNetwork:
    torch.manual_seed(1)
    settings = PairModelSettings(
        windows=[(400.0, 40.0)],
        channels=[4, 8],
        down_convolutions=[1],
        up_convolutions=[1],
        norm="instance",
        head="displacement",
        deep_supervision=True,
        shrink=shrink,
    )
    return PairNetwork(settings)


@pytest.fixture
def images() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)
    fixed, moving = (torch.rand(2, 1, *SHAPE, generator=generator) for _ in range(2))
    return fixed, moving


@pytest.mark.parametrize("shrink", [1, 2, 3])
def test_untrained_nothing_moves_at_any_size(images, shrink: int) -> None:
    found = network(shrink).fields(*images)
    for dvf in (found.finest, *found.coarse):
        assert dvf.shape == (2, 3, *SHAPE)
        assert not dvf.any()


@pytest.mark.parametrize("shrink", [1, 2, 3])
def test_displacements_are_in_voxels_of_the_volumes(images, shrink: int) -> None:
    """A shift of what the network sees is as many times longer in the volumes as sides are.

    6 of 11, 5 of 9 and 7 of 13 voxels are seen at half the sides; 4, 3 and 5 at a third.
    """
    ours = network(shrink)
    with torch.no_grad():
        ours.encoder.head.bias.fill_(1)
    seen = {1: (11, 9, 13), 2: (6, 5, 7), 3: (4, 3, 5)}[shrink]
    expected = torch.tensor(SHAPE) / torch.tensor(seen)
    torch.testing.assert_close(ours(*images)[0, :, 5, 4, 6], expected)


def test_both_ways_are_those_of_the_swapped_pair(images) -> None:
    ours = network(2)
    torch.nn.init.normal_(ours.encoder.head.weight, std=0.1)
    with torch.no_grad():
        there, back = ours.both_ways(*images)
        torch.testing.assert_close(there.finest, ours(*images))
        torch.testing.assert_close(back.finest, ours(*images[::-1]))
