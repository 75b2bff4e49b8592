from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.figures.ejection_fraction import draw_ejection_fraction
from echoweave.io.tables import write_tsv


def draw(folder: Path, labelled: list[float], beats: list[float], given: list[float]) -> str:
    """Draw EF at the labelled instants and over the beats, and return what the figure says."""
    for name, found in (("volumes", labelled), ("clips", beats)):
        table = pd.DataFrame({"ef_percent": found, "cfg_ef_percent": given[: len(found)]})
        table = pd.concat([table.assign(mode="ase"), table.assign(mode="camus", ef_percent=-99.0)])
        write_tsv(table, folder / f"{name}.tsv")
    tables = [folder / "volumes.tsv", folder / "clips.tsv"]
    svg = folder / "f.svg"
    draw_ejection_fraction("dense3d", tables, "ase", svg, folder / "f.png")
    return svg.read_text().replace("\N{MINUS SIGN}", "-")


def test_both_ways_to_measure_have_their_panels(tmp_path: Path) -> None:
    source = draw(tmp_path, [51.0, 63.0, 35.0], [49.0, 59.0, 29.0], [50.0, 60.0, 30.0])

    # Differences of 1, 3 and 5, and of -1 throughout.
    assert "Bias +3.0 %" in source
    assert "limits -0.9 to +6.9" in source
    assert "Bias -1.0 %" in source
    assert "Predicted EF at ED and ES (%)" in source
    assert "Predicted EF over the beats (%)" in source
    assert source.count("n = 3") == 2


def test_without_whole_clips_there_is_one_row_of_panels(tmp_path: Path) -> None:
    source = draw(tmp_path, [51.0, 63.0], [], [50.0, 60.0])

    assert "EF at ED and ES" in source
    assert "over the beats" not in source


def test_without_a_given_ef_the_figure_says_so(tmp_path: Path) -> None:
    source = draw(tmp_path, [51.0], [], [np.nan])

    assert "No test patient whose ejection fraction is given" in source
