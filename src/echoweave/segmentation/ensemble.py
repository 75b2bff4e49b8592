"""Some folds of an arm as one model. Imports nnU-Net: call environment.set_environment first."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.postprocessing.remove_connected_components import (
    remove_all_but_largest_component_from_segmentation,
)
from nnunetv2.utilities.label_handling.label_handling import determine_num_input_channels
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager
from numpy.typing import NDArray

from echoweave.device import torch_device
from echoweave.io.cache import Sequence as Echo
from echoweave.io.images import FRAME_STEP
from echoweave.segmentation.arms import ARMS, TRAINER, best_file, fold_folder, model_folder
from echoweave.segmentation.checkpoint import read_checkpoint
from echoweave.segmentation.trainer import EchoTrainer

# What nnU-Net's reader makes of a 2-D image: a slab of one slice, this many times the pixel thick.
_SLAB = 999


class Ensemble:
    """Applies the folds' networks, averages their logits and postprocesses.

    Args:
        arm: A name of ``ARMS``.
        folds: The folds to average.
        root: results/nnunet.
    """

    def __init__(self, arm: str, folds: Sequence[int], root: Path) -> None:
        self.whole_sequences = ARMS[arm].whole_sequences
        self.keep_largest = json.loads(best_file(root, arm).read_text())["keep_largest"]
        folder = model_folder(root, arm)
        dataset = json.loads((folder / "dataset.json").read_text())
        plans = PlansManager(str(folder / "plans.json"))
        configuration = plans.get_configuration(ARMS[arm].configuration)
        checkpoints = [
            read_checkpoint(fold_folder(root, arm, fold) / "checkpoint_final.pth") for fold in folds
        ]
        network = EchoTrainer.build_network_architecture(
            plans,
            configuration,
            determine_num_input_channels(plans, configuration, dataset),
            plans.get_label_manager(dataset).num_segmentation_heads,
            enable_deep_supervision=False,
        )
        self.predictor = nnUNetPredictor(
            use_mirroring=False, device=torch_device(), allow_tqdm=False
        )
        self.predictor.manual_initialization(
            network,
            plans,
            configuration,
            [checkpoint["network_weights"] for checkpoint in checkpoints],
            dataset,
            TRAINER,
            None,
        )

    def __call__(self, echo: Echo) -> NDArray[np.uint8]:
        """Return the labels of a sequence, uint8 [T, Y, X], in the order of its frames.

        Networks with time as an axis see the frames in the order of time.
        """
        sy, sx = echo.spacing_mm
        if self.whole_sequences:
            labels = self._case(echo.in_time(echo.frames), (FRAME_STEP, sy, sx))
            return echo.in_time(labels)
        slab = (_SLAB * max(sy, sx), sy, sx)
        return np.concatenate([self._case(frame[None], slab) for frame in echo.frames])

    def _case(
        self, image: NDArray[np.uint8], spacing: tuple[float, float, float]
    ) -> NDArray[np.uint8]:
        """Return the labels of a volume; ``spacing`` is in the order of its axes."""
        labels = self.predictor.predict_single_npy_array(
            image[None].astype(np.float32), {"spacing": list(spacing)}
        )
        for kept in self.keep_largest:
            labels = remove_all_but_largest_component_from_segmentation(labels, kept)
        return np.asarray(labels, np.uint8)
