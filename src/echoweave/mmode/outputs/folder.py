"""The folder of one strip: all that is written about it."""

from pathlib import Path

from PIL import Image

from echoweave.io.atomic import whole_file, whole_folder
from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.outputs.curves import draw_curves
from echoweave.mmode.outputs.files import BEATS, COLUMNS, CURVES, MASK
from echoweave.mmode.outputs.page import write_strip_page
from echoweave.mmode.outputs.picture import draw_strip
from echoweave.mmode.outputs.summary import summarise_strip
from echoweave.outputs.frames import write_csv
from echoweave.outputs.names import POSTER, REPORT, SUMMARY
from echoweave.outputs.summary import store_summary


def write_strip_folder(analysis: StripAnalysis, folder: Path) -> None:
    """Write the folder of one strip, whole or not at all; one that is there gives way.

    Args:
        analysis: What was found.
        folder: Gets mask.png (255 in the lumen, on the grid of the strip), lvid.csv, beats.csv,
            poster.png, curves.png, report.html and summary.json.
    """
    with whole_folder(folder) as out:
        with whole_file(out / MASK) as temporary:
            Image.fromarray(255 * analysis.mask).save(temporary, "PNG")
        _write_columns(analysis, out / COLUMNS)
        _write_beats(analysis, out / BEATS)
        draw_strip(analysis, out / POSTER)
        draw_curves(analysis, out / CURVES)
        write_strip_page(analysis, out / POSTER, out / CURVES, out / REPORT)
        # Last: a folder with a summary is whole.
        store_summary(summarise_strip(analysis), out / SUMMARY)


def _write_columns(analysis: StripAnalysis, path: Path) -> None:
    """Write one row a column, counted from 0: borders, diameter, volume, confidence."""
    length, scale = analysis.length_unit, analysis.row_length
    values = {
        f"upper_{length}": analysis.borders.upper * scale,
        f"lower_{length}": analysis.borders.lower * scale,
        f"lvid_{length}": analysis.diameter,
    }
    if analysis.volume is not None:
        values[f"volume_{analysis.species.volume_unit}"] = analysis.volume
    if analysis.confidence is not None:
        values["confidence"] = analysis.confidence
    known = analysis.strip.ms_per_column is not None
    rows = [
        (column, time if known else None, *row)
        for column, (time, row) in enumerate(
            zip(analysis.column_times.tolist(), zip(*values.values(), strict=True), strict=True)
        )
    ]
    write_csv(("column", "time_ms", *values), rows, path)


def _write_beats(analysis: StripAnalysis, path: Path) -> None:
    """Write one row a beat, counted from 1; ``good`` says whether it counts."""
    table = analysis.function.beats
    rows = [
        (number, *(int(cell) if isinstance(cell, bool) else cell for cell in row))
        for number, row in enumerate(table.itertuples(index=False, name=None), start=1)
    ]
    write_csv(("beat", *table.columns), rows, path)
