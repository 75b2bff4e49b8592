import copy

import pytest
import torch

from echoweave.registration.networks.dirnet import DIRNet


@pytest.mark.parametrize(("spacing", "cells"), [(2, 32), (8, 8), (32, 2), (64, 1)])
def test_one_control_point_for_each_cell_and_two_beyond_each_edge(spacing: int, cells: int) -> None:
    coefficients = DIRNet(spacing, 4).coefficients(torch.rand(3, 2, 64, 64))
    assert coefficients.shape == (3, 2, cells + 4, cells + 4)


def test_images_need_not_be_whole_cells() -> None:
    assert DIRNet(8, 4)(torch.rand(1, 2, 61, 45)).shape == (1, 2, 61, 45)


def test_untrained_nothing_moves() -> None:
    assert not DIRNet(8, 4)(torch.rand(1, 2, 32, 32)).any()


def test_the_network_of_the_paper_has_five_blocks_of_32_kernels_and_two_1x1_layers() -> None:
    network = DIRNet(32, 32)
    shapes = [tuple(p.shape) for p in network.parameters() if p.ndim == 4]
    assert shapes == [(32, 2, 3, 3), *[(32, 32, 3, 3)] * 4, (32, 32, 1, 1), (2, 32, 1, 1)]


def test_the_bias_of_the_head_is_a_translation() -> None:
    network = DIRNet(8, 4)
    with torch.no_grad():
        network.layers[-1].bias.copy_(torch.tensor([1.5, -2.0]))
    field = network(torch.rand(1, 2, 32, 32))
    expected = torch.tensor([1.5, -2.0]).reshape(1, 2, 1, 1).expand_as(field)
    torch.testing.assert_close(field, expected)


def test_the_order_in_memory_changes_no_result() -> None:
    torch.manual_seed(1)
    network = DIRNet(8, 4)
    with torch.no_grad():
        for part in network.parameters():
            part.add_(0.1 * torch.randn_like(part))
    pairs = torch.rand(2, 2, 32, 48)
    planar = copy.deepcopy(network.layers).to(memory_format=torch.contiguous_format)
    inner = network.coefficients(pairs)[..., 2:-2, 2:-2]
    torch.testing.assert_close(inner, planar(pairs))
    assert inner.abs().max() > 0.01
