"""Find and read what is measured: pairs, labels, images."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from echoweave.errors import InputError, Problem, for_each
from echoweave.learn2reg.cohorts.registry import TARGET
from echoweave.learn2reg.fields.files import TASK, case_number
from echoweave.learn2reg.organs import ORGANS
from echoweave.learn2reg.scan import Scan, read_organ_labels, scan_grid
from echoweave.learn2reg.splits import VolumePair, read_pair_list

# A folder of files that tell their case by their names, or the file of each case.
CasePlaces = Path | Mapping[str, Path]
# Numbers of the fixed and the moving case; today's form names their modalities, too.
_FIELD = re.compile(r"disp_(\d{4})(?:_\d{4}(?=_\d{4}_))?_(\d{4})(?:_\d{4})?\.(?:npz|nii\.gz)")
# What the release of 2020 and today's call a file of a case, zipped or not.
LABEL_NAMES = ("label{}", "AbdomenCTCT_{}_0000")
IMAGE_NAMES = ("img{}", "AbdomenCTCT_{}_0000")
_SUFFIXES = (".nii.gz", ".nii")


def pairs_to_measure(
    fields: Path | None, pairs: Path | Sequence[VolumePair] | None
) -> list[VolumePair]:
    """Return the pairs of a list, or those of all displacement files.

    Raises:
        InputError: There is none, the list is damaged, or names a pair twice.
    """
    if pairs is None:
        if fields is None:
            raise ValueError("give pairs, or fields that name them")
        return _pairs_of_files(fields)
    listed = [pair for _, pair in read_pair_list(pairs)] if isinstance(pairs, Path) else [*pairs]
    twice = len(set(listed)) < len(listed)
    if twice or not listed:
        what = "it names a pair twice" if twice else "it names no pair"
        place = str(pairs) if isinstance(pairs, Path) else "pairs"
        raise InputError(Problem(place, "", what, "list every pair that is to be measured once"))
    return listed


def _pairs_of_files(fields: Path) -> list[VolumePair]:
    names = [path.name for path in (*fields.glob("disp_*"), *fields.glob(f"{TASK}/disp_*"))]
    matches = [match for name in names if (match := _FIELD.fullmatch(name))]
    if not matches:
        remedy = "give the folder of files disp_FFFF_0000_MMMM_0000.npz or disp_FFFF_MMMM.npz"
        raise InputError(Problem(str(fields), "", "no displacement file lies in it", remedy))
    return sorted({VolumePair(f"{TARGET}_{match[1]}", f"{TARGET}_{match[2]}") for match in matches})


def load_labels(places: CasePlaces, cases: Iterable[str]) -> dict[str, Scan]:
    """Read the labels of the cases, and nothing else that lies in a folder.

    Raises:
        InputError: All that are missing, damaged, or no labels of these organs.
    """
    return for_each(
        cases, lambda case: read_organ_labels(find_case(places, case, LABEL_NAMES), ORGANS)
    )


def find_images(
    places: CasePlaces, cases: Iterable[str], labels: Mapping[str, Scan]
) -> dict[str, Path]:
    """Return the image of each case.

    Raises:
        InputError: All that are missing, damaged, or of another size than their labels.
    """

    def find(case: str) -> Path:
        path = find_case(places, case, IMAGE_NAMES)
        shape = scan_grid(path).shape
        if case in labels and shape != labels[case].array.shape:
            sizes = (" x ".join(map(str, one[::-1])) for one in (shape, labels[case].array.shape))
            what = "{} voxels, and its labels have {}".format(*sizes)
            raise InputError(Problem(str(path), "shape", what, "give the image that is labelled"))
        return path

    return for_each(cases, find)


def find_case(places: CasePlaces, case: str, names: Sequence[str]) -> Path:
    """Return the file of a case; in a folder by one of ``names``, zipped or not.

    Raises:
        InputError: There is none, or more than one.
    """
    if isinstance(places, Mapping):
        return places[case]
    stems = [name.format(case_number(case)) for name in names]
    paths = [places / f"{stem}{suffix}" for stem in stems for suffix in _SUFFIXES]
    found = [path for path in paths if path.is_file()]
    if not found:
        remedy = f"add {' or '.join(stems)}, .nii.gz or .nii, or leave out its pairs"
        raise InputError(Problem(str(places), "", f"no file of {case}", remedy))
    if len(found) > 1:
        what = f"{' and '.join(path.name for path in found)} are files of one case"
        raise InputError(Problem(str(places), "", what, "keep one of them"))
    return found[0]
