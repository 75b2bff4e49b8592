"""Tables of a whole data set (CSV), split into the rows of each video without reading their values.

Tens of thousands of videos have half a million rows, which every job of the workflow looks at. So
a video's rows stay text here; whoever needs the values of a video reads them.
"""

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from echoweave.datasets.source import BadInput
from echoweave.errors import InputError, Problem, printable
from echoweave.io.limits import open_regular

_NAME = "FileName"
_SUFFIX = ".avi"
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Rows:
    """What a table says of one video.

    Attributes:
        table: The CSV file.
        columns: Its header.
        text: The video's lines, in their order.
    """

    table: Path
    columns: tuple[str, ...]
    text: str

    def values(self, name: str) -> list[dict[str, str]]:
        """Return column -> text of each row, without blanks and quotes around it.

        Args:
            name: Of the video, for what is wrong.

        Raises:
            InputError: A row has more or fewer values than there are columns.
        """
        found = []
        for line in self.text.split("\n"):
            values = [_bare(value) for value in line.split(",")]
            if len(values) != len(self.columns):
                what = f"{printable(line[:60])!r} has {len(values)} values, not {len(self.columns)}"
                raise InputError(Problem(str(self.table), name, what, "correct the row"))
            found.append(dict(zip(self.columns, values, strict=True)))
        return found


def read_rows(table: Path, needed: Sequence[str], bad: list[BadInput]) -> dict[str, Rows]:
    """Return the rows of each video of a CSV file by the video's name without ``.avi``.

    Args:
        table: The file; a byte order mark, any line ends, quotes, further columns and another order
            of the columns are fine.
        needed: Columns that it must have; ``FileName`` is one of them.
        bad: Gets a problem if there are rows that name no video.

    Raises:
        InputError: The file is missing, no text, empty, or lacks a column.
    """
    header, *lines = _lines(table)
    columns = tuple(_bare(column) for column in header.split(","))
    _check_columns(table, columns, needed)
    at = columns.index(_NAME)
    raw: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        raw["".join(line.split(",", at + 1)[at : at + 1])].append(line)
    videos: defaultdict[str, list[str]] = defaultdict(list)
    for name, own in raw.items():
        videos[_video(name)] += own
    unnamed = [line for line in videos.pop("", []) if line.strip(' ,"\t')]
    if unnamed:
        what = f"{len(unnamed)} rows name no video, the first is {printable(unnamed[0][:60])!r}"
        bad.append(BadInput(Problem(str(table), _NAME, what, "correct or remove them"), ""))
    if not videos:
        raise InputError(Problem(str(table), "", "holds no rows", "take it from the release"))
    return {name: Rows(table, columns, "\n".join(own)) for name, own in videos.items()}


def number_of(text: str) -> float | None:
    """Return the finite number that a CSV file has; None where it has none."""
    value = float(text) if _NUMBER.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


def _lines(table: Path) -> list[str]:
    try:
        with open_regular(table) as file:
            text = file.read().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise _unreadable(table, "the file is missing", "take it from the release") from error
    except OSError as error:
        raise _unreadable(table, error.strerror or str(error), "see to it") from error
    except UnicodeDecodeError as error:
        raise _unreadable(table, "not a text in UTF-8", "save it as CSV in UTF-8") from error
    except ValueError as error:
        raise _unreadable(table, str(error), "take it from the release") from error
    if "\0" in text:
        raise _unreadable(table, "not a text in UTF-8", "save it as CSV in UTF-8")
    if not text.strip():
        raise _unreadable(table, "the file is empty", "take it from the release")
    return text.splitlines()


def _check_columns(table: Path, columns: Sequence[str], needed: Sequence[str]) -> None:
    missing = [column for column in needed if column not in columns]
    if missing:
        what = f"the header has no {', '.join(missing)}"
        remedy = f"it must name {', '.join(needed)}, with commas between them"
        raise _unreadable(table, what, remedy)
    twice = sorted({column for column in needed if columns.count(column) > 1})
    if twice:
        raise _unreadable(table, f"the header names {', '.join(twice)} twice", "keep one of them")


def _unreadable(table: Path, what: str, remedy: str) -> InputError:
    return InputError(Problem(str(table), "", what, remedy))


def _video(text: str) -> str:
    """Return the name of a video without its suffix."""
    name = _bare(text)
    return name[: -len(_SUFFIX)] if name.lower().endswith(_SUFFIX) else name


def _bare(text: str) -> str:
    return text.strip().strip('"').strip()
