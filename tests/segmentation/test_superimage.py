from typing import Any

import pytest
import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet
from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

from echoweave.segmentation.superimage import SuperImage, tile, tile_plan, untile

PLANNED: dict[str, Any] = {
    "patch_size": [12, 16, 16],
    "batch_size": 2,
    "architecture": {
        "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
        "arch_kwargs": {
            "n_stages": 3,
            "features_per_stage": [4, 8, 8],
            "conv_op": "torch.nn.modules.conv.Conv3d",
            "kernel_sizes": [[1, 3, 3], [3, 3, 3], [3, 3, 3]],
            "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
            "n_conv_per_stage": [1, 1, 1],
            "n_conv_per_stage_decoder": [1, 1],
            "conv_bias": True,
            "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
            "norm_op_kwargs": {"eps": 1e-5, "affine": True},
            "dropout_op": None,
            "dropout_op_kwargs": None,
            "nonlin": "torch.nn.LeakyReLU",
            "nonlin_kwargs": {"inplace": True},
        },
        "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
    },
}


def network(deep_supervision: bool) -> SuperImage:
    architecture = tile_plan(PLANNED)["architecture"]
    torch.manual_seed(1)
    built = get_network_from_plans(
        architecture["network_class_name"],
        architecture["arch_kwargs"],
        architecture["_kw_requires_import"],
        input_channels=1,
        output_channels=2,
        deep_supervision=deep_supervision,
    )
    assert isinstance(built, SuperImage)
    return built.eval()


def test_frame_k_stands_in_row_k_over_n_and_column_k_modulo_n() -> None:
    clips = torch.arange(4.0).reshape(1, 1, 4, 1, 1).expand(1, 1, 4, 2, 3)
    picture = tile(clips)
    assert picture.shape == (1, 1, 4, 6)
    assert picture[0, 0].tolist() == [[0] * 3 + [1] * 3] * 2 + [[2] * 3 + [3] * 3] * 2


def test_untiling_gives_the_frames_back() -> None:
    clips = torch.rand(2, 3, 9, 4, 5)
    assert torch.equal(untile(tile(clips), 9), clips)


def test_the_patch_gets_the_largest_square_number_of_frames() -> None:
    planned = tile_plan(PLANNED)
    assert planned["patch_size"] == [9, 16, 16]
    assert planned["batch_size"] == 2
    assert planned["architecture"]["arch_kwargs"]["strides"] == [[1, 1, 1], [1, 2, 2], [1, 2, 2]]
    assert PLANNED["patch_size"] == [12, 16, 16], "the plan itself stays"


def test_the_network_is_a_2d_one_that_sees_the_tiles() -> None:
    built = network(deep_supervision=False)
    assert isinstance(built.network, PlainConvUNet)
    clips = torch.rand(2, 1, 9, 16, 16)
    with torch.no_grad():
        logits = built(clips)
        picture = built.network(tile(clips))
    assert logits.shape == (2, 2, 9, 16, 16)
    # Frame 5 is in row 1, column 2.
    assert torch.equal(logits[:, :, 5], picture[:, :, 16:32, 32:48])


def test_deep_supervision_is_untiled_at_every_scale() -> None:
    built = network(deep_supervision=True)
    with torch.no_grad():
        scales = built(torch.rand(1, 1, 9, 16, 16))
    assert [tuple(one.shape) for one in scales] == [(1, 2, 9, 16, 16), (1, 2, 9, 8, 8)]
    built.decoder.deep_supervision = False
    with torch.no_grad():
        assert isinstance(built(torch.rand(1, 1, 9, 16, 16)), torch.Tensor)


def test_a_tile_is_not_cut_by_its_neighbours_resolution() -> None:
    """Tiles are multiples of all strides: pooling never mixes two frames into one pixel."""
    clips = torch.zeros(1, 1, 4, 16, 16)
    clips[:, :, 3] = 1
    pooled = torch.nn.functional.max_pool2d(tile(clips), 4)
    assert untile(pooled, 4)[0, 0].amax(dim=(1, 2)).tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize("frames", [1, 4, 25])
def test_any_square_number_of_frames_will_do(frames: int) -> None:
    built = network(deep_supervision=False)
    with torch.no_grad():
        assert built(torch.rand(1, 1, frames, 16, 16)).shape == (1, 2, frames, 16, 16)
