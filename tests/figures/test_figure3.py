from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.figures.figure3 import draw_figure3
from echoweave.io.tables import write_tsv

COLUMNS = ["sequence", "arm", "structure", "smoothness_px", "smoothness_normalised"]


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
    assert "<!-- 200000 -->" in source
    # No formula: text is shown as it is.
    assert "mathdefault" not in source


def test_without_predictions_the_figure_says_so(tmp_path: Path) -> None:
    assert "No predicted sequence" in draw(tmp_path)
