"""Keep Snakemake's records with the results, so that they are judged alike wherever they lie.

Snakemake compares the settings of each output with its records, one JSON file for each path in
.snakemake/metadata of the working directory. Alone they are lost if that folder is deleted, the
results are moved, or a run starts elsewhere, and then no change of a setting is noticed. So each
run leaves a copy in the results folder, with paths relative to it, and the next one, wherever it
starts, puts back what is missing or out of date.
"""

import hashlib
import json
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from echoweave.io.atomic import whole_file
from echoweave.logs import LOGGER

_Record = dict[str, Any]

# Snakemake's folder in the working directory.
_HOME = Path(".snakemake")
# Stands for the results folder in the paths of a kept record.
_HERE = "{results}/"
# Of every version of Snakemake: a record in an older form than its own is not compared.
_LOST: _Record = {"params": ["made by a run whose records are lost"], "record_format_version": 999}


def begin_records(results: Path) -> None:
    """Note that a run begins to change ``results``, and keeps its records in this directory."""
    _note_run(results, ended=False)


def keep_records(results: Path) -> None:
    """Copy Snakemake's records of ``results`` to them, at the end of a run.

    Outputs of one job share a record, but for their times.
    """
    shared: dict[str, _Record] = {}
    for output, record in _present(results):
        times = [record.pop("starttime", None), record.pop("endtime", None)]
        # Of the job, which has another one wherever else it runs.
        record.pop("job_hash", None)
        moved = _relocated(record, f"{results}/", _HERE)
        shared.setdefault(json.dumps(moved), {"record": moved, "outputs": {}})["outputs"][
            output
        ] = times
    try:
        _write(_kept_file(results), list(shared.values()))
        _note_run(results, ended=True)
    except OSError as error:
        LOGGER.warning("%s: cannot keep the records of this run (%s)", results, error.strerror)


def restore_records(results: Path) -> None:
    """Give Snakemake the records of ``results`` that it lacks here, before it looks for them.

    Nothing happens if the last run in ``results`` kept its records here. Of two records of an
    output that one counts whose time is that of the output, else the kept one. What a killed run
    made whose records are lost counts as made from other settings.
    """
    run = _read(_run_file(results))
    if not run or _read(_mark(results)) == run["id"]:
        return
    kept = dict(_kept(results))
    for output in kept if run["ended"] else kept.keys() | _files(results):
        time = _time(results / output)
        file = _record_file(f"{results}/{output}")
        present = _read(file)
        if time is None or (present and present.get("endtime") == time):
            continue
        record = kept.get(output, _LOST)
        lost = not run["ended"] and record.get("endtime") != time
        _write(file, _relocated(_LOST if lost else record, _HERE, f"{results}/"))
    _write(_mark(results), run["id"])


def _note_run(results: Path, ended: bool) -> None:
    run = secrets.token_hex(8)
    _write(_run_file(results), {"id": run, "ended": ended})
    _write(_mark(results), run)


def _run_file(results: Path) -> Path:
    """Names the last run and says whether it has kept its records."""
    return results / ".run.json"


def _kept_file(results: Path) -> Path:
    return results / ".records.json"


def _mark(results: Path) -> Path:
    """Names the last run whose records are here, for one spelling of the results folder."""
    return _HOME / "echoweave" / hashlib.md5(str(results).encode()).hexdigest()


def _kept(results: Path) -> Iterator[tuple[str, _Record]]:
    for job in _read(_kept_file(results)) or ():
        for output, (start, end) in job["outputs"].items():
            yield output, job["record"] | {"starttime": start, "endtime": end}


def _present(results: Path) -> Iterator[tuple[str, _Record]]:
    """Yield each output below ``results``, relative to it, with Snakemake's record."""
    prefix = f"{results}/"
    for file in _below(_HOME / "metadata"):
        # Long keys are spread over folders, whose names start with @.
        name = "".join(part.removeprefix("@") for part in file.parts)
        output = urlsafe_b64decode(name).decode()
        record = _read(_HOME / "metadata" / file) if output.startswith(prefix) else None
        if record and _time(Path(output)) is not None:
            yield output.removeprefix(prefix), record


def _record_file(output: str) -> Path:
    """Return where Snakemake keeps the record of ``output``."""
    name = urlsafe_b64encode(output.encode()).decode()
    step = os.pathconf(".", "PC_NAME_MAX") - 1
    parts = [name[start : start + step] for start in range(0, len(name), step)]
    return _HOME.joinpath("metadata", *(f"@{part}" for part in parts[:-1]), parts[-1])


def _relocated(record: _Record, old: str, new: str) -> _Record:
    """Return ``record`` with paths that start with ``old`` starting with ``new``."""

    def moved(path: str) -> str:
        return new + path.removeprefix(old) if path.startswith(old) else path

    lists = {key: sorted(map(moved, record[key])) for key in ("input", "log") if record.get(key)}
    sums = record.get("input_checksums") or {}
    return record | lists | {"input_checksums": {moved(path): sums[path] for path in sums}}


def _files(results: Path) -> set[str]:
    """Return every file and folder below ``results``: each may be an output."""
    return {str(path.relative_to(results)) for path in results.rglob("*")}


def _below(folder: Path) -> Iterable[Path]:
    return (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _time(output: Path) -> float | None:
    """Return when an output was made, as Snakemake sees it; None if there is none."""
    inside = output / ".snakemake_timestamp"
    try:
        return (inside if output.is_dir() else output).stat().st_mtime
    except OSError:
        return None


def _read(path: Path) -> Any:
    """Return what the JSON file holds; None if there is none, or a damaged one."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _write(path: Path, content: Any) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(content))
