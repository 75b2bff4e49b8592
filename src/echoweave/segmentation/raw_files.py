"""The files of nnU-Net's raw format, whatever the cases are made of."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.io.atomic import whole_file
from echoweave.io.images import FRAME_STEP, write_image
from echoweave.segmentation.splits import FoldSplit


class Case(NamedTuple):
    """One training case: image and labels [Y, X], [T, Y, X] or [Z, Y, X]."""

    name: str
    image: NDArray[np.uint8] | NDArray[np.int16]
    labels: NDArray[np.uint8]


def write_case(
    folder: Path, case: Case, spacing: tuple[float, float], step: float = FRAME_STEP
) -> None:
    """Write image and labels of a case.

    Args:
        folder: Of the raw data set.
        case: Its labels as nnU-Net numbers them.
        spacing: (sy, sx).
        step: Spacing along the first of three axes.
    """
    write_image(folder / _image_name(case.name), case.image, spacing, step)
    write_image(folder / _labels_name(case.name), case.labels, spacing, step)


def write_splits(folder: Path, splits: Sequence[FoldSplit]) -> None:
    """Write splits_final.json."""
    _write_json(folder / "splits_final.json", splits)


def describe_cases(
    folder: Path,
    names: Sequence[str],
    labels: Sequence[str],
    ignored: bool = False,
    channel: str = "US",
    known: Mapping[str, Sequence[int]] | None = None,
) -> None:
    """Write dataset.json, which makes a folder of cases a data set; call it last.

    Args:
        folder: Of the raw data set.
        names: Of the cases.
        labels: Names of what the masks tell apart, in the order of nnU-Net's numbers.
        ignored: Whether labels of some pixels are to be ignored: they have the number after that.
        channel: "CT": grey values are cut off and scaled alike in all cases; for other names
            nnU-Net normalises each case by itself.
        known: Case -> the numbers that its labels tell apart, where cases differ in that; nnU-Net
            passes over the key, :mod:`echoweave.segmentation.volume_trainer` reads it.
    """
    numbers = {name: number for number, name in enumerate(labels)}
    description: dict[str, object] = {
        "channel_names": {"0": channel},
        "labels": numbers | ({"ignore": len(numbers)} if ignored else {}),
        "numTraining": len(names),
        "file_ending": ".nii.gz",
        "overwrite_image_reader_writer": "SimpleITKIO",
        # Without this list each step of a plan starts twelve processes to match the names.
        "dataset": {
            name: {"images": [_image_name(name)], "label": _labels_name(name)}
            for name in sorted(names)
        },
    }
    if known is not None:
        description["known"] = known
    _write_json(folder / "dataset.json", description)


def _image_name(case: str) -> str:
    return f"imagesTr/{case}_0000.nii.gz"


def _labels_name(case: str) -> str:
    return f"labelsTr/{case}.nii.gz"


def _write_json(path: Path, content: object) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1))
