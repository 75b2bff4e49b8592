import torch

from echoweave.geometry.warp import compose, jacobian_determinant
from echoweave.registration.networks.svf import StationaryVelocityField, integrate


def smooth_velocity(pixels: float) -> torch.Tensor:
    """A swirl that moves up to ``pixels`` and rests at the edge of the image."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 48), torch.linspace(-1, 1, 48), indexing="ij")
    strength = pixels * (1 - y**2).clamp(min=0) ** 2 * (1 - x**2).clamp(min=0) ** 2
    return torch.stack((strength * torch.sin(6 * x), strength * torch.cos(6 * y)))[None]


def test_a_constant_velocity_moves_by_itself() -> None:
    velocity = torch.tensor([1.5, -2.0]).reshape(1, 2, 1, 1).expand(1, 2, 16, 16)
    torch.testing.assert_close(integrate(velocity), velocity)


def test_the_flow_of_the_negative_velocity_is_the_inverse() -> None:
    velocity = smooth_velocity(3)
    there, back = integrate(velocity), integrate(-velocity)
    assert there.abs().max() > 2
    assert compose(there, back).abs().max() < 0.05


def test_the_flow_does_not_fold_where_the_velocity_itself_would() -> None:
    velocity = smooth_velocity(12)
    assert (jacobian_determinant(velocity) <= 0).any()
    assert (jacobian_determinant(integrate(velocity)) > 0).all()


def test_untrained_nothing_moves_on_images_of_any_size() -> None:
    fields = StationaryVelocityField(4)(torch.rand(2, 2, 61, 45))
    assert fields.shape == (2, 2, 61, 45)
    assert not fields.any()
