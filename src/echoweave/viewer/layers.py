"""What the viewer lays over a sequence.

Rules import this module while they are parsed: it needs nothing slow.
"""

from collections.abc import Iterable
from pathlib import Path


def layer_folders(
    split: str, pseudolabels: Path, predictions: Path, arms: Iterable[str]
) -> list[Path]:
    """Return the folders of labels: pseudo-labels of training sequences, predictions of test ones.

    Args:
        split: "training" or "testing".
        pseudolabels: Folder of the estimator in use.
        predictions: Holds one folder an arm.
        arms: Those that are trained.
    """
    return [pseudolabels] if split == "training" else [predictions / arm for arm in arms]
