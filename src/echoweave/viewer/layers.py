"""What the viewer lays over a sequence.

Rules import this module while they are parsed: it needs nothing slow.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from echoweave.datasets.source import Source
from echoweave.pseudolabels.files import DIRECTIONS, label_path


def layer_files(
    sources: Sequence[Source], pseudolabels: Path, predictions: Path, arms: Iterable[str]
) -> list[Path]:
    """Return the files of labels: pseudo-labels of training sequences, predictions of test ones.

    Args:
        sources: Sequences of the cohort.
        pseudolabels: Folder of the estimator in use.
        predictions: Holds one folder an arm.
        arms: Those that are trained.
    """
    names = {
        split: [source.name for source in sources if source.split == split]
        for split in ("training", "testing")
    }
    return [
        *(
            label_path(pseudolabels, direction, name)
            for direction in DIRECTIONS
            for name in names["training"]
        ),
        *(predictions / arm / f"{name}.nii.gz" for arm in arms for name in names["testing"]),
    ]
