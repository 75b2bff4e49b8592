import math

import pytest
import torch

from echoweave.geometry.warp import jacobian_determinant, resize_fields
from echoweave.registration.networks.heads import HEADS, half_resolution_flow, summed_gradients
from tests.smooth_fields import smooth_noise

SHAPES = pytest.mark.parametrize("shape", [(48, 40), (48, 40, 32)], ids=["2-D", "3-D"])


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("shape", [(5, 1), (4, 3, 7)])
def test_channels_of_zero_move_nothing(head: str, shape: tuple[int, ...]) -> None:
    assert not HEADS[head](torch.zeros(2, len(shape), *shape)).any()


def test_gradients_are_summed_along_the_axis_of_their_component() -> None:
    """g is 3/4 where the channel is log 3: twice what is above 1/2 is half a pixel a pixel."""
    steps = torch.zeros(1, 3, 2, 3, 4)
    steps[0, 2, 0, 0, 1:3] = math.log(3)
    steps[0, 0, :, 2, 0] = -math.log(3)
    field = summed_gradients(steps)[0]
    torch.testing.assert_close(field[2, 0, 0], torch.tensor([0, 0.5, 1, 1]))
    torch.testing.assert_close(field[0, :, 2, 0], torch.tensor([-0.5, -1]))
    assert field.count_nonzero() == 5


def test_a_constant_velocity_moves_by_itself_on_half_the_size() -> None:
    velocity = torch.tensor([1.5, -2.0, 0.5]).reshape(1, 3, 1, 1, 1).expand(1, 3, 8, 6, 1)
    flow = half_resolution_flow(velocity)
    torch.testing.assert_close(flow, velocity[:, :, :4, :3])


@SHAPES
def test_no_coordinate_of_summed_gradients_turns_back_along_its_axis(
    shape: tuple[int, ...],
) -> None:
    field = summed_gradients(smooth_noise(shape, 30))
    for axis in range(len(shape)):
        assert (field[:, axis].diff(dim=axis + 1) > -1.0001).all()


@SHAPES
def test_a_flow_of_half_the_size_does_not_fold_where_the_velocity_would(
    shape: tuple[int, ...],
) -> None:
    velocity = smooth_noise(shape, 10)
    assert (jacobian_determinant(velocity) <= 0).any()
    flow = resize_fields(half_resolution_flow(velocity), shape)
    assert (jacobian_determinant(flow) > 0).all()
