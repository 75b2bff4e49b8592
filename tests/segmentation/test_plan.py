import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

from echoweave.errors import InputError
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.files import prepared_file, preprocessed_folder, raw_folder
from echoweave.segmentation.plan import replace_parts

from .study import PLANS, Study

ROOT = Path(__file__).parents[2]


def test_named_parts_of_the_plan_are_replaced_and_the_rest_stays() -> None:
    network = {
        "n_stages": 4,
        "features_per_stage": [32, 64, 128, 256],
        "strides": [[1, 1], [2, 2], [2, 2], [2, 2]],
        "kernel_sizes": [[3, 3]] * 4,
        "n_conv_per_stage": [2, 2, 2, 2],
        "n_conv_per_stage_decoder": [2, 2, 2],
        "conv_bias": True,
    }
    planned = {
        "patch_size": [512, 512],
        "batch_size": 12,
        "architecture": {"arch_kwargs": network},
    }
    parts = {
        "batch_size": 2,
        "features_per_stage": [8, 16, 32],
        "strides": [[1, 1], [2, 2], [2, 2]],
        "kernel_sizes": [[3, 3]] * 3,
        "convs_per_stage": 1,
    }
    replace_parts({"configurations": {"2d": planned}}, "2d", parts)
    assert planned["patch_size"] == [512, 512]
    assert planned["batch_size"] == 2
    assert network["n_stages"] == 3
    assert network["n_conv_per_stage"] == [1, 1, 1]
    assert network["n_conv_per_stage_decoder"] == [1, 1]
    assert network["conv_bias"] is True


def test_blocks_make_the_encoder_a_residual_one() -> None:
    """That of config/echonet.yaml has 17.4 million parameters, SimLVSeg's 18.83 million."""
    parts = yaml.safe_load((ROOT / "config/echonet.yaml").read_text())["segmentation"]["plans"]
    kwargs = {
        "conv_op": "torch.nn.modules.conv.Conv3d",
        "conv_bias": True,
        "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
        "norm_op_kwargs": {"eps": 1e-5, "affine": True},
        "nonlin": "torch.nn.LeakyReLU",
        "features_per_stage": [],
        "strides": [],
        "kernel_sizes": [],
        "n_conv_per_stage": [],
    }
    architecture: dict[str, Any] = {"network_class_name": "plain", "arch_kwargs": kwargs}
    planned = {"patch_size": [], "batch_size": 2, "architecture": architecture}
    replace_parts({"configurations": {"3d_fullres": planned}}, "3d_fullres", parts["3d_fullres"])
    network = get_network_from_plans(
        architecture["network_class_name"], kwargs, ["conv_op", "norm_op", "nonlin"], 1, 2
    )
    assert sum(weights.numel() for weights in network.parameters()) == 17_409_608


@pytest.mark.parametrize("stages", [2, 3])
def test_stages_that_do_not_match_are_refused(stages: int) -> None:
    network = {"features_per_stage": [8] * 4, "strides": [[2, 2]] * 4, "kernel_sizes": [[3, 3]] * 4}
    planned = {"patch_size": [32, 32], "batch_size": 2, "architecture": {"arch_kwargs": network}}
    with pytest.raises(InputError, match=r"segmentation\.plans\.2d: stages differ or are too few"):
        replace_parts(
            {"configurations": {"2d": planned}}, "2d", {"features_per_stage": [8] * stages}
        )


def test_plan_is_ours_and_every_case_is_preprocessed(planned: Study) -> None:
    for arm, configuration, n_cases in (("sparse2d", "2d", 16), ("dense3d", "3d_fullres", 8)):
        folder = preprocessed_folder(planned.root, ARMS[arm])
        plans = json.loads((folder / "nnUNetPlans.json").read_text())
        written = plans["configurations"][configuration]
        assert written["patch_size"] == PLANS[configuration]["patch_size"]
        assert plans["transpose_forward"] == [0, 1, 2]
        cases = list((folder / written["data_identifier"]).glob("*_seg.b2nd"))
        assert len(cases) == n_cases
        ours = raw_folder(planned.root, ARMS[arm]) / "splits_final.json"
        used = folder / "splits_final.json"
        assert json.loads(used.read_text()) == json.loads(ours.read_text())


def test_new_labels_change_what_was_prepared(make_study: Callable[[], Study]) -> None:
    def prepared(study: Study) -> Path:
        study.write_raw("sparse2d")
        study.plan("sparse2d")
        return prepared_file(study.root, ARMS["sparse2d"])

    study = make_study()
    first = prepared(study).read_text()
    assert prepared(study).read_text() == first
    (study.folder / "cache/patient0004.h5").unlink()
    assert prepared(study).read_text() != first
