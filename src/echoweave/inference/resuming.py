"""What runs over clips and runs over strips share: where they write, and what is done already."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from echoweave.errors import InputError, Problem
from echoweave.outputs.names import SUMMARY
from echoweave.outputs.summary import Summary, load_summary


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
