from dataclasses import replace

import cv2
import numpy as np
import torch

from echoweave.geometry.warp import warp
from echoweave.registration.losses import ncc
from echoweave.registration.networks.affine import AffineFirst
from echoweave.registration.networks.multistage import MultistageDIRNet
from echoweave.registration.networks.registry import build_network


def set_motion(network: AffineFirst, parameters: list[float]) -> None:
    with torch.no_grad():
        network.last.bias.copy_(torch.tensor(parameters))


def test_untrained_nothing_moves_on_images_of_any_size() -> None:
    network = AffineFirst(MultistageDIRNet(4, 4), 4)
    field = network(torch.rand(2, 2, 61, 45))
    assert field.shape == (2, 2, 61, 45)
    assert not field.any()


def test_the_linear_part_is_in_pixels_at_the_edge() -> None:
    """4 pixels down at the lower edge of 32 rows, 16 from the centre: a quarter a row."""
    network = AffineFirst(torch.nn.Identity(), 4)
    set_motion(network, [4.0, 0.0, 1.0, 0.0, -8.0, 2.0])
    expected = torch.tensor([[0.25, 0.0, 1.0], [0.0, -1.0, 2.0]])
    torch.testing.assert_close(network.matrices(torch.rand(1, 2, 32, 16))[0], expected)


def test_the_stages_after_it_see_the_image_as_warped_and_add_to_it() -> None:
    stages = MultistageDIRNet(4, 4)
    with torch.no_grad():
        stages.stages[0].layers[-1].bias.copy_(torch.tensor([0.5, 2.0]))
    network = AffineFirst(stages, 4)
    set_motion(network, [0.0, 0.0, 3.0, 0.0, 0.0, 0.0])
    seen = []
    stages.register_forward_hook(lambda module, args, result: seen.append(args[0]))
    pairs = torch.rand(1, 2, 32, 32)
    field = network(pairs)
    torch.testing.assert_close(seen[0][:, :1], pairs[:, :1])
    torch.testing.assert_close(seen[0][:, 1:, :-3], pairs[:, 1:, 3:], atol=1e-4, rtol=0)
    expected = torch.tensor([3.5, 2.0]).reshape(1, 2, 1, 1).expand_as(field)
    torch.testing.assert_close(field, expected)


def test_the_setting_puts_it_before_any_architecture(settings) -> None:
    for architecture in ("dirnet", "dirnet-multistage", "svf", "dual-encoder"):
        chosen = replace(settings, architecture=architecture, affine_first=True)
        assert isinstance(build_network(chosen, "test"), AffineFirst)


def test_it_learns_an_affine_motion() -> None:
    """A texture, stretched by a tenth and moved by 2 pixels; alone, without another network."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    fixed = cv2.GaussianBlur(rng.random((32, 32)).astype(np.float32), (0, 0), 3)
    matrix = np.array([[1.0, 0, -1], [0, 1.1, 2 - 1.55]], np.float32)  # x, then y
    moving = cv2.warpAffine(fixed, matrix, (32, 32), borderMode=cv2.BORDER_REPLICATE)
    pairs = torch.from_numpy(np.stack((fixed, moving)))[None]
    network = AffineFirst(Nothing(), 8)
    optimiser = torch.optim.Adam(network.parameters(), 0.01)
    everywhere = torch.ones(1, 1, 32, 32)
    for _ in range(150):
        optimiser.zero_grad()
        loss = -ncc(pairs[:, :1], warp(pairs[:, 1:], network(pairs)), everywhere)
        loss.backward()
        optimiser.step()
    expected = torch.tensor([[0.1, 0.0, 2.0], [0.0, 0.0, -1.0]])
    torch.testing.assert_close(network.matrices(pairs)[0], expected, atol=0.1, rtol=0)


class Nothing(torch.nn.Module):
    def forward(self, pairs: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(pairs)
