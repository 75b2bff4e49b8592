from dataclasses import replace

import torch

from echoweave.geometry.warp import warp
from echoweave.registration.networks.frame_encoder import FrameDualEncoder
from echoweave.registration.networks.registry import build_network


def test_untrained_nothing_moves_on_frames_of_any_size() -> None:
    field = FrameDualEncoder(2)(torch.rand(2, 2, 61, 45))
    assert field.shape == (2, 2, 61, 45)
    assert not field.any()


def test_fixed_comes_first_in_a_pair() -> None:
    torch.manual_seed(1)
    encoder = FrameDualEncoder(2)
    torch.nn.init.normal_(encoder.network.head.weight)
    pairs = torch.rand(1, 2, 32, 32)
    field = encoder(pairs)
    assert field.any()
    assert torch.equal(field, encoder.network(pairs[:, :1], pairs[:, 1:]))


def test_kernels_are_those_of_full_resolution(settings) -> None:
    chosen = replace(settings, architecture="dual-encoder", kernels=4)
    encoder = build_network(chosen, "test")
    assert encoder.network.encoder[0].first.out_channels == 4
    assert encoder.network.head.in_channels == 4


def test_it_learns_to_undo_a_shift_both_ways() -> None:
    torch.manual_seed(1)
    y, x = torch.arange(36.0)[:, None], torch.arange(32.0)
    texture = (torch.sin(y / 3) * torch.cos(x / 4))[None, None]
    upper, lower = texture[..., :-4, :], texture[..., 2:-2, :]
    fixed, moving = torch.cat((upper, lower)), torch.cat((lower, upper))
    encoder = FrameDualEncoder(2)
    optimiser = torch.optim.Adam(encoder.parameters(), 0.02)
    for _ in range(20):
        optimiser.zero_grad()
        field = encoder(torch.cat((fixed, moving), dim=1))
        error = (warp(moving, field) - fixed).square().mean()
        error.backward()
        optimiser.step()
    there, back = field[:, 0, 12:20, 12:20].mean((1, 2))
    assert error < 0.5 * (moving - fixed).square().mean()
    assert there < 0 < back
