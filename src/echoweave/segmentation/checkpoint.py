"""Read nnU-Net's checkpoints without running code from them."""

from pathlib import Path
from typing import Any

import numpy as np

from echoweave.io.checkpoint import load_safely

# Losses and Dice are logged as numpy numbers; nothing else than numbers may be rebuilt.
NUMBERS = (
    np._core.multiarray.scalar,  # type: ignore[attr-defined]
    np.dtype,
    np.dtypes.Float64DType,
    np.dtypes.Float32DType,
)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint to the CPU.

    Raises:
        InputError: It is missing, damaged, or holds more than tensors, numbers and text.
    """
    return load_safely(path, "delete the fold's folder", NUMBERS)
