from pathlib import Path

import numpy as np

from echoweave.figures.sources import Sources
from echoweave.figures.warped_average import compare, draw_warped_average
from echoweave.io.images import write_sequence

from .study import Study

NAME = "patient0001_4CH"


def aligned(study: Study) -> np.ndarray:
    """The ED frame, then 10 brighter, 20 brighter and as bright, where all frames have 90."""
    frames = Sources(study.caches, []).echo(NAME).frames.copy()
    frames[1] += 10
    frames[2] += 20
    return frames


def test_the_mean_leaves_ed_out(study: Study) -> None:
    found = compare(Sources(study.caches, []).echo(NAME), aligned(study))
    assert (found.average == 100).all()
    assert (found.before, found.after) == (0.0, 10.0)


def draw(tmp_path: Path, study: Study, sequences: list[str]) -> str:
    path = tmp_path / "aligned" / f"{NAME}.nii.gz"
    write_sequence(path, aligned(study), (0.5, 0.25))
    svg = tmp_path / "f.svg"
    draw_warped_average(sequences, study.caches, [path], svg, tmp_path / "f.png")
    return svg.read_text()


def test_titles_hold_the_difference(tmp_path: Path, study: Study) -> None:
    source = draw(tmp_path, study, [NAME])
    for text in ("Mean of 3 warped", "|difference| 10.0", "(not warped: 0.0)", "ED frame"):
        assert text in source


def test_without_sequences_the_figure_says_so(tmp_path: Path, study: Study) -> None:
    assert "No labelled training sequence" in draw(tmp_path, study, [])
