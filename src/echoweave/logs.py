"""Log lines and progress of long steps, to a file and to the terminal."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from echoweave.errors import InputError
from echoweave.io.lock import lock
from echoweave.io.storage import storage_problem
from echoweave.versions import versions_line

LOGGER = logging.getLogger("echoweave")


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """Send the lines of ``LOGGER`` to ``path`` and to stderr; log an exception before it leaves.

    The file starts with the versions of what runs. A log belongs to one job, and a job to one
    process at a time: the end of a process that a killed run left behind is waited for.

    Raises:
        InputError: Nothing can be written, for want of space or of permission.
    """
    # Explained twice, for the log itself may not be writable either.
    folder = path.parent
    with _explain_storage(folder), _alone(path):
        path.write_text(f"{versions_line()}\n", encoding="utf-8")
        handlers = _LogFile(path), logging.StreamHandler(sys.stderr)
        with _handled_by(*handlers), _log_errors(), _explain_storage(folder):
            yield


@contextmanager
def log_to_terminal() -> Iterator[None]:
    """Send the lines of ``LOGGER`` to stderr alone, where there is no log file yet."""
    with _handled_by(logging.StreamHandler(sys.stderr)):
        yield


@contextmanager
def _handled_by(*handlers: logging.Handler) -> Iterator[None]:
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
        LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    # Libraries put handlers on the root logger, which would repeat every line.
    LOGGER.propagate = False
    try:
        yield
    finally:
        LOGGER.propagate = True
        for handler in handlers:
            LOGGER.removeHandler(handler)
            handler.close()


@contextmanager
def _log_errors() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        LOGGER.error("%s: %s", type(error).__name__, error)
        raise


@contextmanager
def _explain_storage(folder: Path) -> Iterator[None]:
    """Say what to do about a full disk or a closed folder."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        problem = storage_problem(error, folder)
        if problem is None:
            raise
        raise InputError(problem) from error


def _alone(log: Path) -> TextIO:
    def wait(holder: str) -> None:
        print(f"{log}: {holder} still works on this; waiting for its end", file=sys.stderr)

    return lock(log.with_name(f".{log.stem}.lock"), wait)


class _LogFile(logging.FileHandler):
    """A log file whose disk may fill up."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Say nothing about a line that could not be written: the terminal gets it as well."""


class Progress:
    """Logs how far a long step is and how long it will still take, at most every few seconds."""

    def __init__(self, what: str, total: int, start: int = 0, every_s: float = 5.0) -> None:
        self.what, self.total, self.start, self.every_s = what, total, start, every_s
        self.began = self.last = time.monotonic()

    def update(self, done: int, detail: str = "") -> None:
        """Say that ``done`` of ``total`` units are done (``start`` of them before this run)."""
        now = time.monotonic()
        if now - self.last < self.every_s and done < self.total:
            return
        self.last = now
        fresh = max(done - self.start, 1)
        left_s = (now - self.began) / fresh * (self.total - done)
        parts = [f"{self.what}: {done}/{self.total}", detail, f"{left_s:.0f} s left"]
        LOGGER.info(", ".join(part for part in parts if part))
