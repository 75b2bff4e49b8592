"""Checkpoints of the networks of strips."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from echoweave.errors import InputError, Problem
from echoweave.io.checkpoint import fill_network, load_safely, save_plain, wrong_parts
from echoweave.mmode.networks.settings import WindowTrainingSettings
from echoweave.mmode.networks.tasks import WindowTask

_REMEDY = "give a model.pt that EchoWeave has trained on windows, or delete it and train again"


@dataclass(frozen=True)
class WindowCheckpoint:
    """A network trained on windows and where it comes from.

    Attributes:
        network: Its name, that of a :class:`WindowTask`.
        weights: Its state.
        settings: How it was trained.
        epoch: The epoch of the weights, the first being 1.
        measures: Of the validation windows after it.
        training_animals: Those trained on.
        validation_animals: Those that chose the epoch.
        version: Of EchoWeave at the time.
    """

    network: str
    weights: dict[str, Tensor]
    settings: WindowTrainingSettings
    epoch: int
    measures: dict[str, float]
    training_animals: list[str]
    validation_animals: list[str]
    version: str = version("echoweave")


def save_window_checkpoint(path: Path, checkpoint: WindowCheckpoint) -> None:
    """Write ``checkpoint`` so that :func:`load_window_checkpoint` can read it."""
    plain = vars(checkpoint) | {"settings": asdict(checkpoint.settings)}
    save_plain(path, plain)


def load_window_checkpoint(path: Path, task: WindowTask) -> WindowCheckpoint:
    """Read a checkpoint onto the CPU.

    Raises:
        InputError: It is missing, damaged, or none of the network that ``task`` is asked of.
    """
    plain = load_safely(path, _REMEDY)
    if wrong := _wrong_parts(plain, task.network):
        raise InputError(Problem(str(path), "", wrong, _REMEDY))
    return WindowCheckpoint(**plain | {"settings": WindowTrainingSettings(**plain["settings"])})


def load_window_network(path: Path, task: WindowTask) -> tuple[nn.Module, WindowCheckpoint]:
    """Return the network of a checkpoint, in evaluation mode, and the checkpoint.

    Raises:
        InputError: It cannot be read, or its weights do not fit.
    """
    checkpoint = load_window_checkpoint(path, task)
    network = task.build(checkpoint.settings.size)
    return fill_network(network, checkpoint.weights, path, f"a {task.network}"), checkpoint


def _wrong_parts(plain: Mapping[str, Any], network: str) -> str | None:
    """Return what tells ``plain`` from what :func:`save_window_checkpoint` writes, if anything."""
    if wrong := wrong_parts(plain, {"": WindowCheckpoint, "settings": WindowTrainingSettings}):
        return wrong
    if plain["network"] != network:
        return f"a checkpoint of a {plain['network']}, not of a {network}"
    return None
