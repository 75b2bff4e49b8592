"""The noisy labels that a training looks at again and again."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.io.checksums import sha256
from echoweave.learn2reg.noisy.files import noisy_label_file, read_noisy_labels

# Cases in memory: 4 GB of volumes of the published size.
_KEPT = 512


class OrganLabels(NamedTuple):
    """Labels of a case.

    Attributes:
        array: uint8 [Z, Y, X], the whole volume; not to be written to.
        known: The values that it holds.
    """

    array: NDArray[np.uint8]
    known: tuple[int, ...]


class NoisyLabels:
    """Reads the noisy labels of each case once: a packed file gives no crop without the whole.

    Args:
        folder: Of the noisy labels.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept = lru_cache(_KEPT)(self._read)

    def of(self, case: str) -> OrganLabels | None:
        """Return those of a case; None: it is doubtful and has none.

        Raises:
            InputError: A damaged file.
        """
        return self._kept(case)

    def checksum(self, case: str) -> str | None:
        """Return that of the file of a case; None: it has none."""
        path = noisy_label_file(self.folder, case)
        return sha256(path) if path.exists() else None

    def _read(self, case: str) -> OrganLabels | None:
        array = read_noisy_labels(self.folder, case)
        return None if array is None else OrganLabels(array, tuple(np.unique(array).tolist()))
