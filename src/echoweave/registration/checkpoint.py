"""Checkpoints of registration networks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from echoweave.errors import InputError, Problem
from echoweave.io.checkpoint import fill_network, load_safely, save_plain, wrong_parts
from echoweave.registration.networks.registry import build_network
from echoweave.registration.settings import ModelSettings
from echoweave.registration.split import PatientSplit

_REMEDY = "give a model.pt that EchoWeave has trained, or delete it and train again"


@dataclass(frozen=True)
class Checkpoint:
    """A trained network and where it comes from.

    Attributes:
        weights: The network's state.
        settings: How it was built and trained.
        split: The patients by role.
        seed: Of the training.
        iteration: The iteration of the weights.
        version: Of EchoWeave at the time.
    """

    weights: dict[str, Tensor]
    settings: ModelSettings
    split: PatientSplit
    seed: int
    iteration: int
    version: str = version("echoweave")


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write ``checkpoint`` so that :func:`load_checkpoint` can read it."""
    plain = vars(checkpoint) | {
        "settings": asdict(checkpoint.settings),
        "split": checkpoint.split._asdict(),
    }
    save_plain(path, plain)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU.

    Raises:
        InputError: ``path`` is missing, truncated, or no checkpoint of a registration network.
    """
    plain = load_safely(path, _REMEDY)
    wrong = _wrong_parts(plain)
    if wrong:
        raise InputError(Problem(str(path), "", wrong, _REMEDY))
    settings, split = ModelSettings(**plain["settings"]), PatientSplit(**plain["split"])
    return Checkpoint(**(plain | {"settings": settings, "split": split}))


def load_network(path: Path) -> tuple[nn.Module, ModelSettings]:
    """Return the network of a checkpoint, in evaluation mode, and its settings.

    Raises:
        InputError: The checkpoint cannot be read, or its weights do not fit its settings.
    """
    checkpoint = load_checkpoint(path)
    return build(checkpoint, path), checkpoint.settings


def build(checkpoint: Checkpoint, path: Path) -> nn.Module:
    """Return the network of ``checkpoint``, read from ``path``, in evaluation mode."""
    network = build_network(checkpoint.settings, str(path))
    what = f"a {checkpoint.settings.architecture}"
    return fill_network(network, checkpoint.weights, path, what)


def _wrong_parts(plain: Mapping[str, Any]) -> str | None:
    """Return what tells ``plain`` from what :func:`save_checkpoint` writes, if anything does."""
    kinds = {"": Checkpoint, "settings": ModelSettings, "split": PatientSplit}
    if wrong := wrong_parts(plain, kinds):
        return wrong
    if not all(_are_names(patients) for patients in plain["split"].values()):
        return "its split holds no lists of patients"
    return None


def _are_names(patients: object) -> bool:
    return isinstance(patients, list) and all(isinstance(name, str) for name in patients)
