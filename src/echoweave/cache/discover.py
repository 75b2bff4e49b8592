"""Find the sequences of a CAMUS tree and the clips of a TED tree by listing folders."""

import filecmp
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from echoweave.cache.source import BadInput, SequenceFiles, TedClip
from echoweave.errors import InputError, Problem
from echoweave.io.metaimage import pixel_file

VIEWS = ("2CH", "4CH")
_PATIENT = re.compile(r"patient[0-9]{1,9}")


@dataclass(frozen=True)
class Found:
    """A sequence that was found but not read yet; the fields are those of Source."""

    patient: str
    view: str
    split: str
    files: SequenceFiles

    @property
    def name(self) -> str:
        """``"patient0001_4CH"``."""
        return f"{self.patient}_{self.view}"


@dataclass(frozen=True)
class Layout:
    """How a release of CAMUS names its files."""

    suffix: str
    clip: str
    folders: tuple[str, str]


LAYOUTS = {
    "mhd": Layout(".mhd", "sequence", ("training", "testing")),
    "nifti": Layout(".nii.gz", "half_sequence", ("database_nifti", "database_split")),
}
# subgroup file of the NIfTI release -> split
_SUBGROUPS = {"training": "training", "validation": "training", "testing": "testing"}


def discover_camus(
    root: Path, layout: str, truths: Mapping[str, Path]
) -> tuple[list[Found], list[BadInput]]:
    """List the sequences under ``root``, sorted by patient and view, and what is amiss there.

    Args:
        root: ``data.camus.root``.
        layout: "mhd", "nifti" or "auto".
        truths: Dense masks by sequence name, of :func:`list_truths`.

    Raises:
        InputError: There is no tree of that layout at all.
    """
    layout = _detect(root) if layout == "auto" else layout
    form = LAYOUTS[layout]
    if not (root / form.folders[0]).is_dir():
        raise _no_root(root, f"holds no {form.folders[0]}/")
    bad: list[BadInput] = []
    homes = _legacy_homes(root, bad) if layout == "mhd" else _split_homes(root, bad)
    found: list[Found] = []
    for patient, (folder, split) in sorted(homes.items()):
        found += _sequences(patient, folder, split, form, truths, bad)
    return found, bad


def discover_ted(root: Path | None) -> tuple[list[TedClip], list[BadInput]]:
    """List the TED clips under ``root`` (``data.ted.root``), sorted by id; none where it is None.

    Raises:
        InputError: There is no database/ in it.
    """
    if root is None:
        return [], []
    database = root / "database"
    if not database.is_dir():
        what = "holds no database/" if root.is_dir() else "there is no such folder"
        remedy = "point it at the unpacked TED data, or set it to null to go without"
        raise InputError(Problem(str(root), "data.ted.root", what, remedy))
    bad: list[BadInput] = []
    clips = []
    for folder, _ in _patients(database, "", bad):
        sequence = folder / f"{folder.name}_4CH_sequence.mhd"
        labels = folder / f"{folder.name}_4CH_sequence_gt.mhd"
        pixels = tuple(_pixel_files([sequence, labels]))
        clips.append(TedClip(folder.name, sequence, labels, pixels))
    return sorted(clips, key=lambda clip: clip.ted_id), bad


def list_truths(folder: Path | None) -> dict[str, Path]:
    """Return the dense masks in ``folder`` (``data.dense_truth``) by sequence name.

    Raises:
        InputError: There is no such folder.
    """
    if folder is None:
        return {}
    if not folder.is_dir():
        remedy = "point it at the folder of masks, or set it to null to go without"
        raise InputError(
            Problem(str(folder), "data.dense_truth", "there is no such folder", remedy)
        )
    return {path.name.removesuffix(".nii.gz"): path for path in folder.glob("*.nii.gz")}


def list_subgroups(root: Path) -> list[Path]:
    """Return the subgroup lists of the NIfTI release under ``root``; none in the legacy one."""
    return sorted((root / LAYOUTS["nifti"].folders[1]).glob("subgroup_*.txt"))


def _pixel_files(headers: Sequence[Path]) -> Iterator[Path]:
    """Yield the files that .mhd ``headers`` refer to; broken headers are found later."""
    for header in headers:
        if header.suffix != ".mhd":
            continue
        try:
            yield pixel_file(header)
        except (OSError, ValueError):
            continue


def _detect(root: Path) -> str:
    if not root.is_dir():
        raise _no_root(root, "there is no such folder")
    present = [name for name, form in LAYOUTS.items() if (root / form.folders[0]).is_dir()]
    if len(present) == 1:
        return present[0]
    if present:
        what = "holds both training/ and database_nifti/"
        raise InputError(Problem(str(root), "data.camus.layout", what, "set it to mhd or nifti"))
    raise _no_root(root, "holds neither training/ nor database_nifti/")


def _no_root(root: Path, what: str) -> InputError:
    return InputError(
        Problem(str(root), "data.camus.root", what, "point it at the unpacked CAMUS data")
    )


def _patients(parent: Path, split: str, bad: list[BadInput]) -> list[tuple[Path, str]]:
    """Return the patient folders of ``parent`` with their split; other folders are bad input."""
    homes = []
    if not parent.is_dir():
        return []
    for entry in sorted(os.scandir(parent), key=lambda entry: entry.name):
        folder = parent / entry.name
        if entry.name.startswith(".") or folder.is_file():
            continue
        if not folder.is_dir():
            problem = Problem(str(folder), "", "a link that leads nowhere", "remove or repair it")
            bad.append(BadInput(problem, ""))
        elif not _PATIENT.fullmatch(entry.name):
            problem = Problem(str(folder), "", "not a patient's folder", "move it elsewhere")
            bad.append(BadInput(problem, ""))
        else:
            homes.append((folder, split))
    return homes


def _legacy_homes(root: Path, bad: list[BadInput]) -> dict[str, tuple[Path, str]]:
    """Return the folder and the split of each patient of the legacy release.

    Its testing/ numbers other people from 1 again. If an id is in both folders, all test patients
    are called test0001 instead of patient0001; the same images in both are bad input.
    """
    training, testing = (
        {folder.name: folder for folder, _ in _patients(root / split, split, bad)}
        for split in LAYOUTS["mhd"].folders
    )
    shared = sorted(training.keys() & testing.keys())
    twice = [name for name in shared if _same_images(training[name], testing[name])]
    bad += [_twice(root, name) for name in twice]
    prefix = "test" if shared else "patient"
    homes = {name: (folder, "training") for name, folder in training.items()}
    homes |= {
        prefix + name.removeprefix("patient"): (folder, "testing")
        for name, folder in testing.items()
        if name not in twice
    }
    return {name: home for name, home in homes.items() if name not in twice}


def _same_images(one: Path, other: Path) -> bool:
    names = {path.name for path in one.glob("*_ED.*raw")}
    common = [name for name in names if (other / name).is_file()]
    return any(filecmp.cmp(one / name, other / name, shallow=False) for name in common)


def _split_homes(root: Path, bad: list[BadInput]) -> dict[str, tuple[Path, str]]:
    """Return the folder of each patient of the NIfTI release and the split of its subgroup list."""
    database, lists = (root / name for name in LAYOUTS["nifti"].folders)
    listed: dict[str, list[str]] = {}
    for subgroup, split in _SUBGROUPS.items():
        path = lists / f"subgroup_{subgroup}.txt"
        if not path.is_file():
            problem = Problem(str(path), "", "the file is missing", "take it from the release")
            bad.append(BadInput(problem, ""))
            continue
        for patient in path.read_bytes().decode("utf-8-sig", errors="replace").split():
            listed.setdefault(patient, []).append(split)
    folders = {folder.name: folder for folder, _ in _patients(database, "", bad)}
    for patient in sorted(folders.keys() | listed.keys()):
        if patient not in folders:
            what = "listed, but there is no such folder in database_nifti/"
            problem = Problem(str(lists), patient, what, "add the folder or drop the line")
        elif patient not in listed:
            what = "in no subgroup list"
            remedy = "add its id to one in database_split/"
            problem = Problem(str(database / patient), "", what, remedy)
        elif len(listed[patient]) > 1:
            problem = Problem(str(lists), patient, "listed twice", "keep one of the lines")
        else:
            continue
        bad.append(BadInput(problem, patient))
    return {
        patient: (folder, listed[patient][0])
        for patient, folder in folders.items()
        if len(listed.get(patient, ())) == 1
    }


def _twice(root: Path, patient: str) -> BadInput:
    problem = Problem(
        str(root),
        patient,
        "the same images in training/ and in testing/",
        "keep the one that is right",
    )
    return BadInput(problem, patient)


def _sequences(
    patient: str,
    folder: Path,
    split: str,
    form: Layout,
    truths: Mapping[str, Path],
    bad: list[BadInput],
) -> list[Found]:
    names = sorted(os.listdir(folder))  # noqa: PTH208 (names are all that is needed)
    found = []
    for view in VIEWS:
        stem = f"{folder.name}_{view}"
        if not any(name.startswith(f"{stem}_") for name in names):
            problem = Problem(str(folder), view, "the view is missing", "add its files")
            bad.append(BadInput(problem, f"{patient}_{view}"))
            continue
        clip, ed, es, ed_gt, es_gt = (
            folder / f"{stem}_{part}{form.suffix}"
            for part in (form.clip, "ED", "ES", "ED_gt", "ES_gt")
        )
        # The legacy release keeps the references of its test patients to itself.
        labelled = split == "training" or ed_gt.name in names or es_gt.name in names
        files = SequenceFiles(
            cfg=folder / f"Info_{view}.cfg",
            sequence=clip,
            ed=ed,
            es=es,
            ed_gt=ed_gt if labelled else None,
            es_gt=es_gt if labelled else None,
            dense_truth=truths.get(f"{patient}_{view}"),
            pixels=tuple(_pixel_files((clip, ed, es, ed_gt, es_gt))),
        )
        found.append(Found(patient, view, split, files))
    return found
