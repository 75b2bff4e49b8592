"""Log lines and progress of long steps, to a file and to the terminal."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOGGER = logging.getLogger("echoweave")


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """Send the lines of ``LOGGER`` to ``path`` and to stderr; log an exception before it leaves."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _handled_by(logging.FileHandler(path, mode="w"), logging.StreamHandler(sys.stderr)):
        try:
            yield
        except Exception as error:
            LOGGER.error("%s: %s", type(error).__name__, error)
            raise


@contextmanager
def log_to_terminal() -> Iterator[None]:
    """Send the lines of ``LOGGER`` to stderr alone, where there is no log file yet."""
    with _handled_by(logging.StreamHandler(sys.stderr)):
        yield


@contextmanager
def _handled_by(*handlers: logging.Handler) -> Iterator[None]:
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
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
