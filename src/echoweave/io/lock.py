"""Locks between processes; a lock ends with its process, however that ends.

Libraries have none of that kind: Snakemake's own lock stays behind when a run crashes, and those of
filelock (flock) are kept by every worker that outlives its killed parent.
"""

import errno
import fcntl
import logging
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

# A child of the library's logger, which imports this module.
_LOGGER = logging.getLogger(__name__)
_UNGUARDED = "nothing keeps a second run out of this folder, so start none"


def lock(path: Path, busy: Callable[[str], None]) -> TextIO:
    """Lock ``path`` until the returned file is closed or this process ends.

    The file stays behind, for removing it would let two processes lock two files of one name.
    Where the file system has no locks, a warning says so and nothing is locked.

    Args:
        path: The lock file; it says who holds the lock.
        busy: Called with that text if another process holds the lock; then the lock is waited
            for, unless ``busy`` raises.

    Raises:
        OSError: The file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        _take(file, busy)
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
    except BaseException:
        file.close()
        raise
    return file


def lock_name(name: str) -> socket.socket | None:
    """Take ``name`` on this machine until the returned socket is closed; None: another has it.

    Such a name is no file: it needs no folder that all processes share, and no file system with
    locks. Only Linux has them (abstract sockets); elsewhere nothing is kept out.

    Raises:
        OSError: The system refuses for another reason.
    """
    holder = socket.socket(socket.AF_UNIX)
    try:
        if sys.platform == "linux":
            holder.bind(f"\0{name}")
    except OSError as error:
        holder.close()
        if error.errno != errno.EADDRINUSE:
            raise
        return None
    return holder


def _take(file: TextIO, busy: Callable[[str], None]) -> None:
    # A record lock, which is of one process alone: a worker that outlives its killed parent would
    # keep the other kind, flock.
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        file.seek(0)
        busy(file.read() or "another process")
        _take_in_turn(file)
    except OSError as error:
        _warn(file, error)


def _take_in_turn(file: TextIO) -> None:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX)
    # Some network file systems deny every lock as if another process held it.
    except OSError as error:
        _warn(file, error)


def _warn(file: TextIO, error: OSError) -> None:
    what = "no locks on this file system"
    _LOGGER.warning("%s: %s (%s): %s", file.name, what, error.strerror, _UNGUARDED)
