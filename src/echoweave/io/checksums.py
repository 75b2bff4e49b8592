"""Checksums of files, as a table, and stamps of files, which cost nothing."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.io.limits import open_regular
from echoweave.io.tables import write_tsv


def write_checksums(files: Iterable[Path], output: Path) -> None:
    """Write a TSV with the columns path, bytes and sha256, sorted by path."""
    write_tsv(checksums(files), output)


def checksums(files: Iterable[Path]) -> pd.DataFrame:
    """Return path, size in bytes and SHA-256 of each of ``files``, sorted by path."""
    rows = [(str(path), path.stat().st_size, sha256(path)) for path in sorted(set(files))]
    return pd.DataFrame(rows, columns=["path", "bytes", "sha256"])


def stamps(files: Iterable[str | Path]) -> list[list[Any]]:
    """Return path, size and times of each file, which tell cheaply whether it may have changed.

    The times are those of content and of status (ns): nobody can set the second one back. Size and
    times are -1 where there is no such file.
    """
    return [[path, *_size_and_times(path)] for path in map(str, files)]


def _size_and_times(path: str) -> tuple[int, int, int]:
    try:
        # Tens of thousands of times before each run: pathlib takes twice as long.
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return -1, -1, -1
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def digest_of_content(files: Iterable[Path], digests: Mapping[str, str]) -> str:
    """Return one digest over the content of ``files`` in their order, wherever they lie.

    Args:
        files: All of them keys of ``digests``.
        digests: SHA-256 by path.
    """
    contents = "\n".join(digests[str(path)] for path in files)
    return hashlib.sha256(contents.encode()).hexdigest()[:16]


def digest_of_files(files: Sequence[Path]) -> str:
    """Return one digest over the content of ``files`` in their order."""
    return digest_of_content(files, {str(file): sha256(file) for file in files})


def sha256(path: Path) -> str:
    """Return the SHA-256 of the content of ``path``, as `sha256sum` prints it.

    Raises:
        ValueError: It is no regular file: of a pipe one could wait for ever.
        OSError: It cannot be opened.
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
