"""What to tell the user when files cannot be written."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from echoweave.errors import Problem

# With less than this left some writer has just failed, or the next one will.
_FULL_BYTES = 2**16
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)


def is_full(folder: Path) -> bool:
    """Return whether the file system of ``folder`` has no space left; not every one can tell."""
    try:
        status = os.statvfs(folder)
    except OSError:
        return False
    return status.f_bavail * status.f_frsize < _FULL_BYTES


def storage_problem(error: BaseException, folder: Path) -> Problem | None:
    """Return what the user can do about ``error`` if it comes from writing to a file system.

    Args:
        error: What was raised; what it was raised from counts too.
        folder: Where the results go: libraries hide a full disk behind errors of their own.
    """
    causes = [cause for cause in _chain(error) if isinstance(cause, OSError)]
    for cause in causes:
        place = str(cause.filename or folder)
        if cause.errno in _FULL:
            return _no_space(place)
        if cause.errno in _FORBIDDEN:
            what = f"access denied ({cause.strerror})"
            remedy = "allow it or choose another results_dir, then give the command again"
            return Problem(place, "", what, remedy)
    return _no_space(str(folder)) if folder.is_dir() and is_full(folder) else None


def _no_space(place: str) -> Problem:
    remedy = "make space there, then give the command again: what is finished stays"
    return Problem(place, "", "no space is left on the disk, or in your quota", remedy)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
