"""What a form of data tells of itself, and how its files are found."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.datasets.folders import file_names
from echoweave.errors import Problem

_NIFTI = (".nii.gz", ".nii")


class FoundVolume(NamedTuple):
    """A case that was found and not read yet.

    Attributes:
        case: Its name within its cohort.
        image: A NIfTI file, or the folder of a DICOM series.
        labels: Labels that are read; None where there are none.
        testing: Whether it lies among the images that are published without labels.
    """

    case: str
    image: Path
    labels: Path | None
    testing: bool = False

    @property
    def files(self) -> list[Path]:
        """All that is read of it, in one fixed order."""
        images = series_files(self.image) if self.image.is_dir() else [self.image]
        return [*images, *([self.labels] if self.labels else [])]


# Finds the cases below a folder and adds what is amiss to the problems.
Finder = Callable[[Path, list[Problem]], list[FoundVolume]]
# Turns what a label file holds into organs, with the image on the same grid, both [Z, Y, X].
ToOrgans = Callable[[NDArray[np.uint8], NDArray[np.int16]], NDArray[np.uint8]]


@dataclass(frozen=True)
class VolumeForm:
    """A cohort: how its files lie and what their labels mean.

    Attributes:
        name: In the config and in names of cases: letters, digits and "-".
        known: The organs that its labels tell apart, sorted; none where they are of no use.
        values: What its label files may hold beside 0.
        find: Lists its cases.
        to_organs: Brings labels to the numbers of :data:`~echoweave.learn2reg.organs.ORGANS`.
        always: A value that each of its label files holds; None if none does.
    """

    name: str
    known: tuple[int, ...]
    values: tuple[int, ...]
    find: Finder
    to_organs: ToOrgans
    always: int | None = None


def mapped_form(
    name: str,
    organ_of: Mapping[int, int],
    find: Finder,
    dropped: tuple[int, ...] = (),
    always: int | None = None,
) -> VolumeForm:
    """Return a form whose labels mean the same everywhere in the volume.

    Args:
        name: See :class:`VolumeForm`.
        organ_of: Value of a label file -> organ.
        find: See there.
        dropped: Values that become 0.
        always: See there.
    """

    def to_organs(labels: NDArray[np.uint8], _: NDArray[np.int16]) -> NDArray[np.uint8]:
        table = np.zeros(256, np.uint8)
        table[list(organ_of)] = list(organ_of.values())
        organs: NDArray[np.uint8] = table[labels]
        return organs

    known = tuple(sorted(set(organ_of.values())))
    return VolumeForm(name, known, (*organ_of, *dropped), find, to_organs, always)


def files_by_case(
    folder: Path, pattern: re.Pattern[str], called: str, problems: list[Problem]
) -> dict[str, Path]:
    """Return the NIfTI files of a folder by what the group of ``pattern`` finds in their stems.

    Args:
        folder: It may be missing.
        pattern: Of a whole stem; its group is the case.
        called: How people write the pattern.
        problems: Gets NIfTI files of other names, and cases that are there twice.
    """
    found: dict[str, Path] = {}
    for name in file_names(folder) if folder.is_dir() else []:
        if not name.endswith(_NIFTI):
            continue
        match = pattern.fullmatch(name.removesuffix(".gz").removesuffix(".nii"))
        if match is None:
            what = f"is not called {called}"
            problems.append(Problem(str(folder / name), "", what, "rename it, or move it away"))
        elif match[1] in found:
            what = f"{found[match[1]].name} is the same case"
            problems.append(Problem(str(folder / name), "", what, "keep one of them"))
        else:
            found[match[1]] = folder / name
    return found


def series_files(folder: Path) -> list[Path]:
    """Return the files of a DICOM series, sorted: those below ``folder`` that end in .dcm."""
    return sorted(folder.rglob("[!.]*.dcm"))


def refuse_widows(
    labels: Mapping[str, Path], images: Mapping[str, Path], problems: list[Problem]
) -> None:
    """Add a problem for each label file without an image."""
    for case in sorted(labels.keys() - images.keys()):
        what, remedy = f"there is no image of case {case}", "put it back, or move the labels away"
        problems.append(Problem(str(labels[case]), "", what, remedy))
