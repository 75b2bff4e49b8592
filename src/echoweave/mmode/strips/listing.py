"""Find the strips among files and folders."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from echoweave.clips.files import HEAD_BYTES, kind_of
from echoweave.errors import Problem
from echoweave.io.limits import open_regular

_GIVE = "give DICOM, PNG or JPEG, or a folder of these"
_KINDS = ("dicom", "picture")


def list_strips(
    inputs: Sequence[Path], out: Path | None = None
) -> tuple[list[Path], list[Problem]]:
    """Return the strips among ``inputs`` in a fixed order, and what is none; each once.

    Folders are searched through; hidden files, tables and DICOMDIR are passed over.

    Args:
        inputs: Files and folders.
        out: A folder whose content is no input, as earlier outputs.
    """
    passed = out.resolve() if out is not None else None
    found = list(dict.fromkeys(one for path in inputs for one in _search(path, passed)))
    strips: dict[Path, Path] = {}
    for one in found:
        if isinstance(one, Path):
            strips.setdefault(one.resolve(), one)
    return list(strips.values()), [one for one in found if isinstance(one, Problem)]


def _search(path: Path, passed: Path | None) -> Iterator[Path | Problem]:
    if not path.exists():
        yield Problem(str(path), "", "there is no such file or folder", "correct the path")
    elif path.is_dir():
        found = list(_search_folder(path, passed))
        yield from found or [Problem(str(path), "", "holds no strips", _GIVE)]
    elif _kind(path) in _KINDS:
        yield path
    else:
        yield Problem(str(path), "", "no strip of a kind that is read", _GIVE)


def _search_folder(root: Path, passed: Path | None) -> Iterator[Path | Problem]:
    problems: list[Problem] = []

    def refuse(error: OSError) -> None:
        what = error.strerror or str(error)
        problems.append(Problem(str(error.filename), "", what, "allow it to be read"))

    for folder, folders, names in os.walk(root, onerror=refuse):
        here = Path(folder)
        folders[:] = sorted(
            one for one in folders if one[0] != "." and (here / one).resolve() != passed
        )
        for name in sorted(names):
            kind = _kind(here / name)
            if kind in _KINDS:
                yield here / name
            elif kind != "beside":
                yield Problem(str(here / name), "", "no strip of a kind that is read", _GIVE)
    yield from problems


def _kind(path: Path) -> str:
    kind = kind_of(path.name, b"")
    if kind or path.suffix == ".tsv":
        return kind or "beside"
    try:
        with open_regular(path) as file:
            return kind_of(path.name, file.read(HEAD_BYTES))
    except (OSError, ValueError):
        return ""
