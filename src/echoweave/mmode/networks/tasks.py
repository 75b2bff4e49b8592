"""What the two networks of strips are asked, and how well they answer."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from math import nan
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from echoweave.mmode.networks.data import (
    JUDGED_JITTER,
    MASKED_JITTER,
    Jitter,
    WindowSet,
    read_judged_set,
    read_masked_set,
)
from echoweave.mmode.networks.quicknat import QUICKNAT_STRIDE, QuickNat
from echoweave.mmode.networks.window_classifier import CLASSIFIER_STRIDE, WindowClassifier

# Sums over windows that measures are made of.
Counts = dict[str, float]


class WindowTask(ABC):
    """One question to a network.

    Attributes:
        network: Name of the network.
        section: Where its settings stand in the config.
        size_key: Where the side of its windows does.
        stride: Sides of windows are multiples of it.
        jitter: How windows are varied.
    """

    network: str
    section: str
    size_key: str
    stride: int
    jitter: Jitter

    @abstractmethod
    def read(self, folder: Path, size: int) -> WindowSet:
        """Read the windows of a folder at [size, size]."""

    @abstractmethod
    def build(self, size: int) -> nn.Module:
        """Return a network with random weights for windows of ``size``."""

    @abstractmethod
    def scale(self, pictures: NDArray[np.uint8]) -> Tensor:
        """Return uint8 [N, S, S] as the network takes it, float32 [N, 1, S, S]."""

    @abstractmethod
    def loss(self, logits: Tensor, targets: Tensor, windows: WindowSet) -> Tensor:
        """Return the loss of a batch of ``windows``, which are all that are trained on."""

    @abstractmethod
    def count(self, logits: Tensor, targets: Tensor) -> Counts:
        """Return of a batch what :meth:`measures` needs; batches are summed."""

    @abstractmethod
    def measures(self, counts: Counts) -> dict[str, float]:
        """Return the loss and what else readers want to know."""

    @abstractmethod
    def error(self, measures: dict[str, float]) -> float:
        """Return what the best epoch has least of, given the measures of the validation."""


class FindLumen(WindowTask):
    """Which pixels are lumen, asked of QuickNAT.

    The loss is the binary cross-entropy of the sigmoid, mean over the pixels; the best epoch is
    that with the highest Dice over all validation windows together.
    """

    network = "quicknat"
    section = "mmode.quicknat"
    # nnU-Net's windows have it, too.
    size_key = "mmode.size"
    stride = QUICKNAT_STRIDE
    jitter = MASKED_JITTER

    def read(self, folder: Path, size: int) -> WindowSet:
        """Read img/ and mask/."""
        return read_masked_set(folder, size)

    def build(self, size: int) -> nn.Module:
        """Return a QuickNAT."""
        return QuickNat()

    def scale(self, pictures: NDArray[np.uint8]) -> Tensor:
        """Return grey values from 0 to 1."""
        return torch.from_numpy(pictures)[:, None].float() / 255

    def loss(self, logits: Tensor, targets: Tensor, windows: WindowSet) -> Tensor:
        """Return the mean cross-entropy."""
        return binary_cross_entropy_with_logits(logits[:, 0], targets)

    def count(self, logits: Tensor, targets: Tensor) -> Counts:
        """Count what Dice, MSE and the loss are made of."""
        entropy = binary_cross_entropy_with_logits(logits[:, 0], targets, reduction="sum")
        found = logits[:, 0] > 0
        marked = targets > 0.5
        return {
            "loss": entropy.item(),
            "pixels": targets.numel(),
            "shared": (found & marked).sum().item(),
            "sizes": (found.sum() + marked.sum()).item(),
            "wrong": (found != marked).sum().item(),
        }

    def measures(self, counts: Counts) -> dict[str, float]:
        """Return loss, Dice over all windows, and mean squared error of the rounded masks."""
        return {
            "loss": counts["loss"] / counts["pixels"],
            "dice": 2 * counts["shared"] / counts["sizes"] if counts["sizes"] else nan,
            "mse": counts["wrong"] / counts["pixels"],
        }

    def error(self, measures: dict[str, float]) -> float:
        """Return 1 - Dice."""
        return 1 - measures["dice"]


class JudgeWindow(WindowTask):
    """Whether a window is good, asked of the classifier.

    Both classes count half in the loss, however many windows each has: it is the mean over the
    mean cross-entropies of the good and of the bad windows. The best epoch has the least of it in
    the validation.
    """

    network = "window_classifier"
    section = "mmode.quality"
    size_key = "mmode.quality.size"
    stride = CLASSIFIER_STRIDE
    jitter = JUDGED_JITTER

    def read(self, folder: Path, size: int) -> WindowSet:
        """Read good/ and bad/."""
        return read_judged_set(folder, size)

    def build(self, size: int) -> nn.Module:
        """Return a classifier for windows of ``size``."""
        return WindowClassifier(size)

    def scale(self, pictures: NDArray[np.uint8]) -> Tensor:
        """Return grey values from -1 to 1."""
        return (torch.from_numpy(pictures)[:, None].float() / 255 - 0.5) / 0.5

    def loss(self, logits: Tensor, targets: Tensor, windows: WindowSet) -> Tensor:
        """Return the mean cross-entropy, each window weighted with half over its class's share."""
        good = float(windows.targets.mean())
        weights = torch.where(targets > 0.5, 0.5 / good, 0.5 / (1 - good))
        return binary_cross_entropy_with_logits(logits, targets, weights)

    def count(self, logits: Tensor, targets: Tensor) -> Counts:
        """Count by class what loss and accuracy are made of."""
        entropy = binary_cross_entropy_with_logits(logits, targets, reduction="none")
        right = (logits > 0) == (targets > 0.5)
        counts: Counts = {}
        for name, chosen in (("good", targets > 0.5), ("bad", targets < 0.5)):
            counts[name] = chosen.sum().item()
            counts[f"{name}_loss"] = entropy[chosen].sum().item()
            counts[f"{name}_right"] = right[chosen].sum().item()
        return counts

    def measures(self, counts: Counts) -> dict[str, float]:
        """Return the loss, and the mean accuracy of both classes."""
        return {
            "loss": _half_each(counts[f"{one}_loss"] / counts[one] for one in ("good", "bad")),
            "balanced_accuracy": _half_each(
                counts[f"{one}_right"] / counts[one] for one in ("good", "bad")
            ),
        }

    def error(self, measures: dict[str, float]) -> float:
        """Return the loss."""
        return measures["loss"]


# By the name of the network.
TASKS: Mapping[str, WindowTask] = MappingProxyType(
    {task.network: task for task in (FindLumen(), JudgeWindow())}
)


def _half_each(values: Iterable[float]) -> float:
    return sum(values) / 2
