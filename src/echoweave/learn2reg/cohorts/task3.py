"""Task 3 of Learn2Reg 2020, abdominal CT, and its release of today, AbdomenCTCT.

The first has img/imgNNNN.nii.gz and label/labelNNNN.nii.gz, perhaps below Training/ and Testing/;
the second imagesTr/AbdomenCTCT_NNNN_0000.nii.gz, labelsTr/ with the same names, and imagesTs/.
"""

import re
from pathlib import Path
from typing import NamedTuple

from echoweave.errors import Problem
from echoweave.learn2reg.cohorts.form import (
    FoundVolume,
    files_by_case,
    mapped_form,
    refuse_widows,
)
from echoweave.learn2reg.organs import ORGANS


class _Layout(NamedTuple):
    """Where a release keeps cases of one kind."""

    images: str
    labels: str
    image_name: str
    label_name: str
    called: tuple[str, str]
    testing: bool


_OLD = (
    r"img(\d{4})",
    r"label(\d{4})",
    ("imgNNNN.nii.gz, NNNN the case", "labelNNNN.nii.gz, NNNN the case"),
)
_NEW = (
    r"\w+_(\d{4})_0000",
    r"\w+_(\d{4})_0000",
    ("AbdomenCTCT_NNNN_0000.nii.gz, NNNN the case",) * 2,
)
_LAYOUTS = (
    _Layout("img", "label", *_OLD, False),
    _Layout("Training/img", "Training/label", *_OLD, False),
    _Layout("Testing/img", "Testing/label", *_OLD, True),
    _Layout("imagesTr", "labelsTr", *_NEW, False),
    _Layout("imagesTs", "labelsTs", *_NEW, True),
)


def _find(root: Path, problems: list[Problem]) -> list[FoundVolume]:
    found: dict[str, FoundVolume] = {}
    for layout in _LAYOUTS:
        for one in _find_layout(root, layout, problems):
            if one.case in found:
                what = f"case {one.case} lies in {found[one.case].image} as well"
                problems.append(Problem(str(one.image), "", what, "keep one release alone"))
            found.setdefault(one.case, one)
    return [found[case] for case in sorted(found)]


def _find_layout(root: Path, layout: _Layout, problems: list[Problem]) -> list[FoundVolume]:
    images, labels = (
        files_by_case(root / folder, re.compile(name), called, problems)
        for folder, name, called in zip(
            (layout.images, layout.labels),
            (layout.image_name, layout.label_name),
            layout.called,
            strict=True,
        )
    )
    refuse_widows(labels, images, problems)
    return [
        FoundVolume(case, image, labels.get(case), layout.testing) for case, image in images.items()
    ]


TASK3 = mapped_form("l2r", {organ: organ for organ in ORGANS}, _find)
