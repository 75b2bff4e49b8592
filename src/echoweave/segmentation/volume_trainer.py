"""Our trainer of volumes that are labelled in part. Imports nnU-Net."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from nnunetv2.training.data_augmentation.compute_initial_patch_size import get_patch_size
from nnunetv2.training.loss.deep_supervision import DeepSupervisionWrapper
from torch import Tensor

from echoweave.segmentation.partial_loss import partial_loss
from echoweave.segmentation.trainer import SMALLEST_ZOOM, EchoTrainer


class VolumeTrainer(EchoTrainer):
    """Learns from cases of which each knows its own labels, ``known`` of dataset.json.

    Volumes are drawn and predicted as nnU-Net does, turned about every axis, and never mirrored:
    their sides differ.
    """

    @property
    def sequences(self) -> bool:
        """No axis is time."""
        return False

    def configure_rotation_dummyDA_mirroring_and_inital_patch_size(  # noqa: N802
        self,
    ) -> tuple[tuple[float, float], bool, list[int], tuple[int, ...] | None]:
        """Turn about every axis by as much as the settings say."""
        turning = super().configure_rotation_dummyDA_mirroring_and_inital_patch_size()
        self.inference_allowed_mirroring_axes = None
        if self.rotation is None:
            return (*turning[:3], None)
        turn = (-self.rotation, self.rotation)
        patch = self.configuration_manager.patch_size
        sides = get_patch_size(patch, turn, turn, turn, (SMALLEST_ZOOM,))
        return turn, False, [int(side) for side in sides], None

    def do_split(self) -> tuple[list[str], list[str]]:
        """Return the cases to train on, some more than once, and those to validate on."""
        train, validation = super().do_split()
        return repeat_by_labels(train, self.dataset_json["known"]), validation

    def train_step(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Learn from what each case of the batch knows."""
        self._known = self._known_of(batch["keys"])
        step: dict[str, Any] = super().train_step(batch)
        return step

    def validation_step(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Return loss and counts for the Dice of a batch; labels that a case lacks count nothing.

        nnU-Net counts over a batch, so it gets its cases one by one.
        """
        counts = [self._validated(one) for one in _singles(batch)]
        return {
            "loss": np.mean([one["loss"] for one in counts]),
            **{key: sum(one[key] for one in counts) for key in ("tp_hard", "fp_hard", "fn_hard")},
        }

    def _validated(self, batch: dict[str, Any]) -> dict[str, Any]:
        self._known = self._known_of(batch["keys"])
        known = self._known[0, 1:].cpu().numpy()
        step = super().validation_step(batch)
        return {key: value if key == "loss" else value * known for key, value in step.items()}

    def _build_loss(self) -> DeepSupervisionWrapper:
        return DeepSupervisionWrapper(self._loss_of_known, super()._build_loss().weight_factors)

    def _loss_of_known(self, logits: Tensor, target: Tensor) -> Tensor:
        return partial_loss(logits, target, self._known)

    def _known_of(self, cases: Sequence[str]) -> Tensor:
        """Return which labels each case knows, bool [N, labels]."""
        shape = len(cases), self.label_manager.num_segmentation_heads
        known = torch.zeros(shape, dtype=torch.bool)
        for row, case in zip(known, cases, strict=True):
            row[self.dataset_json["known"][case]] = True
        return known.to(self.device)


def repeat_by_labels(cases: Sequence[str], known: Mapping[str, Sequence[int]]) -> list[str]:
    """Return cases so often that each kind is drawn in proportion to the labels it knows.

    Of a kind are cases with the same known labels. A small cohort in which everything is labelled
    would else hardly be drawn beside large ones with one label each, and what is only labelled
    there hardly be learnt.

    Args:
        cases: Names.
        known: Case -> the labels it knows.
    """
    sizes = Counter(tuple(known[case]) for case in cases)
    weights = {labels: len(labels) / size for labels, size in sizes.items()}
    least = min(weights.values())
    repeats = {labels: round(weight / least) for labels, weight in weights.items()}
    return [case for case in cases for _ in range(repeats[tuple(known[case])])]


def _singles(batch: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the cases of a batch as batches; with deep supervision there is a target a scale."""
    for number, key in enumerate(batch["keys"]):
        one = slice(number, number + 1)
        targets = [scale[one] for scale in batch["target"]]
        yield {"data": batch["data"][one], "target": targets, "keys": [key]}
