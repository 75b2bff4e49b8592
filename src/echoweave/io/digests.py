"""Digests of the content of many files, remembered so that an unchanged file is read once."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from echoweave.io.atomic import whole_file
from echoweave.io.checksums import sha256, stamps
from echoweave.logs import LOGGER, Progress

# The stamp of a file and the SHA-256 of its content.
_Entry = tuple[list[Any], str]


def digest_files(files: Iterable[Path], memo: Path, threads: int = 1) -> dict[str, str]:
    """Return path -> SHA-256 of each of ``files``; "" where there is no readable file.

    Only files whose size or times are not those in ``memo`` are read. The memo holds no
    other files than these; it is made anew if it is damaged.

    Args:
        files: What to read.
        memo: Where digests are remembered.
        threads: Files that are read at once.
    """
    known = _load(memo)
    entries: dict[str, _Entry] = {}
    stale = []
    for stamp in stamps(dict.fromkeys(files)):
        entry = known.get(stamp[0])
        if entry is not None and entry[0] == stamp:
            entries[stamp[0]] = entry
        else:
            stale.append(stamp)
    progress = Progress("Reading inputs", len(stale), every_s=2.0)
    with ThreadPoolExecutor(threads) as pool:
        digests = pool.map(_digest, (stamp[0] for stamp in stale))
        for done, (stamp, digest) in enumerate(zip(stale, digests, strict=True), 1):
            entries[stamp[0]] = stamp, digest
            progress.update(done)
    if entries != known:
        _save(memo, entries)
    return {path: digest for path, (_, digest) in entries.items()}


def digest_of_content(files: Iterable[Path], digests: Mapping[str, str]) -> str:
    """Return one digest over the content of ``files`` in their order, wherever they lie.

    Args:
        files: All of them keys of ``digests``.
        digests: What :func:`digest_files` returns.
    """
    contents = "\n".join(digests[str(path)] for path in files)
    return hashlib.sha256(contents.encode()).hexdigest()[:16]


def _digest(path: str) -> str:
    try:
        return sha256(Path(path))
    except OSError:
        return ""


def _load(memo: Path) -> dict[str, _Entry]:
    try:
        entries: dict[str, _Entry] = json.loads(memo.read_bytes())
        return {path: (stamp, digest) for path, (stamp, digest) in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _save(memo: Path, entries: Mapping[str, _Entry]) -> None:
    try:
        with whole_file(memo) as temporary:
            temporary.write_text(json.dumps(entries))
    except OSError as error:
        LOGGER.warning("cannot remember the digests of the inputs in %s (%s)", memo, error)
