"""Read nnU-Net's checkpoints without running code from them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from echoweave.io.checkpoint import load_safely

# Losses and Dice are logged as numpy numbers; nothing else than numbers may be rebuilt. What
# rebuilds one is private to numpy, but every number names it (the pickle protocol).
NUMBERS: Sequence[Any] = (
    np.float64().__reduce__()[0],
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
