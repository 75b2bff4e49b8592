from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.figures.figure4 import draw_figure4
from echoweave.io.tables import write_tsv

from .study import ARMS, Study


def draw(tmp_path: Path, study: Study, sequences: list[str]) -> str:
    rows = [
        (f"patient000{number}_4CH", arm, frame, structure, 100.0 + frame)
        for number in (1, 2)
        for arm in ARMS
        for frame in range(4)
        for structure in ("cavity", "myocardium", "epi", "atrium")
    ]
    table = pd.DataFrame(rows, columns=["sequence", "arm", "frame", "structure", "area_mm2"])
    write_tsv(table, tmp_path / "areas.tsv")
    svg = tmp_path / "f.svg"
    files = ([tmp_path / "areas.tsv"], study.caches, study.predictions)
    draw_figure4(*files, sequences, svg, tmp_path / "f.png")
    return svg.read_text()


def test_a_row_for_each_chosen_sequence(tmp_path: Path, study: Study) -> None:
    source = draw(tmp_path, study, ["patient0001_4CH", "patient0002_4CH"])
    assert "patient0001 4CH, Good" in source
    assert "patient0002 4CH, Poor" in source
    for name in ("2D sparse", "2D dense", "2D+time dense", "LV cavity (cm²)", "ED", "ES"):
        assert name in source


def test_without_a_test_sequence_the_figure_says_so(tmp_path: Path, study: Study) -> None:
    assert "No test sequence" in draw(tmp_path, study, [])


def test_areas_are_shown_in_square_centimetres(study: Study) -> None:
    # 13 x 10 cavity pixels of 0.5 x 0.25 mm.
    from echoweave.figures.figure4 import reference_areas
    from echoweave.figures.sources import Sources

    clip = Sources(study.caches, []).echo("patient0001_4CH")
    np.testing.assert_allclose(reference_areas(clip, "cavity"), [0.1625, 0.1625])
