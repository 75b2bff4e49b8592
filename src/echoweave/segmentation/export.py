"""Write trained folds as ONNX, which runs without nnU-Net and torch.

Imports nnU-Net: call nnunet.set_environment first.
"""

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import torch
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

from echoweave.io.atomic import whole_file
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.checkpoint import read_checkpoint
from echoweave.segmentation.ensemble import planned_network
from echoweave.segmentation.files import FINAL, fold_folder, model_folder


def export_folds(
    arm: Arm, configuration: str, folds: list[int], root: Path, folder: Path
) -> dict[str, Any]:
    """Write {configuration}_{fold}.onnx for each fold and return what a bundle says of them.

    Args:
        arm: The arm.
        configuration: "2d" or "3d_fullres".
        folds: Trained folds.
        root: results/nnunet.
        folder: Gets the files.
    """
    trained = model_folder(root, arm, configuration)
    dataset = json.loads((trained / "dataset.json").read_text())
    plans = PlansManager(str(trained / "plans.json"))
    manager = plans.get_configuration(configuration)
    network = planned_network(plans, configuration, dataset)
    window = [int(side) for side in manager.patch_size]
    names = []
    for fold in folds:
        checkpoint = read_checkpoint(fold_folder(root, arm, configuration, fold) / FINAL)
        network.load_state_dict(checkpoint["network_weights"])
        names.append(f"{configuration}_{fold}.onnx")
        _export(network.eval(), window, folder / names[-1])
    return {
        "configuration": configuration,
        "spacing": [float(size) for size in manager.spacing[-2:]],
        "window": window,
        "files": names,
    }


def _export(network: torch.nn.Module, window: list[int], path: Path) -> None:
    image = torch.zeros(1, 1, *window)
    with warnings.catch_warnings(), whole_file(path) as temporary:
        # Of torch itself, about what torch itself does.
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        torch.onnx.export(
            network,
            (image,),
            temporary,
            input_names=["image"],
            output_names=["logits"],
            dynamo=True,
            external_data=False,
            verbose=False,
        )
