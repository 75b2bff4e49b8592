"""Write down what the results were made from: code, versions, inputs, settings, cost."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.io.atomic import whole_file
from echoweave.io.checksums import checksums, sha256
from echoweave.io.tables import read_tsv
from echoweave.report.provenance_page import provenance_page
from echoweave.versions import read_versions, versions


def write_provenance(
    config: Path,
    seed: int,
    input_tables: Sequence[Path],
    other_inputs: Sequence[Path],
    jobs: Mapping[str, Sequence[str]],
    checkout: Path,
    output: Path,
    page: Path,
) -> None:
    """Write provenance.json, described in docs/provenance.md, and the same as a page.

    Args:
        config: results/config.yaml; logs/ and benchmarks/ lie beside it.
        seed: The config's seed.
        input_tables: Checksums of input files that jobs have written.
        other_inputs: Input files without a checksum yet.
        jobs: Rule -> names of its jobs' logs and benchmarks, without the suffix.
        checkout: The folder of the Snakefile.
        output: The JSON file.
        page: The HTML file.
    """
    current = versions()
    inputs = pd.concat([*(read_tsv(path) for path in input_tables), checksums(other_inputs)])
    provenance = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": current,
        "platform": platform.platform(),
        "git": git_state(checkout),
        "config": {"file": config.name, "sha256": sha256(config)},
        "seeds": dict.fromkeys(("folds", "registration", "segmentation", "bootstrap"), seed),
        "stages": {
            rule: stage
            for rule, names in jobs.items()
            if (stage := _stage(config.parent, names, current))
        },
        "inputs": _inputs(inputs.drop_duplicates("path").sort_values("path")),
    }
    texts = {output: json.dumps(provenance, indent=1), page: provenance_page(provenance)}
    for path, text in texts.items():
        with whole_file(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def git_state(checkout: Path) -> dict[str, Any] | None:
    """Return the commit of a git checkout and whether its files differ from it; None elsewhere.

    A folder inside of another project's checkout is not one.
    """
    top = _git(checkout, "rev-parse", "--show-toplevel")
    commit = _git(checkout, "rev-parse", "HEAD")
    changes = _git(checkout, "status", "--porcelain", "--untracked-files=no")
    if top is None or commit is None or Path(top).resolve() != checkout.resolve():
        return None
    return {"commit": commit, "dirty": changes != ""}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _stage(
    results: Path, names: Sequence[str], current: Mapping[str, str | None]
) -> dict[str, Any] | None:
    """Return what the jobs of one rule took; None if none has run."""
    files = [results / "benchmarks" / f"{name}.tsv" for name in names]
    tables = [read_tsv(file) for file in files if file.exists()]
    if not tables:
        return None
    # Snakemake writes NA for what a job was too short to measure.
    columns = ["s", "max_rss", "max_pss"]
    measured = pd.concat(tables)[columns].apply(pd.to_numeric, errors="coerce")
    return {
        "jobs": len(tables),
        "seconds": _number(measured["s"].sum()),
        "peak_rss_mb": _number(measured["max_rss"].max()),
        "peak_pss_mb": _number(measured["max_pss"].max()),
        "other_versions": _other_versions(
            [results / f"logs/{name}.log" for name in names], current
        ),
    }


def _other_versions(
    logs: Sequence[Path], current: Mapping[str, str | None]
) -> dict[str, list[str]]:
    """Return the versions that jobs ran with where they are not the ``current`` ones."""
    others: dict[str, set[str]] = {}
    for log in logs:
        for name, number in (read_versions(log) if log.exists() else {}).items():
            if number != str(current.get(name)):
                others.setdefault(name, set()).add(number)
    return {name: sorted(numbers) for name, numbers in sorted(others.items())}


def _inputs(table: pd.DataFrame) -> dict[str, Any]:
    contents = "\n".join(sorted(table["sha256"]))
    return {
        "files": len(table),
        "bytes": int(table["bytes"].sum()),
        # Of the files' sums, so that it is the same wherever the data lie.
        "sha256": hashlib.sha256(contents.encode()).hexdigest(),
        "checksums": dict(zip(table["path"], table["sha256"], strict=True)),
    }


def _number(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 2)
