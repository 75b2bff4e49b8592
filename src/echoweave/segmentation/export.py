"""Write trained folds as ONNX, which runs without nnU-Net and torch.

Imports nnU-Net: call nnunet.set_environment first.
"""

import json
from pathlib import Path
from typing import Any

from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

from echoweave.io.onnx import write_onnx
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
        write_onnx(network.eval(), (1, 1, *window), folder / names[-1])
    return {
        "configuration": configuration,
        "spacing": [float(size) for size in manager.spacing[-2:]],
        "window": window,
        "files": names,
    }
