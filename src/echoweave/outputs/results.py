"""results.csv: one row a clip, one a pair of views, one a strip."""

from collections.abc import Sequence
from pathlib import Path

from echoweave.outputs.frames import Cell, write_csv
from echoweave.outputs.quantities import QUANTITIES, STRIP_QUANTITIES, column_of
from echoweave.outputs.summary import Summary, counted_beats

# Of a number, beside its value.
_ASIDE = ("low", "high", "spread", "reason")
_ABOUT = (
    *("name", "kind", "view", "clips", "n_frames", "frame_rate_hz", "beats"),
    *("beats_counted", "good_share"),
    *("quality_median", "quality_least", "model", "model_sha256", "input_sha256", "notes"),
)


def write_results(summaries: Sequence[Summary], path: Path) -> None:
    """Write the table; what one row lacks is an empty cell.

    Columns have their unit in their name (``edv_ml``, ``edv_px3``), and beside each stand
    ``_low`` and ``_high``, the ends of its interval, ``_spread`` over the beats (standard
    deviation, of strips the interquartile range), and ``_reason``, why there is no number.
    """
    rows = [_numbers(summary) for summary in summaries]
    keys = {quantity.key: place for place, quantity in enumerate((*STRIP_QUANTITIES, *QUANTITIES))}
    found = {column: key for row in rows for column, (key, _) in row.items()}
    columns = sorted(found, key=lambda column: (keys.get(found[column], len(keys)), column))
    names = [
        name for column in columns for name in (column, *(f"{column}_{one}" for one in _ASIDE))
    ]
    lines = [
        (
            *_about(summary),
            *(cell for column in columns for cell in row.get(column, ("", _NOTHING))[1]),
        )
        for summary, row in zip(summaries, rows, strict=True)
    ]
    write_csv((*_ABOUT, *names), lines, path)


_NOTHING: tuple[Cell, ...] = (None,) * (1 + len(_ASIDE))


def _numbers(summary: Summary) -> dict[str, tuple[str, tuple[Cell, ...]]]:
    """Return column -> quantity and its cells."""
    return {
        column_of(key, number["unit"]): (
            key,
            (number["value"], *(number[one] for one in _ASIDE)),
        )
        for key, number in summary["numbers"].items()
    }


def _about(summary: Summary) -> tuple[Cell, ...]:
    views = {"pair": "2CH + 4CH", "strip": "M-mode"}
    quality = summary.get("quality", {})
    beats = summary.get("beats")
    return (
        summary["name"],
        summary["kind"],
        views.get(summary["kind"], summary.get("view", "")),
        " + ".join(summary.get("clips", ())),
        summary.get("n_frames"),
        summary.get("frame_rate_hz"),
        None if beats is None else len(beats),
        counted_beats(summary) if summary["kind"] == "strip" else None,
        quality.get("good_share"),
        quality.get("median"),
        quality.get("least"),
        summary["model"]["name"],
        summary["model"]["sha256"],
        summary.get("input_sha256", ""),
        "; ".join(summary["notes"]),
    )
