"""Write files and folders whole or not at all."""

import errno
import glob
import hashlib
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from echoweave.io.storage import is_full

# Unfinished files of this machine; only here is it known whether their process still runs.
_OURS = f".partial.{platform.node()[:64]}."


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that takes its place once the block succeeds.

    The temporary name keeps the suffixes of ``path``, since writers choose the format by them.
    If the block raises, the temporary file is removed and ``path`` stays as it was. If the process
    is killed, the temporary file stays until another one of the machine writes in the folder. Of
    processes that write ``path`` at the same time, each writes its own, and the last one counts.

    Raises:
        OSError: The disk is full, also where the writer in the block calls that by other names.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _partial(path)
    try:
        yield temporary
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        # torch and blosc2 do not say why they could not write.
        if is_full(path.parent):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder beside ``path`` that takes its place at the end.

    If the block raises or the process is killed, ``path`` stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _partial(path)
    temporary.mkdir()
    try:
        yield temporary
        shutil.rmtree(path, ignore_errors=True)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _partial(path: Path) -> Path:
    """Return a name for this process alone; it is short, however long that of ``path`` is."""
    _sweep(path.parent)
    digest = hashlib.sha256(path.name.encode()).hexdigest()[:16]
    suffixes = "".join(path.suffixes[-2:])[-16:]
    return path.with_name(f"{_OURS}{os.getpid()}.{digest}{suffixes}")


@cache
def _sweep(folder: Path) -> None:
    """Remove what killed processes have left in a folder; once, since it may hold thousands."""
    for left in folder.glob(f"{glob.escape(_OURS)}*"):
        process = left.name.removeprefix(_OURS).partition(".")[0]
        if process.isdecimal() and not _runs(int(process)):
            _remove(left)


def _runs(process: int) -> bool:
    """Return whether another process of that number is there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process != os.getpid()


def _remove(path: Path) -> None:
    """Remove a file or a folder; another process may have done so already."""
    shutil.rmtree(path, ignore_errors=True)
    if not path.is_dir():
        path.unlink(missing_ok=True)
