"""Find the clips among files, folders and zips."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from echoweave.clips.archives import head_of, list_members
from echoweave.clips.files import HEAD_BYTES, ClipFile, Kind, frame_number, kind_of
from echoweave.errors import Problem
from echoweave.io.limits import UnhandledError, open_regular

_GIVE = "give DICOM, AVI, MP4, MOV, MKV, GIF, NIfTI, MetaImage, a folder of PNGs, or a zip of these"
_FRAMES = "put the frames of each clip into a folder of their own, numbered"


@dataclass(frozen=True)
class Listing:
    """What was found.

    Attributes:
        clips: What can be tried to read, in a fixed order, each once.
        problems: What cannot, and why.
    """

    clips: tuple[ClipFile, ...]
    problems: tuple[Problem, ...]


Found = ClipFile | Problem


def list_clips(inputs: Sequence[Path], out: Path | None = None) -> Listing:
    """Return the clips among ``inputs``, with what is no clip as problems.

    Folders are searched through and zips looked into; a folder that holds numbered pictures and
    nothing else is one clip. Hidden files, cfg and csv files, pixels beside their MetaImage header
    and DICOMDIR are passed over.

    Args:
        inputs: Files, folders and zips.
        out: A folder whose content is no input, as earlier outputs.
    """
    passed = out.resolve() if out is not None else None
    found = list(dict.fromkeys(one for path in inputs for one in _search(path, passed)))
    clips = [one for one in found if isinstance(one, ClipFile)]
    unique = {(one.path.resolve(), one.member): one for one in reversed(clips)}
    return Listing(
        tuple(one for one in clips if unique[one.path.resolve(), one.member] is one),
        tuple(one for one in found if isinstance(one, Problem)),
    )


def _search(path: Path, passed: Path | None) -> list[Found]:
    if path.is_dir():
        found = list(_search_folder(path, passed))
        return found or [Problem(str(path), "", "holds no clips", _GIVE)]
    if not path.exists():
        return [Problem(str(path), "", "there is no such file or folder", "correct the path")]
    kind = _kind_on_disk(path)
    if kind == "archive":
        return _search_archive(path)
    if kind == "picture":
        return [Problem(str(path), "", "one picture is no clip", _FRAMES)]
    if kind in ("", "beside"):
        return [_no_clip(str(path))]
    return [ClipFile(path)]


def _search_folder(root: Path, passed: Path | None) -> Iterator[Found]:
    problems: list[Found] = []

    def refuse(error: OSError) -> None:
        what = error.strerror or str(error)
        problems.append(Problem(str(error.filename), "", what, "allow it to be read"))

    for place, folders, names in os.walk(root, onerror=refuse):
        folder = Path(place)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and (folder / name).resolve() != passed
        )
        kinds = {name: _kind_on_disk(folder / name) for name in sorted(names)}
        if _is_numbered(kinds):
            yield ClipFile(folder)
            continue
        for name in (name for name, kind in kinds.items() if kind == "archive"):
            yield from _search_archive(folder / name)
        yield from _sort_out(kinds, str(folder), partial(_in_folder, folder))
    yield from problems


def _search_archive(path: Path) -> list[Found]:
    try:
        members = list_members(path)
        found: list[Found] = []
        for folder, names in _by_folder(members).items():
            found += _search_archived(path, folder, names, members)
    except UnhandledError as error:
        return [Problem(str(path), "", str(error), error.remedy)]
    except (OSError, ValueError) as error:
        what = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return [Problem(str(path), "", what, "replace it with a sound copy")]
    return found or [Problem(str(path), "", "holds no clips", _GIVE)]


def _search_archived(
    path: Path, folder: str, names: Iterable[str], members: Mapping[str, UnhandledError | None]
) -> Iterator[Found]:
    """Yield what lies in one folder of a zip."""
    sound: dict[str, Kind] = {}
    for name in names:
        objection = members[folder + name]
        if objection is not None:
            yield Problem(f"{path}/{folder}{name}", "", str(objection), objection.remedy)
            continue
        kind = kind_of(name, b"")
        sound[name] = kind or kind_of(name, head_of(path, folder + name))
    if folder and _is_numbered(sound):
        yield ClipFile(path, folder)
        return
    for name in (name for name, kind in sound.items() if kind == "archive"):
        what, remedy = "a zip in a zip is not opened", "unpack the outer one and give the folder"
        yield Problem(f"{path}/{folder}{name}", "", what, remedy)
    place = f"{path}/{folder}".rstrip("/")
    yield from _sort_out(sound, place, partial(_in_archive, path, folder))


def _by_folder(members: Iterable[str]) -> dict[str, list[str]]:
    """Return the names of the files in each folder of a zip; hidden folders are left out."""
    folders: dict[str, list[str]] = {}
    for member in members:
        path = PurePosixPath(member)
        hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
        if not hidden:
            folder = member[: len(member) - len(path.name)]
            folders.setdefault(folder, []).append(path.name)
    return folders


def _sort_out(
    kinds: Mapping[str, Kind], place: str, file: Callable[[str], ClipFile]
) -> Iterator[Found]:
    """Yield the clips of one folder, and a problem for what is none."""
    for name, kind in kinds.items():
        if kind in ("dicom", "movie", "volume"):
            yield file(name)
        elif kind == "":
            yield _no_clip(str(file(name)))
    if "picture" in kinds.values():
        what = "holds pictures that are not the numbered frames of one clip"
        yield Problem(place, "", what, _FRAMES)


def _in_folder(folder: Path, name: str) -> ClipFile:
    return ClipFile(folder / name)


def _in_archive(path: Path, folder: str, name: str) -> ClipFile:
    return ClipFile(path, folder + name)


def _is_numbered(kinds: Mapping[str, Kind]) -> bool:
    """Whether a folder holds the numbered frames of one clip and nothing else."""
    pictures = [name for name, kind in kinds.items() if kind == "picture"]
    if not pictures or any(kind not in ("picture", "beside") for kind in kinds.values()):
        return False
    numbers = [frame_number(name) for name in pictures]
    return None not in numbers and len({one[0] for one in numbers if one}) == 1


def _no_clip(place: str) -> Problem:
    return Problem(place, "", "no clip of a kind that is read", _GIVE)


def _kind_on_disk(path: Path) -> Kind:
    kind = kind_of(path.name, b"")
    if kind:
        return kind
    try:
        with open_regular(path) as file:
            return kind_of(path.name, file.read(HEAD_BYTES))
    except (OSError, ValueError):
        return ""
