from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.figures.boxes import describe_power
from echoweave.figures.figure3 import draw_figure3
from echoweave.io.tables import write_tsv

COLUMNS = [
    "sequence",
    "arm",
    "structure",
    "smoothness_px4_per_frame3",
    "smoothness_normalised_per_s3",
]


def draw(tmp_path: Path, *rows: tuple[str, str, str, float, float]) -> str:
    write_tsv(pd.DataFrame(rows, columns=COLUMNS), tmp_path / "smoothness.tsv")
    svg = tmp_path / "f.svg"
    draw_figure3([tmp_path / "smoothness.tsv"], svg, tmp_path / "f.png")
    return svg.read_text()


def test_unknown_frame_rates_and_constant_areas_are_left_out(tmp_path: Path) -> None:
    source = draw(
        tmp_path,
        ("a", "sparse2d", "cavity", 1e6, np.nan),
        ("b", "sparse2d", "cavity", 1e5, np.nan),
        ("c", "sparse2d", "cavity", 0.0, np.nan),
    )
    # Two of the three have a place on the log axis; none has a normalised value.
    assert "n = 2 " in source
    assert "n = 0 " in source
    # No formula: text is shown as it is.
    assert "mathdefault" not in source


def test_axes_say_their_units_and_powers_as_readers_write_them(tmp_path: Path) -> None:
    rows = [(f"{place}", "dense2d", "cavity", 10.0**place, 10.0**place) for place in (5, 7, 9)]
    source = draw(tmp_path, *rows)
    assert "Smoothness (px⁴/frame³ at 512 x 512)" in source
    assert "Smoothness (normalised, 1/s³)" in source
    assert "10⁷" in source
    # Names from files are no formulas, so no formula is drawn either.
    assert "mathdefault" not in source


def test_values_on_a_log_axis() -> None:
    values = (0.5, 200.0, 10_000.0, 2e7, 1e-5, 5e-12)
    written = ["0.5", "200", "10⁴", "2·10⁷", "10⁻⁵", "5·10⁻¹²"]
    assert [describe_power(value) for value in values] == written


def test_without_predictions_the_figure_says_so(tmp_path: Path) -> None:
    assert "No predicted sequence" in draw(tmp_path)
