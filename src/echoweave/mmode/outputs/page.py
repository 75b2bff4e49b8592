"""report.html: a strip and its numbers on one page that needs no network."""

import base64
from html import escape
from pathlib import Path

from echoweave.io.atomic import whole_file
from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.outputs.summary import STRIP_KEYS, summarise_strip
from echoweave.outputs.blocks import (
    below,
    card,
    fact,
    list_of_notes,
    numbers_table,
    report_style,
    table_row,
    whole_table,
)
from echoweave.outputs.quantities import (
    Number,
    show_plain,
    show_quartiles,
    show_value,
    symbol_of,
    title_of,
    unit_title,
)
from echoweave.outputs.summary import Summary, counted_beats
from echoweave.viewer.fill import fill_file

_HEADLINE = ("lvidd", "lvids", "fs_percent", "ef_percent", "heart_rate_bpm")
_BESIDE = {"Spread over beats": show_quartiles}
_DIGEST = 12


def write_strip_page(analysis: StripAnalysis, strip: Path, curves: Path, path: Path) -> None:
    """Write the page.

    Args:
        analysis: What was found.
        strip: The picture of the strip, a PNG.
        curves: That of the curves.
        path: Where to.
    """
    summary = summarise_strip(analysis)
    parts = {
        "TITLE": escape(analysis.name),
        "SUBTITLE": escape(_describe(summary)),
        "HEADLINE": _headline(summary),
        "STRIP": _embedded(strip),
        "CURVES": _embedded(curves),
        "BELOW": below(
            summary,
            numbers_table(summary["numbers"], _BESIDE),
            _beats(summary),
            list_of_notes(summary["notes"]),
            _facts(summary),
        ),
        "STYLE": report_style(),
    }
    page = fill_file("echoweave.mmode.outputs", "page.html", parts)
    with whole_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _embedded(picture: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()


def _describe(summary: Summary) -> str:
    parts = ["M-mode", summary["species"]]
    if summary["duration_ms"] is not None:
        parts.append(f"{summary['duration_ms'] / 1000:.2f} s")
    beats = f"{len(summary['beats'])} beats, of which {counted_beats(summary)} count"
    return ", ".join([*parts, beats])


def _headline(summary: Summary) -> str:
    numbers: dict[str, Number] = {key: summary["numbers"][key] for key in _HEADLINE}
    reasons = {number["reason"] for number in numbers.values()}
    if len(reasons) == 1 and reasons != {""}:
        return card("Function", "No numbers", reasons.pop())
    return "".join(
        card(title_of(key), show_value(key, number), number["reason"] or "median of the beats")
        for key, number in numbers.items()
    )


def _beats(summary: Summary) -> str:
    if not summary["beats"]:
        return ""
    numbers, step = summary["numbers"], summary["ms_per_column"]
    heads = [f"{symbol_of(key)} ({unit_title(numbers[key]['unit'])})" for key in STRIP_KEYS]
    rows = [
        table_row(
            (
                number,
                f"{beat['start'] * step:.0f}",
                f"{beat['systole'] * step:.0f}",
                *(show_plain(key, beat[key]) for key in STRIP_KEYS),
                "yes" if beat["good"] else "no",
            )
        )
        for number, beat in enumerate(summary["beats"], start=1)
    ]
    table = whole_table(("Beat", "ED (ms)", "ES (ms)", *heads, "Counts"), rows)
    return f'<h3 class="beats">Beat by beat</h3><div class="wide"><table>{table}</table></div>'


def _facts(summary: Summary) -> str:
    sources, model = summary["sources"], summary["model"]
    depth, time = summary["mm_per_row"], summary["ms_per_column"]
    share = summary["quality"]["good_share"]
    length = "mm" if summary["species"] == "mouse" else "cm"
    volume = unit_title(summary["units"]["volume"])
    facts = [
        ("Depth of a pixel", _scale(depth, "mm"), sources.get("mm_per_row", "")),
        ("Time of a pixel", _scale(time, "ms"), sources.get("ms_per_column", "")),
        ("Joins", f"{summary['seams']}, of which {len(summary['breaks'])} lack time", ""),
        ("Good", "not judged" if share is None else f"{100 * share:.0f} % of the strip", ""),
        ("Volumes", f"Teichholz' formula, diameters in {length}, volumes in {volume}", ""),
        ("Model", model["name"], f"bundle {model['sha256'][:_DIGEST]}"),
        ("Input", f"SHA-256 {summary['input_sha256'][:_DIGEST]}", ""),
    ]
    return "".join(fact(*one) for one in facts)


def _scale(value: float | None, unit: str) -> str:
    return "unknown" if value is None else f"{value:.4g} {unit}"
