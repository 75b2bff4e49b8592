"""The numbers of a clip, of two views together or of a strip, in a few lines for a terminal."""

from echoweave.errors import printable
from echoweave.outputs.quantities import (
    INTERVAL_PERCENT,
    show_interval,
    show_quartiles,
    show_spread,
    show_value,
    symbol_of,
)
from echoweave.outputs.summary import Summary, counted_beats

_SHOWN = (
    *("lvidd", "lvids", "fs_percent"),
    *("ef_percent", "edv", "esv", "stroke_volume", "heart_rate_bpm", "gls_percent"),
)


def describe_numbers(summary: Summary) -> str:
    """Return the main numbers, one a line, each with its interval or the reason for none."""
    numbers = {key: summary["numbers"][key] for key in _SHOWN if key in summary["numbers"]}
    texts = {key: show_value(key, number) for key, number in numbers.items()}
    names = max(map(len, map(symbol_of, numbers)), default=0)
    values = max(map(len, texts.values()), default=0)
    lines = [_head(summary)]
    show = show_quartiles if summary["kind"] == "strip" else show_spread
    for key, number in numbers.items():
        interval, spread = show_interval(key, number), show(key, number)
        rest = [f"{INTERVAL_PERCENT} % interval {interval}" if interval else ""]
        rest.append(f"{spread} over the beats" if spread else "")
        told = number["reason"] or ", ".join(part for part in rest if part)
        lines.append(f"  {symbol_of(key):<{names}}  {texts[key]:>{values}}  {told}".rstrip())
    return "\n".join(printable(line) for line in lines)


def _head(summary: Summary) -> str:
    if summary["kind"] == "pair":
        return f"{summary['name']}: both views together"
    beats = len(summary["beats"])
    if summary["kind"] == "strip":
        counted = counted_beats(summary)
        return f"{summary['name']}: M-mode, {beats} beats, {counted} of them count"
    return f"{summary['name']}: {summary['view']}, {summary['n_frames']} frames, {beats} beats"
