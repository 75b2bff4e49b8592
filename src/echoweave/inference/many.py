"""What runs over many clips and over many strips share: the run, and what is done already."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from echoweave.errors import InputError, Problem
from echoweave.logs import LOGGER, Progress
from echoweave.outputs.names import SUMMARY
from echoweave.outputs.summary import Summary, load_summary

File = TypeVar("File")


class InputIdentity(NamedTuple):
    """What outputs call a clip or a strip.

    Attributes:
        name: Says nothing of people.
        input_digest: SHA-256 of its file.
        request: Digest of all that its results follow from.
    """

    name: str
    input_digest: str
    request: str


class Batch:
    """One call of the command on many files: what was measured, and what could not be read.

    Args:
        out: The folder of the outputs.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.summaries: dict[str, Summary] = {}
        self.problems: list[Problem] = []

    def refuse(self, *problems: Problem) -> None:
        """Note what could not be read."""
        for problem in problems:
            LOGGER.warning("%s", problem)
        self.problems += problems

    def go_through(self, what: str, files: Sequence[File], do: Callable[[File], None]) -> None:
        """Do one file after the other, and say how long it takes."""
        progress = Progress(what, len(files))
        for done, file in enumerate(files, start=1):
            do(file)
            progress.update(done)

    @property
    def status(self) -> int:
        """The exit status: 0, or 1 if a file could not be read."""
        return 1 if self.problems else 0


def check_threads(threads: int) -> None:
    """Look at the option --threads.

    Raises:
        InputError: It is out of range.
    """
    if threads < 1:
        what = f"{threads} is out of range"
        raise InputError(Problem("echoweave segment", "--threads", what, "give 1 or more"))


def check_folder(out: Path) -> None:
    """Notice before anything is computed that nothing could be kept.

    Raises:
        InputError: The folder cannot be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot be written ({error.strerror})"
        raise InputError(Problem(str(out), "--out", what, "give another folder")) from error


def request_digest(digest: str, model: str, options: Mapping[str, object]) -> str:
    """Return a digest of all that results follow from: input, model and options."""
    parts = {"input": digest, "model": model, "options": options}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def finished_summary(folder: Path, request: str) -> Summary | None:
    """Return the summary of what an earlier run made of the same; None if there is none."""
    path = folder / SUMMARY
    if not path.is_file():
        return None
    try:
        summary = load_summary(path)
    except InputError:
        return None
    return summary if summary["request"] == request else None
