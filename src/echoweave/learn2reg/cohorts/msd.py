"""Abdominal CT of the Medical Segmentation Decathlon: imagesTr/, labelsTr/, imagesTs/.

Labels of liver and of pancreas are 1 for the organ and 2 for its tumours, which belong to it; those
of hepatic vessels and of cancer of the colon are of no organ of Learn2Reg, and not read.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from echoweave.errors import Problem
from echoweave.learn2reg.cohorts.form import (
    Finder,
    FoundVolume,
    VolumeForm,
    files_by_case,
    mapped_form,
    refuse_widows,
)

_NAME = re.compile(r"([A-Za-z]+_\d+)")
_CALLED = "as in the release, liver_12.nii.gz"


def _form(name: str, shown: str, organ_of: Mapping[int, int]) -> VolumeForm:
    return mapped_form(name, organ_of, _finder(shown, labelled=bool(organ_of)))


def _finder(shown: str, *, labelled: bool) -> Finder:
    def find(root: Path, problems: list[Problem]) -> list[FoundVolume]:
        problems += _other_task(root / "dataset.json", shown)
        images = files_by_case(root / "imagesTr", _NAME, _CALLED, problems)
        labels: Mapping[str, Path] = {}
        if labelled:
            labels = files_by_case(root / "labelsTr", _NAME, _CALLED, problems)
            refuse_widows(labels, images, problems)
            problems += [
                Problem(str(images[case]), "", f"there is no {root / 'labelsTr'} file of it", _PUT)
                for case in sorted(images.keys() - labels.keys())
            ]
        tests = files_by_case(root / "imagesTs", _NAME, _CALLED, problems)
        return [FoundVolume(case, image, labels.get(case)) for case, image in images.items()] + [
            FoundVolume(case, image, None) for case, image in tests.items() if case not in images
        ]

    return find


_PUT = "put the labels back, or move the image to imagesTs"


def _other_task(description: Path, shown: str) -> list[Problem]:
    """Look whether ``dataset.json``, where there is one, tells of the right organ."""
    if not description.exists():
        return []
    try:
        told = str(json.loads(description.read_bytes())["labels"]["1"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"does not tell what label 1 is ({error!r})"
        return [Problem(str(description), "labels", what, "replace it with a sound copy")]
    if shown in told.lower():
        return []
    what = f"label 1 is {told[:40]!r}, not {shown}"
    return [Problem(str(description), "labels", what, "give the folder of the right task")]


MSD = (
    _form("msd-liver", "liver", {1: 6, 2: 6}),
    _form("msd-pancreas", "pancreas", {1: 11, 2: 11}),
    _form("msd-hepatic-vessel", "vessel", {}),
    _form("msd-spleen", "spleen", {1: 1}),
    _form("msd-colon", "colon", {}),
)
