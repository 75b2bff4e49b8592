"""Checkpoints of registration networks."""

from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.checkpoint import load_safely
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
    plain = load_safely(path, remedy)
    known = set(Checkpoint.__dataclass_fields__)
    try:
        if set(plain) != known:
            raise TypeError(f"it holds {set(plain)}")
        plain["settings"] = Settings.from_config(plain["settings"], str(path))
        plain["split"] = Split(**plain["split"])
    except TypeError as error:
        raise InputError(Problem(str(path), "", "not a checkpoint of EchoWeave", remedy)) from error
    return Checkpoint(**plain)


def load_network(path: Path) -> tuple[nn.Module, Settings]:
    """Return the network of a checkpoint, in evaluation mode, and its settings.

    Raises:
        InputError: The checkpoint cannot be read, or its weights do not fit its settings.
    """
    checkpoint = load_checkpoint(path)
    return _build(checkpoint, path), checkpoint.settings


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
    checkpoint = load_checkpoint(path)
    section = f"registration.models.{model}"
    given, wanted = checkpoint.settings, Settings.from_config(settings[model], section)
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
    # Only now: a network is as large as its settings say, and these come from elsewhere.
    _build(checkpoint, path)
    with whole_file(model_out) as temporary:
        temporary.write_bytes(path.read_bytes())
    LOGGER.info("using %s, trained on %d patients", path, len(checkpoint.split.training))


def _build(checkpoint: Checkpoint, path: Path) -> nn.Module:
    """Return the network of ``checkpoint``, read from ``path``, in evaluation mode."""
    network = build_network(checkpoint.settings, str(path))
    try:
        network.load_state_dict(checkpoint.weights)
    except (RuntimeError, TypeError, AttributeError) as error:
        raise InputError(
            Problem(
                str(path),
                "weights",
                f"they do not fit a {checkpoint.settings.architecture}",
                "train again: the checkpoint is of another version",
            )
        ) from error
    return network.eval()


# What a checkpoint was trained with may differ from the config, what it is may not.
_MUST_AGREE = (
    "architecture",
    "size",
    "grid_spacing_px",
    "kernels",
    "affine_first",
    "smoothing_px",
    "standardise",
)
