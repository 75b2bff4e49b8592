"""Tables that people write: CSV or TSV, with the columns in any order.

The workflow reads them before any job runs, so nothing slow is imported here.
"""

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from echoweave.datasets.rows import number_of
from echoweave.errors import InputError, Problem, printable
from echoweave.io.limits import open_regular

# In the order in which they are looked for in the header.
_DELIMITERS = ("\t", ";", ",")
# Of a table of annotations, in bytes.
_MOST_BYTES = 2**26
_NO_TEXT = ("not a text in UTF-8", "save it as CSV in UTF-8")


class TableRow(NamedTuple):
    """One row of a table.

    Attributes:
        line: Its number in the file, from 1.
        cells: Column -> text, without blanks around it; "" where it says nothing.
    """

    line: int
    cells: Mapping[str, str]


def read_table(path: Path, needed: Sequence[str], known: Collection[str] = ()) -> list[TableRow]:
    """Return the rows of a table that say something.

    Tabs, semicolons or commas stand between the columns. A byte order mark, any line ends, quotes
    and further columns are fine; what is no UTF-8 counts as Windows-1252, as old spreadsheets
    write. "Good-Start" and "Good Start" are the column good_start.

    Args:
        path: The file.
        needed: Columns that it must have.
        known: Others, which may not stand there twice either.

    Raises:
        InputError: The file is missing, no text, empty, or lacks a column; every row with more or
            fewer values than there are columns.
    """
    text = _text(path).splitlines()
    lines = csv.reader(text, delimiter=_delimiter(text[0]))
    try:
        header = [re.sub(r"[-\s]+", "_", cell.strip().lower()) for cell in next(lines)]
        _check_header(path, header, needed, known)
        rows = [(lines.line_num, [cell.strip() for cell in cells]) for cells in lines]
    except csv.Error as error:
        raise _unreadable(path, f"not a readable table ({error})", "save it as CSV anew") from error
    rows = [(line, cells) for line, cells in rows if any(cells)]
    problems = [
        Problem(
            str(path), f"line {line}", f"{len(cells)} values, not {len(header)}", "correct the row"
        )
        for line, cells in rows
        if len(cells) != len(header)
    ]
    if not rows:
        problems = [Problem(str(path), "", "holds no rows", "fill it in, or remove it")]
    if problems:
        raise InputError(problems)
    return [TableRow(line, dict(zip(header, cells, strict=True))) for line, cells in rows]


def number_in(text: str) -> float | None:
    """Return a finite number, of which a comma may begin the decimals; None where there is none."""
    return number_of(text.replace(",", ".") if text.count(",") == 1 else text)


def said(text: str) -> str:
    """Return what a cell says as an error shows it."""
    return repr(printable(text[:20])) if text else "an empty cell"


def _text(path: Path) -> str:
    try:
        with open_regular(path) as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise _unreadable(path, "the file is missing", "put it back") from error
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error), "see to it") from error
    except ValueError as error:
        raise _unreadable(path, str(error), "give a table") from error
    if len(content) > _MOST_BYTES:
        raise _unreadable(path, "larger than any table of annotations", "give a table")
    # Of UTF-16 and of other files than texts.
    if b"\0" in content:
        raise _unreadable(path, *_NO_TEXT)
    text = _decoded(path, content)
    if not text.strip():
        raise _unreadable(path, "the file is empty", "fill it in, or remove it")
    return text


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _unreadable(path, *_NO_TEXT) from error


def _delimiter(header: str) -> str:
    return next((mark for mark in _DELIMITERS if mark in header), _DELIMITERS[0])


def _check_header(
    path: Path, header: Sequence[str], needed: Sequence[str], known: Collection[str]
) -> None:
    missing = [column for column in needed if column not in header]
    if missing:
        what = f"the header has no {', '.join(missing)}"
        remedy = f"its first line must name {', '.join(needed)}, with tabs or commas between them"
        raise _unreadable(path, what, remedy)
    twice = sorted({one for one in (*needed, *known) if header.count(one) > 1})
    if twice:
        raise _unreadable(path, f"the header names {', '.join(twice)} twice", "keep one of them")


def _unreadable(path: Path, what: str, remedy: str) -> InputError:
    return InputError(Problem(str(path), "", what, remedy))
