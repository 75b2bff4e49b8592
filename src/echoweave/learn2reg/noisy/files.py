"""The files of the noisy labels: one a case that was kept, and two tables."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.io.images import read_array


def noisy_label_file(folder: Path, case: str) -> Path:
    """Return the labels of a case, uint8 [Z, Y, X]; a doubtful case has none."""
    return folder / f"{case}.nii.gz"


def confidence_file(folder: Path) -> Path:
    """Return the table of how sure the network was: one row a case and organ."""
    return folder / "confidence.tsv"


def agreement_file(folder: Path) -> Path:
    """Return the table of how well the network finds organs that are labelled."""
    return folder / "agreement.tsv"


def read_noisy_labels(folder: Path, case: str) -> NDArray[np.uint8] | None:
    """Return labels of all organs, uint8 [Z, Y, X] on the common grid; None: the case is doubtful.

    Args:
        folder: Of the noisy labels.
        case: Its name.

    Raises:
        InputError: A damaged file.
    """
    path = noisy_label_file(folder, case)
    return read_array(path) if path.exists() else None
