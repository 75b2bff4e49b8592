"""frames.csv and beats.csv: the curves of a clip and its beats."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from echoweave.function.analysis import ClipAnalysis
from echoweave.io.atomic import whole_file
from echoweave.outputs.phases import frame_phases
from echoweave.outputs.quantities import QUANTITIES, column_of, unit_of
from echoweave.outputs.summary import rounded, units_of

Cell = str | float | None


def write_frames(analysis: ClipAnalysis, path: Path) -> None:
    """Write one row a frame, counted from 0: time, curves, beat (from 1), ED or ES."""
    units, curves, times = units_of(analysis), analysis.curves, analysis.times_ms
    values = {
        f"area_{units.area}": curves.area,
        f"volume_{units.volume}": curves.volume,
        f"length_{units.length}": curves.length,
        "shape": curves.shape,
        "agreement": curves.agreement,
        "steadiness": curves.steadiness,
        "quality": curves.quality,
    }
    phases = frame_phases(analysis.beats, len(analysis.labels))
    rows = [
        (frame, None if times is None else times[frame], *row, phase.beat, phase.phase)
        for frame, (row, phase) in enumerate(
            zip(zip(*values.values(), strict=True), phases, strict=True)
        )
    ]
    write_csv(("frame", "time_ms", *values, "beat", "phase"), rows, path)


def write_beats(analysis: ClipAnalysis, path: Path) -> None:
    """Write one row a beat, counted from 1; its frames are counted from 0."""
    units = units_of(analysis)
    keys = [quantity.key for quantity in QUANTITIES]
    columns = [column_of(key, unit_of(key, units)) for key in keys]
    rows = [
        (number, beat.ed, beat.es, beat.next_ed, *(getattr(beat, key) for key in keys))
        for number, beat in enumerate(analysis.beats, 1)
    ]
    write_csv(("beat", "ed_frame", "es_frame", "next_ed_frame", *columns), rows, path)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]], path: Path) -> None:
    """Write a table; what is unknown becomes an empty cell, numbers get six digits."""
    with whole_file(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Cell) -> Cell:
    if isinstance(value, str | int) or value is None:
        return value
    number = rounded(float(value))
    return None if number is None else f"{number:g}"
