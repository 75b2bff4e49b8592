"""Where the pseudo-labels of an estimator lie.

Rules import this module while they are parsed: it needs no torch.
"""

from pathlib import Path

DIRECTIONS = ("forward", "backward", "fused")


def label_path(directory: Path, direction: str, sequence: str) -> Path:
    """Return the file of one sequence; ``direction`` is one of ``DIRECTIONS``."""
    return directory / direction / f"{sequence}.nii.gz"


def aligned_path(directory: Path, sequence: str) -> Path:
    """Return the file of the frames of one sequence, warped onto its ED frame."""
    return directory / "aligned" / f"{sequence}.nii.gz"
