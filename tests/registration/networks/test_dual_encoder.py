import copy
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates
from torch.nn.functional import instance_norm

from echoweave.geometry.warp import warp
from echoweave.registration.networks.dual_encoder import DualEncoder, Fields
from echoweave.registration.networks.heads import HEADS

CHANNELS = (2, 4, 6, 6, 8)
BOTH = pytest.mark.parametrize("shape", [(35, 50), (20, 17, 33)], ids=["2-D", "3-D"])
ALL_HEADS = pytest.mark.parametrize("head", HEADS)


def network_of(shape: Sequence[int], **options) -> DualEncoder:
    torch.manual_seed(1)
    return DualEncoder(len(shape), 1, CHANNELS, **{"deep_supervision": True, **options})


def trained(shape: Sequence[int], strength: float = 0.3, **options) -> DualEncoder:
    """Return a network whose heads are no longer zero."""
    network = network_of(shape, **options)
    with torch.no_grad():
        for head in (network.head, *network.coarse_heads):
            for parameter in head.parameters():
                parameter.normal_(std=strength)
    return network


def images_of(shape: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)
    fixed, moving = torch.rand(2, 1, 1, *shape, generator=generator)
    return fixed, moving


def all_of(fields: Fields) -> list[torch.Tensor]:
    return [fields.finest, *fields.coarse]


def test_the_network_of_the_paper_has_30_8_million_parameters() -> None:
    with torch.device("meta"):
        network = DualEncoder(3, 3, (32, 64, 128, 256, 512), deep_supervision=True)
    parts = (network.encoder, network.decoder, network.head, network.coarse_heads)
    encoder, decoder, head, coarse = (
        sum(parameter.numel() for parameter in part.parameters()) for part in parts
    )
    assert (encoder, decoder + head, coarse) == (21_885_536, 8_861_731, 77_772)
    assert (round(encoder, -5), round(decoder + head, -4)) == (21_900_000, 8_860_000)
    assert round(coarse, -4) == 80_000
    assert round(encoder + decoder + head + coarse, -5) == 30_800_000


@ALL_HEADS
@pytest.mark.parametrize("shape", [(16, 16), (1, 61), (33, 45), (16, 9, 5), (31, 18, 32)], ids=str)
def test_untrained_nothing_moves_at_any_size(head: str, shape: tuple[int, ...]) -> None:
    fields = network_of(shape, head=head).fields(*images_of(shape))
    assert len(fields.coarse) == 4
    for field in all_of(fields):
        assert field.shape == (1, len(shape), *shape)
        assert field.abs().max() < 1e-5


@BOTH
@ALL_HEADS
def test_a_field_as_an_array_gives_scipy_the_same_warp(head: str, shape: tuple[int, ...]) -> None:
    fixed, moving = images_of(shape)
    with torch.no_grad():
        field = trained(shape, head=head)(fixed, moving)
        ours = warp(moving, field)[0, 0]
    places = np.indices(shape) + field[0].numpy()
    scipys = map_coordinates(moving[0, 0].numpy(), places, order=1, mode="nearest")
    assert field.abs().max() > 0.5
    np.testing.assert_allclose(ours, scipys, atol=1e-4)


@BOTH
@ALL_HEADS
def test_both_ways_is_there_and_back(head: str, shape: tuple[int, ...]) -> None:
    fixed, moving = images_of(shape)
    network = trained(shape, head=head)
    with torch.no_grad():
        there, back = network.both_ways(fixed, moving)
        ways = [(there, (fixed, moving)), (back, (moving, fixed))]
        for way, images in ways:
            for one, other in zip(all_of(way), all_of(network.fields(*images)), strict=True):
                torch.testing.assert_close(one, other)
            torch.testing.assert_close(way.finest, network(*images))
        swapped = network.both_ways(moving, fixed)
    assert not torch.equal(there.finest, back.finest)
    assert torch.equal(swapped[0].finest, back.finest)
    assert torch.equal(swapped[1].finest, there.finest)


@BOTH
def test_both_ways_encodes_each_image_once(shape: tuple[int, ...]) -> None:
    network = network_of(shape)
    seen = []
    network.encoder[0].register_forward_hook(lambda module, args, result: seen.append(result))
    network.both_ways(*images_of(shape))
    assert len(seen) == 2


@BOTH
def test_without_deep_supervision_there_is_one_field(shape: tuple[int, ...]) -> None:
    assert network_of(shape, deep_supervision=False).fields(*images_of(shape)).coarse == ()


@BOTH
@pytest.mark.parametrize("norm", ["none", "instance"])
def test_checkpointing_changes_no_gradient(norm: str, shape: tuple[int, ...]) -> None:
    gradients = []
    for checkpointing in (False, True):
        network = trained(shape, norm=norm, checkpointing=checkpointing)
        ways = network.both_ways(*images_of(shape))
        sum(field.square().mean() for way in ways for field in all_of(way)).backward()
        gradients.append([parameter.grad for parameter in network.parameters()])
    assert all(gradient.any() for gradient in gradients[0][:2])
    torch.testing.assert_close(gradients[1], gradients[0])


@BOTH
def test_checkpointing_keeps_less(shape: tuple[int, ...]) -> None:
    def kept(checkpointing: bool) -> int:
        sizes: dict[int, int] = {}

        def note(tensor: torch.Tensor) -> torch.Tensor:
            sizes[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
            return tensor

        network = network_of(shape, checkpointing=checkpointing)
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            network(*images_of(shape))
        return sum(sizes.values())

    assert kept(True) < 0.7 * kept(False)


@BOTH
@ALL_HEADS
def test_mixed_precision_leaves_fields_in_whole_precision(
    head: str, shape: tuple[int, ...]
) -> None:
    network = trained(shape, head=head)
    with torch.no_grad():
        exact = network(*images_of(shape))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            mixed = network(*images_of(shape))
    assert mixed.dtype == torch.float32
    assert (mixed - exact).abs().mean() < 0.2 * exact.abs().mean()
    assert not torch.equal(mixed, mixed.bfloat16().float())


@BOTH
def test_the_order_in_memory_changes_no_result(shape: tuple[int, ...]) -> None:
    network = trained(shape, norm="none")
    planar = copy.deepcopy(network).to(memory_format=torch.contiguous_format)
    with torch.no_grad():
        torch.testing.assert_close(network(*images_of(shape)), planar(*images_of(shape)))


@BOTH
def test_the_norm_is_instance_norm_in_any_precision(shape: tuple[int, ...]) -> None:
    features = 3 + 2 * torch.rand(2, 4, *shape)
    norm = network_of(shape).encoder[1][1]
    torch.testing.assert_close(norm(features), instance_norm(features))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert norm(features.bfloat16()).dtype == torch.bfloat16


def test_as_many_numbers_of_convolutions_as_halvings() -> None:
    with pytest.raises(ValueError, match="2 halvings need as many numbers of convolutions"):
        DualEncoder(2, 1, (2, 4, 8))
