"""Clips in zips: taken out one at a time, and nothing that would do harm."""

import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from echoweave.clips.files import HEAD_BYTES, ClipFile
from echoweave.clips.limits import MAX_BYTES, MAX_FRAMES
from echoweave.io.limits import UnhandledError, open_regular
from echoweave.io.metaimage import pixel_file

# Black pictures shrink much, but what shrinks more than this is made to fill disks.
_MAX_RATIO = 500
_SMALL = 2**20
_MAX_TOTAL = 2**38
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1
_PIECE = 2**20
_UNPACK = "unpack it yourself, if you trust it, and give the folder"
# What zipfile raises on archives that are damaged, whatever they claim.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


def list_members(path: Path) -> dict[str, UnhandledError | None]:
    """Return the names of the files in a zip, sorted, and what speaks against taking each out.

    Raises:
        ValueError: It is no zip, or damaged.
        UnhandledError: All of it is larger than a folder of clips.
        OSError: It cannot be opened.
    """
    with _opened(path) as archive:
        files = [one for one in archive.infolist() if not one.is_dir()]
        total = sum(one.file_size for one in files)
        if total > _MAX_TOTAL:
            raise UnhandledError(f"unpacks to {total // 2**30} GiB, more than clips do", _UNPACK)
        return {
            one.filename: _objection(one) for one in sorted(files, key=lambda one: one.filename)
        }


def head_of(path: Path, member: str) -> bytes:
    """Return the first bytes of a member.

    Raises:
        ValueError: It is damaged.
    """
    with _opened(path) as archive, archive.open(member) as file:
        return file.read(HEAD_BYTES)


@contextmanager
def on_disk(file: ClipFile) -> Iterator[Path]:
    """Yield where a clip can be read: its path, or that of a copy if it lies in a zip.

    Raises:
        ValueError: Its zip is damaged, or it is not in there.
        UnhandledError: It would do harm.
        OSError: It cannot be opened, or there is no space for the copy.
    """
    if not file.member:
        yield file.path
        return
    with tempfile.TemporaryDirectory(prefix="echoweave.") as folder:
        with _opened(file.path) as archive:
            copy = _take_out(archive, file.member, Path(folder))
        yield copy


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with open_regular(path) as raw:
        try:
            with zipfile.ZipFile(raw) as archive:
                yield archive
        except UnhandledError:
            raise
        except _DAMAGE as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise ValueError(f"not a readable zip ({error})") from error


def _take_out(archive: zipfile.ZipFile, member: str, folder: Path) -> Path:
    """Copy a member, and what belongs to it, and return where it is."""
    if member.endswith("/"):
        parts = [
            one
            for one in archive.namelist()
            if PurePosixPath(one).parent == PurePosixPath(member) and not one.endswith("/")
        ]
        for part in parts[: MAX_FRAMES + 1]:
            _copy(archive, part, folder)
        return folder
    copy = _copy(archive, member, folder)
    if copy.suffix.lower() == ".mhd":
        pixels = _pixels_beside(copy, member)
        if pixels in archive.namelist():
            _copy(archive, pixels, folder)
    return copy


def _pixels_beside(header: Path, member: str) -> str:
    """Return the member that holds the pixels of a header, or "" if it says nothing usable."""
    try:
        return str(PurePosixPath(member).with_name(pixel_file(header).name))
    # The reader will say what is wrong.
    except ValueError:
        return ""


def _copy(archive: zipfile.ZipFile, member: str, folder: Path) -> Path:
    info = archive.getinfo(member)
    objection = _objection(info)
    if objection is not None:
        raise objection
    copy = folder / PurePosixPath(member).name
    # No more than the size that was looked at is ever read of it.
    with archive.open(info) as source, copy.open("wb") as target:
        while piece := source.read(_PIECE):
            target.write(piece)
    return copy


def _objection(info: zipfile.ZipInfo) -> UnhandledError | None:
    name = info.filename
    if name.startswith(("/", "\\")) or re.match("[A-Za-z]:", name):
        return UnhandledError("its path begins at the root of a disk", _UNPACK)
    if ".." in re.split(r"[/\\]", name):
        return UnhandledError("its path climbs out of the folder", _UNPACK)
    if stat.S_ISLNK(info.external_attr >> 16):
        return UnhandledError("a link to another file", _UNPACK)
    if info.flag_bits & _ENCRYPTED:
        return UnhandledError("it is encrypted", "unpack it with its password and give the folder")
    if info.compress_type not in _METHODS:
        return UnhandledError("packed in a way that is not read", "pack it with deflate")
    if info.file_size > MAX_BYTES:
        what = f"unpacks to {info.file_size / 2**30:.1f} GiB, more than a clip holds"
        return UnhandledError(what, _UNPACK)
    if info.file_size > max(_SMALL, _MAX_RATIO * info.compress_size):
        what = f"unpacks to {info.file_size / max(info.compress_size, 1):.0f} times its size"
        return UnhandledError(what, _UNPACK)
    return None
