"""A table as an object, written as TSV, Markdown, LaTeX and HTML."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.evaluation.names import display_name
from echoweave.io.atomic import whole_file
from echoweave.io.tables import write_tsv

# What readers see for a value that does not exist.
_NONE = "-"
_STYLE = """
body { font: 14px/1.45 sans-serif; margin: 1.5em; color: #222 }
table { border-collapse: collapse; border-top: 1.5px solid; border-bottom: 1.5px solid }
th { border-bottom: 1px solid; text-align: left }
th, td { padding: .25em .7em; white-space: nowrap }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
ul { color: #555; padding-left: 1.2em }
"""
_LATEX = str.maketrans(
    {
        **{character: f"\\{character}" for character in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "±": r"$\pm$",
        "²": r"$^2$",
        "³": r"$^3$",
        "⁴": r"$^4$",
        "⁻": r"$^-$",
    }
)
# Names come from files: what Markdown would make markup or HTML of.
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*[<|"})


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        key: Its name in the rows and in the TSV, with the unit.
        heading: Its name for readers.
        decimals: Decimals for readers; None for names and counts.
        spread: Key of a value that readers see as "value ± spread"; a column of its own in the
            TSV.
        interval: Keys of two values that readers see as "value (low to high)"; columns of their
            own in the TSV.
        tsv_only: Readers do not see it.
    """

    key: str
    heading: str = ""
    decimals: int | None = None
    spread: str | None = None
    interval: tuple[str, str] | None = None
    tsv_only: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under columns, with what a reader must know to understand them.

    Attributes:
        caption: One sentence.
        columns: From left to right.
        rows: Column key -> value; a missing key or NaN is a value that does not exist.
        notes: Definitions and warnings under the table.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    notes: Sequence[str] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return every value, unrounded."""
        keys = [
            key
            for column in self.columns
            for key in (column.key, column.spread, *(column.interval or ()))
            if key is not None
        ]
        return pd.DataFrame(list(self.rows), columns=keys)

    def to_markdown(self) -> str:
        """Return the table for readers in Markdown."""
        shown = self._shown
        rules = ["---" if column.decimals is None else "---:" for column in shown]
        lines = [_markdown_row([column.heading for column in shown]), _markdown_row(rules)]
        lines += [_markdown_row([_cell(column, row) for column in shown]) for row in self.rows]
        notes = [f"- {note}" for note in self.notes]
        return "\n".join([self.caption, "", *lines, "", *notes]).rstrip() + "\n"

    def to_latex(self) -> str:
        """Return the table for readers in LaTeX (needs the package booktabs)."""
        shown = self._shown
        alignment = "".join("l" if column.decimals is None else "r" for column in shown)
        lines = [_latex_row([_cell(column, row) for column in shown]) for row in self.rows]
        notes = [f"\\par\\footnotesize {_escape(note)}" for note in self.notes]
        return "\n".join(
            [
                r"\begin{table}",
                f"\\caption{{{_escape(self.caption)}}}",
                f"\\begin{{tabular}}{{{alignment}}}",
                r"\toprule",
                _latex_row([column.heading for column in shown]),
                r"\midrule",
                *lines,
                r"\bottomrule",
                r"\end{tabular}",
                *notes,
                r"\end{table}",
                "",
            ]
        )

    def to_html(self) -> str:
        """Return the table for readers as a page of its own; names from files are escaped."""
        shown = self._shown
        kinds = ["" if column.decimals is None else ' class="number"' for column in shown]
        head = _html_row("th", kinds, [column.heading for column in shown])
        body = [
            _html_row("td", kinds, [_cell(column, row) for column in shown]) for row in self.rows
        ]
        notes = [f"<li>{escape(note)}</li>" for note in self.notes]
        return "\n".join(
            [
                f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{_STYLE}</style>',
                f"<title>{escape(self.caption)}</title><p>{escape(self.caption)}</p>",
                f"<table><thead>{head}</thead><tbody>",
                *body,
                "</tbody></table><ul>",
                *notes,
                "</ul></html>",
                "",
            ]
        )

    @property
    def _shown(self) -> list[Column]:
        return [column for column in self.columns if not column.tsv_only]


def write_table(table: Table, folder: Path, name: str) -> None:
    """Write {name}.tsv, {name}.md, {name}.tex and {name}.html into ``folder``."""
    write_tsv(table.to_frame(), folder / f"{name}.tsv")
    texts = {"md": table.to_markdown(), "tex": table.to_latex(), "html": table.to_html()}
    for suffix, text in texts.items():
        with whole_file(folder / f"{name}.{suffix}") as temporary:
            temporary.write_text(text, encoding="utf-8")


def _cell(column: Column, row: Mapping[str, Any]) -> str:
    value = row.get(column.key)
    if not _exists(value):
        return _NONE
    if column.decimals is None:
        return display_name(str(value))
    text = _number(value, column.decimals)
    spread = row.get(column.spread) if column.spread else None
    if _exists(spread):
        text += f" ± {_number(spread, column.decimals)}"
    ends = [row.get(key) for key in column.interval or ()]
    if ends and all(map(_exists, ends)):
        low, high = (_number(end, column.decimals) for end in ends)
        text += f" ({low} to {high})"
    return text


def _number(value: Any, decimals: int) -> str:
    # Without the sign that a rounded zero would keep.
    return f"{value:z.{decimals}f}"


def _exists(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isnan(value)
    return value is not None and value != ""


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.translate(_MARKDOWN) for cell in cells)} |"


def _html_row(tag: str, kinds: Sequence[str], cells: Sequence[str]) -> str:
    marked = zip(kinds, cells, strict=True)
    return f"<tr>{''.join(f'<{tag}{kind}>{escape(cell)}</{tag}>' for kind, cell in marked)}</tr>"


def _latex_row(cells: Sequence[str]) -> str:
    return f"{' & '.join(_escape(cell) for cell in cells)} \\\\"


def _escape(text: str) -> str:
    return text.translate(_LATEX)
