"""Folds and configurations of an arm as one model.

Imports nnU-Net: call nnunet.set_environment first.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.postprocessing.remove_connected_components import (
    remove_all_but_largest_component_from_segmentation,
)
from nnunetv2.utilities.get_network_from_plans import get_network_from_plans
from nnunetv2.utilities.label_handling.label_handling import determine_num_input_channels
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager
from numpy.typing import NDArray

from echoweave.device import torch_device
from echoweave.io.cache import EchoSequence
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.checkpoint import read_checkpoint
from echoweave.segmentation.files import TRAINER, best_file, fold_folder, model_folder
from echoweave.segmentation.nnunet import SLAB
from echoweave.segmentation.numbers import from_nnunet
from echoweave.segmentation.predictor import ClipPredictor


class Ensemble:
    """Applies the folds of the configurations that were chosen for an arm, and postprocesses.

    As in nnU-Net the folds' logits are averaged, and the probabilities of configurations.

    Args:
        arm: The arm.
        folds: The folds to average.
        root: results/nnunet.
    """

    def __init__(self, arm: Arm, folds: Sequence[int], root: Path) -> None:
        best = json.loads(best_file(root, arm).read_text())
        self.whole_sequences = arm.sees == "sequences"
        self.keep_largest = best["keep_largest"]
        self.members = [fold_predictor(arm, one, folds, root) for one in best["configurations"]]

    @property
    def median_spacing(self) -> tuple[float, float]:
        """(sy, sx), the median over the training cases."""
        sy, sx = self.members[0].plans_manager.original_median_spacing_after_transp[-2:]
        return float(sy), float(sx)

    def __call__(self, echo: EchoSequence) -> NDArray[np.uint8]:
        """Return the labels of a sequence, uint8 [T, Y, X], in the order of its frames.

        Networks with time as an axis see the frames in the order of time.
        """
        sy, sx = echo.spacing
        if self.whole_sequences:
            # The step between frames is that of the training cases: nothing is resampled over time.
            step = self.members[0].plans_manager.original_median_spacing_after_transp[0]
            labels = self._case(echo.in_time(echo.frames), (step, sy, sx))
            return echo.in_time(labels)
        slab = (SLAB * max(sy, sx), sy, sx)
        return np.concatenate([self._case(frame[None], slab) for frame in echo.frames])

    def _case(
        self, image: NDArray[np.uint8], spacing: tuple[float, float, float]
    ) -> NDArray[np.uint8]:
        """Return the labels of a volume; ``spacing`` is in the order of its axes."""
        labels = self._labels(image[None].astype(np.float32), spacing)
        for kept in self.keep_largest:
            labels = remove_all_but_largest_component_from_segmentation(labels, kept)
        described = self.members[0].dataset_json["labels"]
        return from_nnunet(np.asarray(labels, np.uint8), described)

    def _labels(
        self, image: NDArray[np.float32], spacing: tuple[float, float, float]
    ) -> NDArray[np.uint8]:
        properties = [{"spacing": list(spacing)} for _ in self.members]
        if len(self.members) == 1:
            labels = self.members[0].predict_single_npy_array(image, properties[0])
            return np.asarray(labels, np.uint8)
        probabilities = [
            member.predict_single_npy_array(image, one, save_or_return_probabilities=True)[1]
            for member, one in zip(self.members, properties, strict=True)
        ]
        handler = self.members[0].label_manager
        mean = np.mean(probabilities, axis=0, dtype=np.float32)
        return np.asarray(handler.convert_probabilities_to_segmentation(mean), np.uint8)


def planned_network(
    plans: PlansManager, configuration: str, dataset: Mapping[str, Any]
) -> torch.nn.Module:
    """Return the network of a configuration, with random weights.

    Args:
        plans: The plans of the training.
        configuration: "2d" or "3d_fullres".
        dataset: Content of dataset.json.
    """
    manager = plans.get_configuration(configuration)
    # As the trainer builds it, whose import takes a second more.
    network: torch.nn.Module = get_network_from_plans(
        manager.network_arch_class_name,
        manager.network_arch_init_kwargs,
        manager.network_arch_init_kwargs_req_import,
        determine_num_input_channels(plans, manager, dataset),
        plans.get_label_manager(dataset).num_segmentation_heads,
        deep_supervision=False,
    )
    return network


def fold_predictor(
    arm: Arm, configuration: str, folds: Sequence[int], root: Path
) -> nnUNetPredictor:
    """Return the folds of one configuration of an arm; it mirrors where they were trained to.

    Args:
        arm: The arm.
        configuration: "2d" or "3d_fullres".
        folds: Trained folds, whose logits are averaged.
        root: results/nnunet.
    """
    folder = model_folder(root, arm, configuration)
    dataset = json.loads((folder / "dataset.json").read_text())
    plans = PlansManager(str(folder / "plans.json"))
    manager = plans.get_configuration(configuration)
    checkpoints = [
        read_checkpoint(fold_folder(root, arm, configuration, fold) / "checkpoint_final.pth")
        for fold in folds
    ]
    network = planned_network(plans, configuration, dataset)
    kind = ClipPredictor if arm.sees == "sequences" and configuration != "2d" else nnUNetPredictor
    predictor = kind(device=torch_device(), allow_tqdm=False)
    predictor.manual_initialization(
        network,
        plans,
        manager,
        [checkpoint["network_weights"] for checkpoint in checkpoints],
        dataset,
        TRAINER,
        checkpoints[0]["inference_allowed_mirroring_axes"],
    )
    return predictor
