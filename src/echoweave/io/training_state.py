"""The state of a training that was stopped half-way."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from echoweave.errors import InputError
from echoweave.io.atomic import whole_file
from echoweave.io.checkpoint import load_safely
from echoweave.logs import LOGGER


@dataclass
class TrainingState:
    """Everything that a training needs to go on as if it had never stopped.

    What is drawn in an iteration depends on the seed and the iteration alone, so there is no state
    of a random generator to keep.

    Attributes:
        iteration: Iterations done, or epochs, whichever the training counts.
        network: The network's state.
        optimiser: The optimiser's state.
        best: Weights with the lowest validation loss, or other error, so far.
        best_iteration: Their iteration.
        best_loss: Their loss or error.
        rows: The curves so far.
    """

    iteration: int = 0
    network: dict[str, Tensor] = field(default_factory=dict)
    optimiser: dict[str, Any] = field(default_factory=dict)
    best: dict[str, Tensor] = field(default_factory=dict)
    best_iteration: int = 0
    best_loss: float = math.inf
    rows: list[dict[str, Any]] = field(default_factory=list)


def save_state(path: Path, state: TrainingState, made_by: str) -> None:
    """Write ``state`` with the fingerprint of its training."""
    with whole_file(path) as temporary:
        torch.save({"fingerprint": made_by, "state": vars(state)}, temporary)


def load_state(path: Path, made_by: str) -> TrainingState | None:
    """Return the state in ``path`` if the same training wrote it; say so if another did."""
    if not path.exists():
        return None
    try:
        saved = load_safely(path, "delete it")
        if saved["fingerprint"] != made_by:
            LOGGER.warning("%s is of other settings, data or code: the training starts anew", path)
            return None
        return TrainingState(**saved["state"])
    except (InputError, KeyError, TypeError):
        LOGGER.warning("%s is unreadable: the training starts anew", path)
        return None
