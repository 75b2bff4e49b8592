"""Where the pseudo-labels of an estimator lie.

Rules import this module while they are parsed: it needs no torch.
"""

from collections.abc import Iterable
from pathlib import Path

DIRECTIONS = ("forward", "backward", "fused")


def label_path(directory: Path, direction: str, sequence: str) -> Path:
    """Return the file of one sequence; ``direction`` is one of ``DIRECTIONS``."""
    return directory / direction / f"{sequence}.nii.gz"


def label_names(sequences: Iterable[str]) -> list[str]:
    """Return the files of several sequences, relative to the folder of the estimator."""
    return [f"{direction}/{name}.nii.gz" for name in sequences for direction in DIRECTIONS]


def by_direction(labels: Iterable[Path]) -> dict[str, list[Path]]:
    """Return files of :func:`label_path` by their direction."""
    found: dict[str, list[Path]] = {direction: [] for direction in DIRECTIONS}
    for path in labels:
        found[path.parent.name].append(path)
    return found


def aligned_path(directory: Path, sequence: str) -> Path:
    """Return the file of the frames of one sequence, warped onto its ED frame."""
    return directory / "aligned" / f"{sequence}.nii.gz"
