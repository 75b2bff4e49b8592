"""Pancreas-CT of TCIA, with the labels of several organs by Gibson et al. (Zenodo 1169361).

Images are folders PANCREAS_NNNN of a DICOM series, as downloaded, or PANCREAS_NNNN.nii.gz; labels
are label*/labelNNNN.nii.gz. Nothing tells the right kidney; the duodenum (14) is dropped.
"""

import re
from pathlib import Path

from echoweave.errors import Problem
from echoweave.learn2reg.cohorts.form import (
    FoundVolume,
    files_by_case,
    mapped_form,
    refuse_widows,
)

_IMAGE = re.compile(r"PANCREAS_(\d{4})")
_LABELS = re.compile(r"label(\d{4})")
_DUODENUM = 14
_PANCREAS = 11


def _find(root: Path, problems: list[Problem]) -> list[FoundVolume]:
    images: dict[str, Path] = {}
    labels: dict[str, Path] = {}
    for folder in [root, *sorted(one for one in root.iterdir() if one.is_dir())]:
        if folder.name.lower().startswith("label") and folder != root:
            for case, path in files_by_case(folder, _LABELS, "labelNNNN.nii.gz", problems).items():
                _add(labels, case, path, problems)
        elif not _IMAGE.fullmatch(folder.name):
            found = files_by_case(folder, _IMAGE, "PANCREAS_NNNN.nii.gz", problems)
            series = {
                match[1]: one
                for one in sorted(folder.iterdir())
                if (match := _IMAGE.fullmatch(one.name)) and one.is_dir()
            }
            for case, path in [*found.items(), *series.items()]:
                _add(images, case, path, problems)
    refuse_widows(labels, images, problems)
    return [FoundVolume(case, images[case], labels.get(case)) for case in sorted(images)]


def _add(found: dict[str, Path], case: str, path: Path, problems: list[Problem]) -> None:
    if case in found:
        what = f"case {case} lies in {found[case]} as well"
        problems.append(Problem(str(path), "", what, "keep one of them"))
    found.setdefault(case, path)


# The labels that came with the images hold the pancreas alone, as 1, which is the spleen here: so
# it is asked for the pancreas, which all of these patients have.
TCIA = mapped_form(
    "tcia",
    {organ: organ for organ in (1, 3, 4, 5, 6, 7, _PANCREAS)},
    _find,
    dropped=(_DUODENUM,),
    always=_PANCREAS,
)
