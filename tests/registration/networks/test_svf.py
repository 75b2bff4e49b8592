import torch

from echoweave.registration.networks.svf import StationaryVelocityField


def test_untrained_nothing_moves_on_images_of_any_size() -> None:
    fields = StationaryVelocityField(4)(torch.rand(2, 2, 61, 45))
    assert fields.shape == (2, 2, 61, 45)
    assert not fields.any()
