"""What lies in the folders of a data tree: patients, files by their names, pixels of headers."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from echoweave.datasets.source import BadInput
from echoweave.errors import Problem
from echoweave.io.metaimage import pixel_file

# How files end: what a release holds first, then what is read where there is no such file.
METAIMAGE, NIFTI = (".mhd", ".mha"), (".nii.gz", ".nii")
_PATIENT = re.compile(r"patient[0-9]{1,9}")
# What systems put beside the data; names with a leading dot are passed over as well.
_LITTER = {"__MACOSX", "@eaDir", "lost+found"}


def patient_folders(parent: Path, bad: list[BadInput]) -> list[Path]:
    """Return the patient folders of ``parent``, sorted; other folders are bad input."""
    homes = []
    if not parent.is_dir():
        return []
    for entry in sorted(os.scandir(parent), key=lambda entry: entry.name):
        folder = parent / entry.name
        if entry.name.startswith(".") or entry.name in _LITTER or folder.is_file():
            continue
        if not folder.is_dir():
            problem = Problem(str(folder), "", "a link that leads nowhere", "remove or repair it")
            bad.append(BadInput(problem, ""))
        elif not _PATIENT.fullmatch(entry.name):
            problem = Problem(str(folder), "", "not a patient's folder", "move it elsewhere")
            bad.append(BadInput(problem, ""))
        else:
            homes.append(folder)
    return homes


def file_names(folder: Path) -> list[str]:
    """Return the names of the files in ``folder``, without what macOS writes beside them (._*)."""
    return sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208


def file_of(folder: Path, stem: str, suffixes: Sequence[str], names: Collection[str]) -> Path:
    """Return the file ``stem`` with the first of ``suffixes`` that is there, or the first."""
    present = (suffix for suffix in suffixes if f"{stem}{suffix}" in names)
    return folder / f"{stem}{next(present, suffixes[0])}"


def pixel_files(headers: Sequence[Path]) -> Iterator[Path]:
    """Yield the files that .mhd ``headers`` refer to; broken headers are found later."""
    for header in headers:
        if header.suffix not in METAIMAGE:
            continue
        try:
            yield pixel_file(header)
        except (OSError, ValueError):
            continue
