"""Results of others, from resources/published_results.tsv, as rows beside ours."""

import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.errors import InputError, Problem
from echoweave.io.tables import read_tsv

COLUMNS = ("dataset", "table", "method", "instant", "key", "value", "source")
# Table -> instants of its rows.
_INSTANTS = {
    "table1": ("ED", "ES"),
    "table2": ("",),
    "labelled_frames": ("overall", "ED", "ES"),
    "ablation": ("",),
}


def read_published(path: Path, dataset: str, keys: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Read the numbers that were published of one data set: others do not stand beside ours.

    Args:
        path: One line a number, ``COLUMNS``: dataset ("CAMUS"), table ("table1"), method, instant
            ("ED", "ES", "overall" or empty), key (the column of our table, with its unit), value,
            source.
        dataset: Its title.
        keys: Table -> the columns that may be given.

    Raises:
        InputError: Every line that no table could show, that is not a number, that has no source,
            or that gives a number twice.
    """
    lines = read_tsv(path)
    if set(lines.columns) != set(COLUMNS):
        remedy = f"give the columns {', '.join(COLUMNS)}, separated by tabs"
        raise InputError(Problem(str(path), "", f"has columns {list(lines.columns)}", remedy))
    # A column without any entry is read as numbers.
    lines = lines.assign(instant=lines["instant"].astype(object).fillna(""))
    twice = lines.duplicated(["dataset", "table", "method", "instant", "key"])
    problems = [
        Problem(str(path), f"line {number}", what, "correct the line")
        # Behind the header, counted from 1.
        for number, (line, again) in enumerate(zip(lines.itertuples(), twice, strict=True), 2)
        if (what := _fault(line, keys) or ("gives a number again" if again else ""))
    ]
    if problems:
        raise InputError(problems)
    return lines[lines["dataset"] == dataset].astype({"value": float})


def published_rows(lines: pd.DataFrame, table: str) -> list[dict[str, Any]]:
    """Return one row a method (and instant) for ``table``, in the order of the file."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines[lines["table"] == table].to_dict("records"):
        method, instant = line["method"], line["instant"]
        row = rows.setdefault((method, instant), {"method": method, "instant": instant})
        row[line["key"]] = line["value"]
    return list(rows.values())


def published_sources(lines: pd.DataFrame, table: str) -> list[str]:
    """Return a note for each source of ``table`` that names the methods whose numbers it has."""
    methods: dict[str, list[str]] = {}
    for line in lines[lines["table"] == table].drop_duplicates(["method", "source"]).itertuples():
        methods.setdefault(str(line.source), []).append(str(line.method))
    return [f"{', '.join(names)}: {source}" for source, names in methods.items()]


def _fault(line: Any, keys: Mapping[str, Collection[str]]) -> str:
    """Return what is wrong with a line by itself; "" if nothing is."""
    if line.table not in keys:
        return f"table {line.table!r} is none of {', '.join(keys)}"
    if line.instant not in _INSTANTS[line.table]:
        return f"{line.table} has no instant {line.instant!r}"
    if line.key not in keys[line.table]:
        return f"{line.table} has no column {line.key!r}"
    if pd.isna(line.dataset) or pd.isna(line.method) or pd.isna(line.source):
        return "names no data set, no method or no source"
    value = _number(line.value)
    if not math.isfinite(value):
        return f"{line.value!r} is not a number"
    if abs(value) > 1 and any(name in line.key for name in ("dice", "correlation")):
        return f"{value:g} is no {line.key}: that lies between -1 and 1"
    return ""


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan
