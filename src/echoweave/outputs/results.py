"""results.csv: one row a clip and one a pair of views."""

from collections.abc import Sequence
from pathlib import Path

from echoweave.outputs.frames import Cell, write_csv
from echoweave.outputs.quantities import QUANTITIES, column_of
from echoweave.outputs.summary import Summary

# Of a number, beside its value.
_ASIDE = ("low", "high", "spread", "reason")
_ABOUT = (
    *("name", "kind", "view", "clips", "n_frames", "frame_rate_hz", "beats"),
    *("quality_median", "quality_least", "model", "model_sha256", "input_sha256", "notes"),
)


def write_results(summaries: Sequence[Summary], path: Path) -> None:
    """Write the table; what one row lacks is an empty cell.

    Columns have their unit in their name (``edv_ml``, ``edv_px3``), and beside each stand
    ``_low`` and ``_high``, the ends of its interval, ``_spread``, the standard deviation over the
    beats, and ``_reason``, why there is no number.
    """
    rows = [_numbers(summary) for summary in summaries]
    keys = {quantity.key: place for place, quantity in enumerate(QUANTITIES)}
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
    clip = summary["kind"] == "clip"
    quality = summary["quality"] if clip else {"median": None, "least": None}
    return (
        summary["name"],
        summary["kind"],
        summary["view"] if clip else "2CH + 4CH",
        "" if clip else " + ".join(summary["clips"]),
        summary["n_frames"] if clip else None,
        summary["frame_rate_hz"] if clip else None,
        len(summary["beats"]) if clip else None,
        quality["median"],
        quality["least"],
        summary["model"]["name"],
        summary["model"]["sha256"],
        summary["input_sha256"] if clip else "",
        "; ".join(summary["notes"]),
    )
