"""Checkpoints of registration networks."""

import pickle
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import torch
from torch import Tensor, nn

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.logs import LOGGER
from echoweave.registration.networks.registry import build_network
from echoweave.registration.settings import Settings
from echoweave.registration.split import Split


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
    settings: Settings
    split: Split
    seed: int
    iteration: int
    version: str = version("echoweave")


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write ``checkpoint`` so that ``torch.load(weights_only=True)`` can read it."""
    plain = vars(checkpoint) | {
        "settings": asdict(checkpoint.settings),
        "split": checkpoint.split._asdict(),
    }
    with whole_file(path) as temporary:
        torch.save(plain, temporary)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU.

    Raises:
        InputError: ``path`` is missing, truncated, or no checkpoint of a registration network.
    """
    remedy = "give a model.pt that EchoWeave has trained, or delete it and train again"
    try:
        plain: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError(Problem(str(path), "", "there is no such checkpoint", remedy)) from error
    except (OSError, RuntimeError, EOFError, BadZipFile, pickle.UnpicklingError) as error:
        raise InputError(Problem(str(path), "", "not a readable checkpoint", remedy)) from error
    known = set(Checkpoint.__dataclass_fields__)
    if not isinstance(plain, dict) or set(plain) != known:
        raise InputError(Problem(str(path), "", "not a checkpoint of EchoWeave", remedy))
    plain["settings"] = Settings.from_config(plain["settings"], str(path))
    plain["split"] = Split(**plain["split"])
    return Checkpoint(**plain)


def load_network(path: Path) -> tuple[nn.Module, Settings]:
    """Return the network of a checkpoint, in evaluation mode, and its settings.

    Raises:
        InputError: The checkpoint cannot be read, or its weights do not fit its settings.
    """
    checkpoint = load_checkpoint(path)
    network = build_network(checkpoint.settings, str(path))
    try:
        network.load_state_dict(checkpoint.weights)
    except RuntimeError as error:
        raise InputError(
            Problem(
                str(path),
                "weights",
                f"they do not fit a {checkpoint.settings.architecture}",
                "train again: the checkpoint is of another version",
            )
        ) from error
    return network.eval(), checkpoint.settings


def adopt_checkpoint(path: Path, model_out: Path, model: str, settings: dict[str, Any]) -> None:
    """Copy a given checkpoint to ``model_out`` if it is the network that the config describes.

    Args:
        path: The given checkpoint.
        model_out: Where the trained network would be.
        model: Its name in the config.
        settings: ``{model: its slice of registration.models}``.

    Raises:
        InputError: It cannot be read, or its network or the frames it works on differ.
    """
    _, given = load_network(path)
    section = f"registration.models.{model}"
    wanted = Settings.from_config(settings[model], section)
    problems = [
        Problem(
            str(path),
            key,
            f"it is {getattr(given, key)!r} here, but {getattr(wanted, key)!r} in {section}",
            "give a checkpoint that fits, or change the config",
        )
        for key in _MUST_AGREE
        if getattr(given, key) != getattr(wanted, key)
    ]
    if problems:
        raise InputError(problems)
    with whole_file(model_out) as temporary:
        temporary.write_bytes(path.read_bytes())
    LOGGER.info("using %s, trained on %d patients", path, len(load_checkpoint(path).split.training))


# What a checkpoint was trained with may differ from the config, what it is may not.
_MUST_AGREE = (
    "architecture",
    "size",
    "grid_spacing_px",
    "kernels",
    "smoothing_px",
    "standardise",
)
