"""Parts of the pages about one clip or strip, as HTML whose texts are escaped."""

import base64
from collections.abc import Callable, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from echoweave.outputs.quantities import Number, show_value, title_of
from echoweave.outputs.summary import Summary
from echoweave.viewer.fill import fill_file

Shown = Callable[[str, Number], str]


def report_style() -> str:
    """Return the style that all reports share."""
    return files("echoweave.outputs").joinpath("blocks.css").read_text(encoding="utf-8")


def below(summary: Summary, numbers: str, beats: str, notes: str, facts: str) -> str:
    """Return what stands below the pictures of a report.

    Args:
        summary: What the report is about.
        numbers: See :func:`numbers_table`.
        beats: A section beat by beat, or nothing.
        notes: See :func:`list_of_notes`.
        facts: See :func:`fact`.
    """
    version = escape(summary["versions"].get("echoweave", ""))
    parts = {"NUMBERS": numbers, "BEATS": beats, "NOTES": notes, "FACTS": facts}
    return fill_file("echoweave.outputs", "blocks.html", {**parts, "VERSION": version})


def card(title: str, value: str, below: str) -> str:
    """Return one of the main numbers; a dash where there is none."""
    shown = escape(value) or "&ndash;"
    return f"<li><span>{escape(title)}</span><b>{shown}</b><span>{escape(below)}</span></li>"


def numbers_table(numbers: Mapping[str, Number], beside: Mapping[str, Shown]) -> str:
    """Return a table of all numbers, with the reason where there is none.

    Args:
        numbers: By quantity.
        beside: Head of each further column -> what stands in it.
    """
    rows = []
    for key, number in numbers.items():
        if number["reason"]:
            span = 1 + len(beside)
            reason = f'<td class="reason" colspan="{span}">{escape(number["reason"])}</td>'
            rows.append(f"<tr><th>{escape(title_of(key))}</th>{reason}</tr>")
        else:
            shown = (show_value(key, number), *(show(key, number) for show in beside.values()))
            rows.append(table_row((title_of(key), *shown)))
    return whole_table(("", "Value", *beside), rows)


def whole_table(head: Sequence[str], rows: Sequence[str]) -> str:
    """Return what goes between the tags of a table."""
    return f"<thead>{table_row(head, 'th')}</thead><tbody>{''.join(rows)}</tbody>"


def table_row(cells: Sequence[object], tag: str = "td") -> str:
    """Return a row, whose first cell is its head."""
    first, *others = (escape(str(cell)) for cell in cells)
    return f"<tr><th>{first}</th>{''.join(f'<{tag}>{cell}</{tag}>' for cell in others)}</tr>"


def table_of_page(page: Path) -> str:
    """Return the table and the notes of a table's own page."""
    text = page.read_text(encoding="utf-8")
    return text[text.index("<table") : text.index("</html>")]


def embedded_picture(picture: Path) -> str:
    """Return a PNG as the address of an image."""
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()


def list_of_notes(notes: Sequence[str]) -> str:
    """Return notes, each one clause, as sentences."""
    if not notes:
        return "<p>Nothing out of the ordinary.</p>"
    return f"<ul>{''.join(f'<li>{escape(_sentence(note))}</li>' for note in notes)}</ul>"


def fact(name: str, value: str, source: str = "") -> str:
    """Return one of the facts of how something was made."""
    told = f"{value} ({source})" if source else value
    return f"<dt>{escape(name)}</dt><dd>{escape(told)}</dd>"


def _sentence(note: str) -> str:
    return f"{note[:1].upper()}{note[1:]}."
