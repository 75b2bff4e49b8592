"""report.html: a clip and its numbers on one page that needs no network."""

from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.function.analysis import ClipAnalysis
from echoweave.io.atomic import whole_file
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
from echoweave.outputs.overlay import ASSUMED_RATE_HZ
from echoweave.outputs.phases import frame_phases
from echoweave.outputs.pictures import film_of
from echoweave.outputs.poster import poster_frames
from echoweave.outputs.quantities import (
    INTERVAL_PERCENT,
    QUANTITIES,
    Number,
    show_interval,
    show_plain,
    show_spread,
    show_value,
    symbol_of,
    title_of,
    unit_title,
)
from echoweave.outputs.summary import Summary, rounded, summarise_clip, units_of
from echoweave.viewer.contours import outlines
from echoweave.viewer.encode import encode_frame
from echoweave.viewer.fill import embed_json, fill_page

_HEADLINE = ("ef_percent", "edv", "esv", "stroke_volume", "heart_rate_bpm", "gls_percent")
# Of WebP. Long clips of large frames get a lower one, down to the last.
_QUALITIES = (75, 50, 30, 15)
_LARGEST = 4_000_000
_DIGEST = 12
_BESIDE = {f"{INTERVAL_PERCENT} % interval": show_interval, "SD over beats": show_spread}
_VOLUME_COLOUR, _QUALITY_COLOUR = "#0072B2", "#5A6370"


def write_report_page(analysis: ClipAnalysis, path: Path) -> None:
    """Write the page: frames with outlines, curves, numbers and what they rest on."""
    summary = summarise_clip(analysis)
    parts = {
        "TITLE": escape(analysis.name),
        "SUBTITLE": escape(_describe(summary)),
        "HEADLINE": _headline(summary["numbers"]),
        "BELOW": below(
            summary,
            numbers_table(summary["numbers"], _BESIDE),
            _beats(summary),
            _notes(analysis),
            _facts(summary),
        ),
        "SHARED": report_style(),
        "STUDY": embed_json(_study(analysis)),
    }
    page = fill_page("echoweave.outputs", "page", parts)
    with whole_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def encode_frames(frames: NDArray[np.uint8], largest: int = _LARGEST) -> list[str]:
    """Return the frames [T, Y, X] as data URIs of together at most ``largest`` characters.

    The quality is lowered until they fit; if not even the lowest one does, it is the lowest one.
    """
    encoded: list[str] = []
    for quality in _QUALITIES:
        encoded = [encode_frame(frame, quality) for frame in frames]
        if sum(map(len, encoded)) <= largest:
            break
    return encoded


def _study(analysis: ClipAnalysis) -> dict[str, Any]:
    """Return what the script shows."""
    film, units = film_of(analysis), units_of(analysis)
    times = analysis.times_ms
    phases = frame_phases(analysis.beats, len(film.frames))
    return {
        "frames": encode_frames(film.frames),
        "size": film.frames.shape[1:],
        "scale": film.scale,
        "start": next(iter(poster_frames(analysis))),
        "times_ms": None if times is None else _values(times),
        "assumed_rate_hz": ASSUMED_RATE_HZ,
        "structures": [
            {"name": one.name, "title": one.title, "colour": one.colour} for one in film.structures
        ],
        "outlines": [
            [outlines(labels == one.value) for one in film.structures] for labels in film.labels
        ],
        "marks": [
            {"frame": frame, "phase": phase.phase, "beat": phase.beat}
            for frame, phase in enumerate(phases)
            if phase.phase
        ],
        "curves": [
            {
                "name": "volume",
                "title": f"LV volume ({units.volume_title})",
                "values": _values(analysis.curves.volume),
                "range": None,
                "colour": _VOLUME_COLOUR,
            },
            {
                "name": "quality",
                "title": "Quality (0 to 1)",
                "values": _values(analysis.curves.quality),
                "range": [0, 1],
                "colour": _QUALITY_COLOUR,
            },
        ],
    }


def _values(curve: NDArray[np.float64]) -> list[float | None]:
    return [rounded(value) for value in curve.tolist()]


def _describe(summary: Summary) -> str:
    parts = [f"Apical {summary['view']}", f"{summary['n_frames']} frames"]
    if summary["frame_rate_hz"]:
        parts.append(f"{summary['frame_rate_hz']:.0f} Hz")
    beats = len(summary["beats"])
    return ", ".join([*parts, f"{beats} whole beat{'' if beats == 1 else 's'}"])


def _headline(numbers: dict[str, Number]) -> str:
    shown = {key: numbers[key] for key in _HEADLINE if key in numbers}
    reasons = {number["reason"] for number in shown.values()}
    if len(reasons) == 1 and reasons != {""}:
        return card("Function", "No numbers", reasons.pop())
    return "".join(
        card(title_of(key), show_value(key, number), number["reason"] or _interval(key, number))
        for key, number in shown.items()
    )


def _interval(key: str, number: Number) -> str:
    interval = show_interval(key, number)
    return f"{INTERVAL_PERCENT} % interval {interval}" if interval else "no interval"


def _beats(summary: Summary) -> str:
    """Return a table of the beats; one beat alone is all in the numbers but for its frames."""
    if not summary["beats"]:
        return ""
    numbers = summary["numbers"]
    keys = [one.key for one in QUANTITIES if one.key in numbers]
    units = {key: unit_title(numbers[key]["unit"]) for key in keys}
    head = ("Beat", "ED frame", "ES frame", *(f"{symbol_of(key)} ({units[key]})" for key in keys))
    rows = [
        table_row(
            (number, beat["ed"] + 1, beat["es"] + 1, *(show_plain(key, beat[key]) for key in keys))
        )
        for number, beat in enumerate(summary["beats"], 1)
    ]
    table = whole_table(head, rows)
    return f'<h3 class="beats">Beat by beat</h3><div class="wide"><table>{table}</table></div>'


def _notes(analysis: ClipAnalysis) -> str:
    notes = list(analysis.notes)
    if analysis.times_ms is None:
        rate = f"{ASSUMED_RATE_HZ:.0f}"
        notes.append(f"the frame times are unknown: the clip plays at {rate} frames a second")
    return list_of_notes(notes)


def _facts(summary: Summary) -> str:
    sources, spacing = summary["sources"], summary["spacing_mm"]
    model = summary["model"]
    rate = summary["frame_rate_hz"]
    facts = [
        ("View", summary["view"], sources.get("view", "")),
        (
            "Size of a pixel",
            f"{spacing[0]:.3g} x {spacing[1]:.3g} mm (down x across)" if spacing else "unknown",
            sources.get("spacing", ""),
        ),
        ("Frame rate", f"{rate:.3g} Hz" if rate else "unknown", sources.get("times_ms", "")),
        ("Volumes", "Simpson's rule in this view, 20 round discs", ""),
        ("Model", model["name"], f"bundle {model['sha256'][:_DIGEST]}"),
        ("Input", f"SHA-256 {summary['input_sha256'][:_DIGEST]}", ""),
    ]
    return "".join(fact(*one) for one in facts)
