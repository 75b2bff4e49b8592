"""index.html and results.csv: all clips or strips of a folder, from what was written of each."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from echoweave.errors import Problem, printable
from echoweave.io.atomic import whole_file
from echoweave.outputs.names import POSTER, REPORT
from echoweave.outputs.quantities import (
    INTERVAL_PERCENT,
    Number,
    show_interval,
    show_quartiles,
    show_value,
    symbol_of,
)
from echoweave.outputs.results import write_results
from echoweave.outputs.summary import Summary
from echoweave.viewer.fill import fill_page

_SHOWN = ("ef_percent", "edv", "esv", "heart_rate_bpm")
_SHOWN_OF_STRIP = ("lvidd", "lvids", "fs_percent", "ef_percent", "heart_rate_bpm")


class _Cell(NamedTuple):
    """One cell: its HTML, what it is sorted by, and its head."""

    html: str
    value: str
    title: str = ""


def write_index(
    clips: Sequence[Summary], pairs: Sequence[Summary], problems: Sequence[Problem], out: Path
) -> None:
    """Write both files.

    Args:
        clips: Summaries; ``out`` has the folder of each, called by its name.
        pairs: Those of two views together.
        problems: Why other clips have none.
        out: The folder.
    """
    clips = sorted(clips, key=lambda clip: str(clip["name"]))
    pairs = sorted(pairs, key=lambda pair: str(pair["name"]))
    write_results([*clips, *pairs], out / "results.csv")
    sections = [
        _section("Both views together", [_pair_row(pair) for pair in pairs]),
        _section("Single views", [_clip_row(clip) for clip in clips]),
    ]
    counts = [f"{len(clips)} measured"]
    if pairs:
        counts.append(f"{len(pairs)} with both views")
    told = f"Below each number its {INTERVAL_PERCENT} % interval."
    _write_page("Clips", (counts, told), sections, clips, problems, out)


def write_strip_index(strips: Sequence[Summary], problems: Sequence[Problem], out: Path) -> None:
    """Write both files of M-mode strips; arguments as of :func:`write_index`."""
    strips = sorted(strips, key=lambda strip: str(strip["name"]))
    write_results(strips, out / "results.csv")
    sections = [_section("Strips", [_strip_row(strip) for strip in strips])]
    told = "Medians over the beats that count; below each the interquartile range (IQR)."
    _write_page(
        "M-mode strips", ([f"{len(strips)} measured"], told), sections, strips, problems, out
    )


def _write_page(
    title: str,
    said: tuple[Sequence[str], str],
    sections: Sequence[str],
    measured: Sequence[Summary],
    problems: Sequence[Problem],
    out: Path,
) -> None:
    counts, told = said
    missing = [f'<a href="#problems">{len(problems)} not measured</a>'] if problems else []
    parts = {
        "TITLE": title,
        "SUBTITLE": f"{', '.join([*counts, *missing])}. {told}",
        "SECTIONS": "\n".join(sections),
        "PROBLEMS": _problems(problems),
        "MODEL": escape(", ".join(sorted({one["model"]["name"] for one in measured}))),
    }
    page = fill_page("echoweave.outputs", "index", parts)
    with whole_file(out / "index.html") as temporary:
        temporary.write_text(page, encoding="utf-8")


def _clip_row(clip: Summary) -> list[_Cell]:
    quality = clip["quality"]["median"]
    return [
        *_linked(clip, "ED and ES", "Clip"),
        _Cell(escape(clip["view"]), clip["view"], "View"),
        *(_number(key, clip) for key in _SHOWN),
        _Cell("" if quality is None else f"{quality:.2f}", _sorted_by(quality), "Quality"),
    ]


def _strip_row(strip: Summary) -> list[_Cell]:
    share = strip["quality"]["good_share"]
    return [
        *_linked(strip, "The strip with its borders", "Strip"),
        *(_number(key, strip, show_quartiles) for key in _SHOWN_OF_STRIP),
        _Cell("" if share is None else f"{100 * share:.0f} %", _sorted_by(share), "Good"),
    ]


def _linked(measured: Summary, picture: str, title: str) -> list[_Cell]:
    """Return the cells of the picture and of the name, both of which lead to the report."""
    name, notes = measured["name"], escape("; ".join(measured["notes"]))
    report = quote(f"{name}/{REPORT}")
    poster = f'<img src="{quote(f"{name}/{POSTER}")}" alt="{picture}" loading="lazy">'
    link = f'<a href="{report}">{escape(name)}</a><small>{notes}</small>'
    return [
        _Cell(f'<a href="{report}" tabindex="-1">{poster}</a>', ""),
        _Cell(link, name, title),
    ]


def _pair_row(pair: Summary) -> list[_Cell]:
    links = [f'<a href="{quote(f"{one}/{REPORT}")}">{escape(one)}</a>' for one in pair["clips"]]
    notes = f"<small>{escape('; '.join(pair['notes']))}</small>"
    name = _Cell(" + ".join(links) + notes, pair["name"], "Clips")
    return [name, *(_number(key, pair) for key in _SHOWN)]


def _number(
    key: str, summary: Summary, beside: Callable[[str, Number], str] = show_interval
) -> _Cell:
    number: Number | None = summary["numbers"].get(key)
    if number is None:
        return _Cell("", "", symbol_of(key))
    below = escape(number["reason"] or beside(key, number))
    html = f"{escape(show_value(key, number))}<small>{below}</small>"
    return _Cell(html, _sorted_by(number["value"]), symbol_of(key))


def _sorted_by(value: float | None) -> str:
    return "" if value is None else str(value)


def _section(title: str, rows: Sequence[Sequence[_Cell]]) -> str:
    if not rows:
        return ""
    head = "".join(_head(cell) for cell in rows[0])
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<h2>{escape(title)}</h2><table class="sortable">{table}</table>'


def _head(cell: _Cell) -> str:
    if not cell.title:
        return '<th class="poster"></th>'
    kind = "text" if cell.title in ("Clip", "Clips", "Strip", "View") else "number"
    return f'<th data-kind="{kind}"><button type="button">{escape(cell.title)}</button></th>'


def _cell(cell: _Cell) -> str:
    title = f' data-title="{escape(cell.title)}"' if cell.title else ""
    return f'<td{title} data-value="{escape(cell.value)}">{cell.html}</td>'


def _problems(problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    rows = "".join(
        f"<tr><td>{_text(_place(one))}</td><td>{_text(one.what)}</td><td>{_text(one.remedy)}</td></tr>"
        for one in problems
    )
    head = "<thead><tr><th>File</th><th>What is wrong</th><th>What to do</th></tr></thead>"
    table = f'<table class="problems">{head}<tbody>{rows}</tbody></table>'
    return f'<h2 id="problems">Not measured</h2>{table}'


def _place(problem: Problem) -> str:
    return f"{problem.file}: {problem.key}" if problem.key else problem.file


def _text(words: str) -> str:
    return escape(printable(words))
