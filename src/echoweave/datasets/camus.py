"""Find the sequences of a CAMUS tree and the clips of a TED tree by listing folders."""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from echoweave.datasets.source import BadInput, SequenceFiles, TedClip
from echoweave.errors import InputError, Problem
from echoweave.io.metaimage import pixel_file

VIEWS = ("2CH", "4CH")
_PATIENT = re.compile(r"patient[0-9]{1,9}")
# What systems put beside the data; names with a leading dot are passed over as well.
_LITTER = {"__MACOSX", "@eaDir", "lost+found"}


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
    """How a release of CAMUS names its files.

    Attributes:
        suffixes: That of the release first, then what is read where there is no such file.
        clip: The part of a clip's name that tells it from a frame.
        folders: Of the patients, and of what else the release holds.
    """

    suffixes: tuple[str, ...]
    clip: str
    folders: tuple[str, str]


LAYOUTS = {
    "mhd": Layout((".mhd", ".mha"), "sequence", ("training", "testing")),
    "nifti": Layout((".nii.gz", ".nii"), "half_sequence", ("database_nifti", "database_split")),
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
        names = _names(folder)
        suffixes = LAYOUTS["mhd"].suffixes
        sequence, labels = (
            _file(folder, f"{folder.name}_4CH_{part}", suffixes, names)
            for part in ("sequence", "sequence_gt")
        )
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
    names = _names(folder)
    suffixes = LAYOUTS["nifti"].suffixes
    stems = {name.removesuffix(end) for name in names for end in suffixes if name.endswith(end)}
    return {stem: _file(folder, stem, suffixes, names) for stem in sorted(stems)}


def check_truths(
    truths: Mapping[str, Path],
    found: Sequence[Found],
    folder: str | None,
    fatal: list[Problem],
    warnings: list[Problem],
) -> None:
    """Notice dense masks whose names match no sequence; if none does, the folder is the wrong one.

    Args:
        truths: Those of :func:`list_truths`.
        found: The sequences.
        folder: ``data.dense_truth``.
        fatal: Gets a problem if no mask has its sequence.
        warnings: Gets one that lists the masks without one.
    """
    names = {one.name for one in found}
    strange = [path.name for stem, path in truths.items() if stem not in names]
    if folder is None or not found or (truths and not strange):
        return
    listed = ", ".join(strange[:3]) + (", ..." if len(strange) > 3 else "")
    if len(strange) < len(truths):
        what = f"{len(strange)} of {len(truths)} masks match no sequence ({listed})"
        remedy = f"name them {found[0].name}.nii.gz"
        warnings.append(Problem(folder, "data.dense_truth", what, remedy))
        return
    what = f"none of its masks matches a sequence ({listed})" if truths else "holds no masks"
    remedy = f"name them {found[0].name}.nii.gz, or set it to null to go without"
    fatal.append(Problem(folder, "data.dense_truth", what, remedy))


def list_subgroups(root: Path) -> list[Path]:
    """Return the subgroup lists of the NIfTI release under ``root``; none in the legacy one."""
    return sorted((root / LAYOUTS["nifti"].folders[1]).glob("subgroup_*.txt"))


def _pixel_files(headers: Sequence[Path]) -> Iterator[Path]:
    """Yield the files that .mhd ``headers`` refer to; broken headers are found later."""
    for header in headers:
        if header.suffix not in LAYOUTS["mhd"].suffixes:
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
        if entry.name.startswith(".") or entry.name in _LITTER or folder.is_file():
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
    are called test0001 instead of patient0001.
    """
    training, testing = (
        {folder.name: folder for folder, _ in _patients(root / split, split, bad)}
        for split in LAYOUTS["mhd"].folders
    )
    prefix = "test" if training.keys() & testing.keys() else "patient"
    homes = {name: (folder, "training") for name, folder in training.items()}
    homes |= {
        prefix + name.removeprefix("patient"): (folder, "testing")
        for name, folder in testing.items()
    }
    return homes


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


def _names(folder: Path) -> list[str]:
    """Return the names of the files in ``folder``, without what macOS writes beside them (._*)."""
    return sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208


def _file(folder: Path, stem: str, suffixes: Sequence[str], names: Collection[str]) -> Path:
    """Return the file ``stem`` with the first of ``suffixes`` that is there, or the first."""
    present = (suffix for suffix in suffixes if f"{stem}{suffix}" in names)
    return folder / f"{stem}{next(present, suffixes[0])}"


def _sequences(
    patient: str,
    folder: Path,
    split: str,
    form: Layout,
    truths: Mapping[str, Path],
    bad: list[BadInput],
) -> list[Found]:
    names = _names(folder)
    found = []
    for view in VIEWS:
        stem = f"{folder.name}_{view}"
        if not any(name.startswith(f"{stem}_") for name in names):
            problem = Problem(str(folder), view, "the view is missing", "add its files")
            bad.append(BadInput(problem, f"{patient}_{view}"))
            continue
        clip, ed, es, ed_gt, es_gt = (
            _file(folder, f"{stem}_{part}", form.suffixes, names)
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
