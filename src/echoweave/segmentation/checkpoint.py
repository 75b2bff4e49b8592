"""Read nnU-Net's checkpoints without running code from them."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import torch

from echoweave.errors import InputError, Problem

# Losses and Dice are logged as numpy numbers; nothing else than numbers may be rebuilt.
_NUMBERS = [
    np._core.multiarray.scalar,  # type: ignore[attr-defined]
    np.dtype,
    np.dtypes.Float64DType,
    np.dtypes.Float32DType,
]


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint to the CPU.

    Raises:
        InputError: It is missing, damaged, or holds more than tensors, numbers and text.
    """
    try:
        with torch.serialization.safe_globals(_NUMBERS):
            content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError) as error:
        what = str(error).partition("\n")[0]
        raise InputError(
            Problem(str(path), "", f"not a checkpoint of ours ({what})", "delete the fold's folder")
        ) from error
    return content
