"""Checkpoints: written by torch.save, read without running code from them."""

import pickle
import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import nn

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.limits import open_regular


def save_plain(path: Path, plain: Mapping[str, Any]) -> None:
    """Write tensors, numbers and text so that :func:`load_safely` can read them."""
    # Given a path, torch would write its name, here another one each time, into the file.
    with whole_file(path) as temporary, temporary.open("wb") as file:
        torch.save(dict(plain), file)


def load_safely(path: Path, remedy: str, allowed: Sequence[Any] = ()) -> dict[str, Any]:
    """Read a checkpoint onto the CPU.

    Args:
        path: The file.
        remedy: What the user should do about a bad one.
        allowed: Classes and functions that may be rebuilt beside tensors, numbers and text.

    Raises:
        InputError: It is missing, damaged, or holds anything else; none of it was run.
    """
    try:
        _check_file(path)
        with torch.serialization.safe_globals(list(allowed)):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError(Problem(str(path), "", "there is no such checkpoint", remedy)) from error
    except pickle.UnpicklingError as error:
        what = "damaged, or holds more than weights and settings, so nothing of it was run"
        raise InputError(Problem(str(path), "", what, remedy)) from error
    # A damaged file can fail anywhere in torch.
    except Exception as error:
        raise InputError(Problem(str(path), "", "not a readable checkpoint", remedy)) from error
    if not isinstance(content, dict):
        raise InputError(Problem(str(path), "", "not a checkpoint of EchoWeave", remedy))
    return content


def fill_network(network: nn.Module, weights: object, path: Path, what: str) -> nn.Module:
    """Return ``network`` with the weights of a checkpoint, in evaluation mode.

    Args:
        network: Of any weights.
        weights: What the checkpoint holds as such.
        path: Of the checkpoint, for errors.
        what: The network in words: "a dirnet".

    Raises:
        InputError: They are no weights, not finite, or do not fit.
    """
    if wrong := _wrong_weights(weights):
        remedy = "delete it and train again with a lower learning_rate"
        raise InputError(Problem(str(path), "weights", wrong, remedy))
    try:
        network.load_state_dict(weights)  # type: ignore[arg-type]
    except (RuntimeError, TypeError, AttributeError) as error:
        raise InputError(
            Problem(
                str(path),
                "weights",
                f"they do not fit {what}",
                "train again: the checkpoint is of another version",
            )
        ) from error
    return network.eval()


def wrong_parts(plain: Mapping[str, Any], kinds: Mapping[str, type]) -> str | None:
    """Return what tells a checkpoint from what this EchoWeave writes, if anything does.

    Args:
        plain: What the file holds.
        kinds: The dataclass of each part by its key, of the whole by "".
    """
    for key, kind in kinds.items():
        part, names = plain[key] if key else plain, set(kind.__annotations__)
        if not isinstance(part, dict) or set(part) != names:
            by = plain.get("version")
            if not isinstance(by, str):
                return "not a checkpoint of EchoWeave"
            return f"not a checkpoint of this EchoWeave, {version('echoweave')}, but of {by}"
    return None


def _check_file(path: Path) -> None:
    """Refuse pipes, damage, and archives that grow when they are read: torch never compresses."""
    with open_regular(path) as file:
        if not zipfile.is_zipfile(file):
            return
        with zipfile.ZipFile(file) as archive:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                raise ValueError("compressed")
            # torch itself does not look at the checksums.
            if damaged := archive.testzip():
                raise ValueError(f"{damaged} is damaged")


def _wrong_weights(weights: object) -> str | None:
    """Return what is wrong with weights before they meet their network, if anything is."""
    if not isinstance(weights, Mapping) or not all(map(torch.is_tensor, weights.values())):
        return "they are no weights"
    if not weights:
        return "there are none: the training diverged"
    if not all(part.isfinite().all() for part in weights.values()):
        return "they are not finite: the training diverged"
    return None
