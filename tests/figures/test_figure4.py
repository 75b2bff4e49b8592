from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.figures.figure4 import draw_figure4, pick_sequences
from echoweave.io.tables import write_tsv

from .study import ARMS, Study


def cohort(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["sequence", "patient", "split", "quality"])


def test_one_test_sequence_of_each_quality_each_of_another_patient() -> None:
    table = cohort(
        ("p1_2CH", "p1", "training", "Good"),
        ("p2_2CH", "p2", "testing", "Good"),
        ("p2_4CH", "p2", "testing", "Poor"),
        ("p3_4CH", "p3", "testing", "Poor"),
    )
    assert pick_sequences(table, None) == ["p2_2CH", "p3_4CH"]


def test_unknown_qualities_give_one_sequence() -> None:
    table = cohort(("p2_4CH", "p2", "testing", ""), ("p2_2CH", "p2", "testing", ""))
    assert pick_sequences(table, None) == ["p2_2CH"]


def test_named_sequences_are_taken_as_they_are() -> None:
    assert pick_sequences(cohort(), ["p9_4CH"]) == ["p9_4CH"]


def draw(tmp_path: Path, study: Study, sequences: list[str] | None) -> str:
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
    files = ([tmp_path / "areas.tsv"], study.cohort, study.caches, study.predictions)
    draw_figure4(*files, sequences, svg, tmp_path / "f.png")
    return svg.read_text()


def test_a_row_for_each_chosen_sequence(tmp_path: Path, study: Study) -> None:
    source = draw(tmp_path, study, None)
    assert "patient0001 4CH, Good" in source
    assert "patient0002 4CH, Poor" in source
    for name in ("2D sparse", "2D dense", "2D+time dense", "LV cavity (cm²)", "ED", "ES"):
        assert name in source


def test_a_sequence_that_is_not_there_is_said(tmp_path: Path, study: Study) -> None:
    assert "No predicted sequence" in draw(tmp_path, study, ["patient0009_4CH"])


def test_areas_are_shown_in_square_centimetres(study: Study) -> None:
    # 13 x 10 cavity pixels of 0.5 x 0.25 mm.
    from echoweave.figures.figure4 import reference_areas_cm2
    from echoweave.figures.sources import Sources

    clip = Sources(study.caches, []).clip("patient0001_4CH")
    np.testing.assert_allclose(reference_areas_cm2(clip, "cavity"), [0.1625, 0.1625])
