"""Results of others, from resources/published_results.tsv, as rows beside ours."""

from pathlib import Path
from typing import Any

from echoweave.io.tables import read_tsv


def published_rows(path: Path, table: str) -> list[dict[str, Any]]:
    """Return one row a method (and instant) for ``table``, in the order of the file.

    Args:
        path: One line a number: table ("table1"), method, instant ("ED", "ES" or empty), key (the
            column of our table, with its unit), value, source.
        table: Which table.
    """
    lines = read_tsv(path)
    lines = lines[lines["table"] == table]
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines.to_dict("records"):
        method = line["method"]
        # A column without any entry is read as numbers.
        instant = line["instant"] if isinstance(line["instant"], str) else ""
        row = rows.setdefault((method, instant), {"method": method, "instant": instant})
        row[line["key"]] = float(line["value"])
    return list(rows.values())


def published_sources(path: Path, table: str) -> list[str]:
    """Return a note for each method of ``table`` that says where its numbers come from."""
    lines = read_tsv(path)
    lines = lines[lines["table"] == table].drop_duplicates(["method", "source"])
    return [f"{line.method}: {line.source}" for line in lines.itertuples()]
