"""Which recordings a data tree has: as its table lists them, or by what lies in its folders."""

import math
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from echoweave.clips.files import kind_of
from echoweave.datasets.csv_tables import TableRow, number_in, read_table, said
from echoweave.datasets.folders import file_names
from echoweave.errors import InputError, Problem
from echoweave.mmode.strips.recording import SPLITS, StripRecording
from echoweave.mmode.strips.scale import MASS_G, MM_PER_PX, MS_PER_PX

_NEEDED = ("recording", "animal", "file")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
# Column -> the lowest and the highest number that can be.
_RANGES = {"mm_per_px": MM_PER_PX, "ms_per_px": MS_PER_PX, "mass_g": MASS_G}
_KINDS = ("picture", "dicom")
_RENAME = "begin it with a letter or a digit, and use these and _ . - alone"


def read_strip_table(table: Path) -> list[StripRecording]:
    """Return the recordings of ``strips.tsv``, in its order.

    Raises:
        InputError: Everything that is wrong with the table and with the files that it names.
    """
    rows = read_table(table, _NEEDED, (*_RANGES, "split"))
    problems: list[Problem] = []
    listed = [_listed(table, row, problems) for row in rows]
    keys = [f"line {row.line}, recording" for row in rows]
    problems += _twice(table, keys, listed)
    if problems:
        raise InputError(problems)
    return listed


def list_folders(root: Path) -> list[StripRecording]:
    """Return a recording for each img/*.png and dicom/*.dcm below ``root``.

    Raises:
        InputError: There is none, or names are odd or stand there twice.
    """
    files = [
        root / folder / name
        for folder, suffix in (("img", ".png"), ("dicom", ".dcm"))
        if (root / folder).is_dir()
        for name in file_names(root / folder)
        if name.endswith(suffix)
    ]
    if not files:
        what = "holds neither strips.tsv, img/*.png nor dicom/*.dcm"
        raise InputError(Problem(str(root), "mmode.root", what, "point it at the M-mode data"))
    listed = [StripRecording(one.stem, one.stem.partition("_")[0], one) for one in files]
    problems = [
        Problem(str(one.file), "", f"{said(one.name)} is no name", _RENAME)
        for one in listed
        if not _NAME.fullmatch(one.name) or not one.animal
    ]
    problems += _twice(root, [str(one.file.relative_to(root)) for one in listed], listed)
    if problems:
        raise InputError(problems)
    return listed


def _listed(table: Path, row: TableRow, problems: list[Problem]) -> StripRecording:
    """Return a row; what is wrong with it becomes a problem."""

    def wrong(column: str, what: str, remedy: str) -> None:
        problems.append(Problem(str(table), f"line {row.line}, {column}", what, remedy))

    cells = row.cells
    for column in ("recording", "animal"):
        if not _NAME.fullmatch(cells[column]):
            wrong(column, f"{said(cells[column])} is no name", _RENAME)
    file, fault = _file(table.parent, cells["file"])
    if fault:
        wrong("file", *fault)
    numbers: dict[str, float | None] = {}
    for column, (low, high) in _RANGES.items():
        text = cells.get(column, "")
        value = number_in(text)
        numbers[column] = value
        if text and not low <= (math.nan if value is None else value) <= high:
            wrong(column, f"{said(text)} is no number of {low:g} to {high:g}", "correct it")
    split = cells.get("split", "").lower()
    if split and split not in SPLITS:
        wrong("split", f"{said(split)} is no split", f"write {', '.join(SPLITS)}")
    return StripRecording(
        name=cells["recording"],
        animal=cells["animal"],
        file=file,
        mm_per_px=numbers["mm_per_px"],
        ms_per_px=numbers["ms_per_px"],
        mass_g=numbers["mass_g"],
        split=split,
    )


def _file(root: Path, text: str) -> tuple[Path, tuple[str, str] | None]:
    """Return the file that a cell names, and what is wrong with it and what to do."""
    parts = PurePosixPath(text.replace("\\", "/"))
    file = root / parts
    if not text:
        return file, ("an empty cell", "name the file, such as img/a.png")
    if parts.is_absolute() or ".." in parts.parts or re.match("[A-Za-z]:", text):
        return file, (f"{said(text)} leaves the folder of the data", "name it from that folder on")
    if kind_of(file.name, b"") not in _KINDS:
        return file, (f"{said(text)} is neither a picture nor DICOM", "name a .png or a .dcm")
    if not file.is_file():
        return file, (f"there is no file {said(text)}", "correct the path, or remove the row")
    return file, None


def _twice(place: Path, keys: Sequence[str], listed: Sequence[StripRecording]) -> list[Problem]:
    """Return a problem for each recording whose name another has, but for the case of letters."""
    names: dict[str, str] = {}
    problems = []
    for key, one in zip(keys, listed, strict=True):
        if one.name.casefold() in names:
            what = f"another recording is called {names[one.name.casefold()]}"
            problems.append(Problem(str(place), key, what, "give each recording its own"))
        names.setdefault(one.name.casefold(), one.name)
    return problems
