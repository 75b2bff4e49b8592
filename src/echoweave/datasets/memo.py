"""Remember inspections, so that files which did not change since are not read again."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from echoweave.datasets.source import Facts, Report
from echoweave.errors import Problem
from echoweave.imports import code_digest
from echoweave.io.atomic import whole_file
from echoweave.io.checksums import sha256, stamps
from echoweave.logs import LOGGER, Progress


@dataclass(frozen=True)
class Task:
    """One inspection.

    Attributes:
        key: Names it in the memo: the path of its clip.
        files: Everything that it reads.
        inspect: Reads them.
        told: Digest of what it knows beside these files.
    """

    key: str
    files: Sequence[Path]
    inspect: Callable[[], Report]
    told: str = ""


def inspect_all(
    tasks: Sequence[Task], memo: Path | None, threads: int
) -> tuple[list[Report], dict[str, str]]:
    """Inspect every file; only what changed since ``memo`` was written is read.

    The memo holds the size, the times and the SHA-256 of each file, what is told beside them, and a
    digest of the code that checks. It is rewritten only if something changed, and made anew if it
    is damaged. With None for it nothing is remembered.

    Returns:
        The report of each task, and the SHA-256 of each file by its path, "" where there is none.
    """
    known = {} if memo is None else _load(memo)
    present = [[*stamps(task.files), task.told] for task in tasks]
    entries: dict[str, Any] = {}
    stale = []
    for task, stamp in zip(tasks, present, strict=True):
        entry = known.get(task.key)
        if entry is None or entry["stamp"] != stamp:
            stale.append((task, stamp))
        else:
            entries[task.key] = entry
    progress = Progress("Checking inputs", len(stale), every_s=2.0)
    # Tasks may share files.
    digest = cache(_digest)
    with ThreadPoolExecutor(threads) as pool:
        found = pool.map(lambda task: _look(task[0], digest), stale)
        for done, ((task, stamp), entry) in enumerate(zip(stale, found, strict=True), 1):
            entries[task.key] = {"stamp": stamp, **entry}
            progress.update(done)
    if memo is not None and entries != known:
        _save(memo, entries)
    digests = {path: one for entry in entries.values() for path, one in entry["digests"].items()}
    return [_report(entries[task.key]) for task in tasks], digests


def _look(task: Task, digest: Callable[[Path], str]) -> dict[str, Any]:
    report = task.inspect()
    return {"digests": {str(path): digest(path) for path in task.files}, **asdict(report)}


def _digest(path: Path) -> str:
    try:
        return sha256(path)
    except (OSError, ValueError):
        return ""


def _report(entry: dict[str, Any]) -> Report:
    facts = entry["facts"]
    if facts is not None:
        lists = {name: tuple(one) for name, one in facts.items() if isinstance(one, list)}
        facts = Facts(**(facts | lists))
    problems, warnings = (
        tuple(Problem(**problem) for problem in entry[kind]) for kind in ("problems", "warnings")
    )
    return Report(facts, problems, warnings)


def _load(memo: Path) -> dict[str, Any]:
    try:
        content = json.loads(memo.read_bytes())
        entries: dict[str, Any] = content["entries"] if content["code"] == _code_digest() else {}
        for entry in entries.values():
            _report(entry), entry["stamp"], entry["digests"].items()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
    return entries


def _save(memo: Path, entries: dict[str, Any]) -> None:
    try:
        with whole_file(memo) as temporary:
            temporary.write_text(json.dumps({"code": _code_digest(), "entries": entries}))
    except OSError as error:
        LOGGER.warning("cannot remember the inspection in %s (%s)", memo, error)


def _code_digest() -> str:
    """Digest of the modules that read and check: other code may come to another verdict."""
    return code_digest(Path(__file__).with_name("cohort.py"))
