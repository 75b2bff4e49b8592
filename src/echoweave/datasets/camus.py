"""CAMUS: finds and checks the sequences of both of its releases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.datasets.base import Dataset, Findings
from echoweave.datasets.clinical import read_numbers, read_quality, read_sex
from echoweave.datasets.companions import check_areas, check_frames, check_grid, check_orientation
from echoweave.datasets.folders import (
    METAIMAGE,
    NIFTI,
    file_names,
    file_of,
    patient_folders,
    pixel_files,
)
from echoweave.datasets.pictures import check_contrast, check_spacing, digest
from echoweave.datasets.read import attempt, read_frame, read_frames, read_mask, read_masks
from echoweave.datasets.source import BadInput, Facts, Found, Report, SequenceFiles, Source
from echoweave.errors import InputError, Problem
from echoweave.io.cfg import read_cfg
from echoweave.io.images import Image
from echoweave.labels import N_LABELS

VIEWS = ("2CH", "4CH")


@dataclass(frozen=True)
class CamusFiles(SequenceFiles):
    """The files of one view of one patient.

    Attributes:
        cfg: ED, ES, NbFrame and what is known of the patient.
        sequence: The clip.
        ed: The ED frame alone.
        es: The ES frame alone.
        ed_gt: The reference mask at ED; None where the release holds none (test patients).
        es_gt: The same at ES.
        dense_truth: Masks of every frame from ``data.dense_truth``; None where there are none.
        pixels: Files that the headers above refer to (.raw, .zraw), that of the clip first.
    """

    cfg: Path
    sequence: Path
    ed: Path
    es: Path
    ed_gt: Path | None
    es_gt: Path | None
    dense_truth: Path | None
    pixels: tuple[Path, ...]

    @property
    def clip(self) -> list[Path]:
        """The clip and its pixels."""
        return [self.sequence, *self.pixels[:1]]

    @property
    def all(self) -> list[Path]:
        """Every file, in one fixed order."""
        named = [self.cfg, self.sequence, self.ed, self.es]
        named += [path for path in (self.ed_gt, self.es_gt, self.dense_truth) if path]
        return [*named, *self.pixels]

    @property
    def labelled(self) -> bool:
        """Whether there are reference masks at ED and ES."""
        return self.ed_gt is not None

    def inspect(self) -> Report:
        """Read every file and check that they agree."""
        return _inspect(self)

    def read_frames(self) -> NDArray[np.uint8]:
        """Return the stored frames [T, Y, X]."""
        return read_frames(self.sequence).array

    def read_masks(self) -> NDArray[np.uint8] | None:
        """Return the reference masks [2, Y, X] at ED and ES; None where there are none."""
        if self.ed_gt is None or self.es_gt is None:
            return None
        return np.stack([read_mask(path).array for path in (self.ed_gt, self.es_gt)])


def images_of(sources: Iterable[Source]) -> dict[str, tuple[Path, Path]]:
    """Return the images at ED and ES of those of ``sources`` that are of CAMUS, by name."""
    return {
        source.name: (source.files.ed, source.files.es)
        for source in sources
        if isinstance(source.files, CamusFiles)
    }


@dataclass(frozen=True)
class _Layout:
    """How a release of CAMUS names its files.

    Attributes:
        suffixes: That of the release first, then what is read where there is no such file.
        clip: The part of a clip's name that tells it from a frame.
        folders: Of the patients, and of what else the release holds.
    """

    suffixes: tuple[str, ...]
    clip: str
    folders: tuple[str, str]


_LAYOUTS = {
    "mhd": _Layout(METAIMAGE, "sequence", ("training", "testing")),
    "nifti": _Layout(NIFTI, "half_sequence", ("database_nifti", "database_split")),
}
# subgroup file of the NIfTI release -> split
_SUBGROUPS = {"training": "training", "validation": "training", "testing": "testing"}


class _Home(NamedTuple):
    """Where a patient lies, and the subgroup: one of ``_SUBGROUPS``."""

    folder: Path
    subgroup: str


def clip_files(sources: Iterable[Source]) -> list[Path]:
    """Return the clips of those of ``sources`` that are of CAMUS, with their pixels."""
    return [path for one in sources if isinstance(one.files, CamusFiles) for path in one.files.clip]


def find_camus(section: Mapping[str, Any], truths: Mapping[str, Path]) -> Findings:
    """List the sequences of a tree.

    Args:
        section: ``root``, and ``layout``: "mhd", "nifti" or "auto".
        truths: Dense masks by sequence name.

    Raises:
        InputError: There is no tree of that layout at all.
    """
    root, layout = Path(section["root"]), section["layout"]
    layout = _detect(root) if layout == "auto" else layout
    form = _LAYOUTS[layout]
    if not (root / form.folders[0]).is_dir():
        raise _no_root(root, f"holds no {form.folders[0]}/")
    bad: list[BadInput] = []
    homes = _legacy_homes(root, bad) if layout == "mhd" else _split_homes(root, bad)
    found: list[Found] = []
    for patient, home in sorted(homes.items()):
        found += _sequences(patient, home, form, truths, bad)
    lists = sorted((root / _LAYOUTS["nifti"].folders[1]).glob("subgroup_*.txt"))
    return Findings(found, bad, lists)


# Its masks know cavity, myocardium and atrium.
CAMUS = Dataset("camus", "CAMUS", tuple(range(N_LABELS)), find_camus)


def _detect(root: Path) -> str:
    if not root.is_dir():
        raise _no_root(root, "there is no such folder")
    present = [name for name, form in _LAYOUTS.items() if (root / form.folders[0]).is_dir()]
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


def _legacy_homes(root: Path, bad: list[BadInput]) -> dict[str, _Home]:
    """Return the folder and the subgroup of each patient of the legacy release.

    Its testing/ numbers other people from 1 again. If an id is in both folders, all test patients
    are called test0001 instead of patient0001.
    """
    training, testing = (
        {folder.name: folder for folder in patient_folders(root / split, bad)}
        for split in _LAYOUTS["mhd"].folders
    )
    prefix = "test" if training.keys() & testing.keys() else "patient"
    homes = {name: _Home(folder, "training") for name, folder in training.items()}
    homes |= {
        prefix + name.removeprefix("patient"): _Home(folder, "testing")
        for name, folder in testing.items()
    }
    return homes


def _split_homes(root: Path, bad: list[BadInput]) -> dict[str, _Home]:
    """Return the folder of each patient of the NIfTI release and the subgroup that lists it."""
    database, lists = (root / name for name in _LAYOUTS["nifti"].folders)
    listed: dict[str, list[str]] = {}
    for subgroup in _SUBGROUPS:
        path = lists / f"subgroup_{subgroup}.txt"
        if not path.is_file():
            problem = Problem(str(path), "", "the file is missing", "take it from the release")
            bad.append(BadInput(problem, ""))
            continue
        for patient in path.read_bytes().decode("utf-8-sig", errors="replace").split():
            listed.setdefault(patient, []).append(subgroup)
    folders = {folder.name: folder for folder in patient_folders(database, bad)}
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
        patient: _Home(folder, listed[patient][0])
        for patient, folder in folders.items()
        if len(listed.get(patient, ())) == 1
    }


def _sequences(
    patient: str,
    home: _Home,
    form: _Layout,
    truths: Mapping[str, Path],
    bad: list[BadInput],
) -> list[Found]:
    folder, split = home.folder, _SUBGROUPS[home.subgroup]
    names = file_names(folder)
    found = []
    for view in VIEWS:
        stem = f"{folder.name}_{view}"
        if not any(name.startswith(f"{stem}_") for name in names):
            problem = Problem(str(folder), view, "the view is missing", "add its files")
            bad.append(BadInput(problem, f"{patient}_{view}"))
            continue
        clip, ed, es, ed_gt, es_gt = (
            file_of(folder, f"{stem}_{part}", form.suffixes, names)
            for part in (form.clip, "ED", "ES", "ED_gt", "ES_gt")
        )
        # The legacy release keeps the references of its test patients to itself.
        labelled = split == "training" or ed_gt.name in names or es_gt.name in names
        files = CamusFiles(
            cfg=folder / f"Info_{view}.cfg",
            sequence=clip,
            ed=ed,
            es=es,
            ed_gt=ed_gt if labelled else None,
            es_gt=es_gt if labelled else None,
            dense_truth=truths.get(f"{patient}_{view}"),
            pixels=tuple(pixel_files((clip, ed, es, ed_gt, es_gt))),
        )
        found.append(Found(patient, view, split, files, home.subgroup == "validation"))
    return found


def _inspect(files: CamusFiles) -> Report:
    problems: list[Problem] = []
    warnings: list[Problem] = []
    cfg = attempt(read_cfg, files.cfg, problems)
    indices = _frame_indices(cfg, files.cfg, problems) if cfg is not None else None
    clip = attempt(read_frames, files.sequence, problems)
    images = [attempt(read_frame, path, problems) for path in (files.ed, files.es)]
    masks = {
        path: attempt(read_mask, path, problems) for path in (files.ed_gt, files.es_gt) if path
    }
    if clip is not None:
        for path, image in ({files.ed: images[0], files.es: images[1]} | masks).items():
            check_grid(path, image, files.sequence, clip, None, problems)
        warnings += check_spacing(files.sequence, clip)
    if clip is not None and indices is not None:
        _check_length(indices[2], len(clip.array), files, problems)
        _check_dense_truth(files, clip, indices[:2], problems)
    numbers = read_numbers(cfg, files.cfg, problems, warnings) if cfg is not None else {}
    if problems or cfg is None or clip is None or indices is None:
        return Report(None, tuple(problems), tuple(warnings))
    ed, es, _ = indices
    used = slice(min(ed, es), max(ed, es) + 1)
    problems += check_contrast(files.sequence, clip.array[used], used.start)
    ed_image, es_image = images
    if ed_image and es_image and not problems:
        problems += check_frames(
            (files.ed, files.es), (ed_image, es_image), files.sequence, clip.array, (ed, es)
        )
    for (path, mask), image in zip(masks.items(), images, strict=bool(masks)):
        problems += check_orientation(path, mask, files.sequence, [clip, image])
    problems += check_areas(list(masks.items()))
    if problems:
        return Report(None, tuple(problems), tuple(warnings))
    height, width = clip.array.shape[1:]
    facts = Facts(
        stored_ed=ed,
        stored_es=es,
        native_shape=(height, width),
        native_spacing_mm=clip.spacing_mm,
        axes=clip.axes,
        digests=f"{digest(clip.array[ed])}:{digest(clip.array[es])}",
        quality=read_quality(cfg),
        sex=read_sex(cfg),
        **numbers,
    )
    return Report(facts, (), tuple(warnings))


def _frame_indices(
    cfg: dict[str, str], path: Path, problems: list[Problem]
) -> tuple[int, int, int] | None:
    """Return ED and ES, 0-based, and NbFrame; None, and why, if the cfg does not tell them."""
    numbers: dict[str, int] = {}
    for key in ("NbFrame", "ED", "ES"):
        text = cfg.get(key)
        if text is None:
            what, remedy = "the key is missing", f'add the line "{key}: <number>"'
        elif not (text.isascii() and text.isdecimal()) or len(text) > 9:
            what, remedy = f"{text[:20]!r} is not a whole number", "correct it"
        elif not 1 <= int(text) <= numbers.get("NbFrame", int(text)):
            what = f"frame {text} is out of range 1 to {numbers.get('NbFrame', 'NbFrame')}"
            remedy = "correct it"
        else:
            numbers[key] = int(text)
            continue
        problems.append(Problem(str(path), key, what, remedy))
    if len(numbers) < 3:
        return None
    if numbers["ED"] == numbers["ES"]:
        what = f"the same frame as ED ({numbers['ED']})"
        problems.append(Problem(str(path), "ES", what, "correct one of them"))
        return None
    return numbers["ED"] - 1, numbers["ES"] - 1, numbers["NbFrame"]


def _check_length(
    announced: int, n_frames: int, files: CamusFiles, problems: list[Problem]
) -> None:
    if announced == n_frames:
        return
    what = f"{announced}, but {files.sequence.name} holds {n_frames} frames"
    remedy = "correct it or replace the clip"
    problems.append(Problem(str(files.cfg), "NbFrame", what, remedy))


def _check_dense_truth(
    files: CamusFiles, clip: Image, ed_es: tuple[int, int], problems: list[Problem]
) -> None:
    path = files.dense_truth
    if path is None:
        return
    masks = attempt(read_masks, path, problems)
    check_grid(path, masks, files.sequence, clip, abs(ed_es[1] - ed_es[0]) + 1, problems)
    problems += check_orientation(path, masks, files.sequence, [clip])
