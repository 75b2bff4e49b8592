from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.figures.film_strip import DIRECTIONS, draw_film_strip, pick_sequence
from echoweave.io.images import write_sequence
from echoweave.io.tables import write_tsv

from .study import Study

COLUMNS = ["sequence", "view", "split", "quality", "has_labels"]


def cohort(*rows: tuple[str, str, str, str, bool]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def test_the_best_quality_comes_first_then_4ch() -> None:
    table = cohort(
        ("p1_4CH", "4CH", "training", "Poor", True),
        ("p2_2CH", "2CH", "training", "Good", True),
        ("p3_4CH", "4CH", "training", "Good", True),
        ("p4_4CH", "4CH", "testing", "Good", True),
    )
    assert pick_sequence(table) == "p3_4CH"


def test_only_labelled_training_sequences_count() -> None:
    table = cohort(("p1_4CH", "4CH", "training", "Good", False))
    assert pick_sequence(table) is None


def draw(tmp_path: Path, study: Study, table: pd.DataFrame) -> str:
    labels = [tmp_path / direction / "patient0001_4CH.nii.gz" for direction in DIRECTIONS]
    for path in labels:
        write_sequence(
            path, np.pad(np.ones((4, 8, 8), np.uint8), [(0, 0), (8, 16), (8, 16)]), (1, 1)
        )
    write_tsv(table, tmp_path / "cohort.tsv")
    svg, png = tmp_path / "strip.svg", tmp_path / "strip.png"
    draw_film_strip(tmp_path / "cohort.tsv", study.caches, labels, svg, png)
    assert png.read_bytes().startswith(b"\x89PNG")
    return svg.read_text()


def test_every_frame_of_a_short_sequence_is_a_column(tmp_path: Path, study: Study) -> None:
    table = cohort(("patient0001_4CH", "4CH", "training", "Good", True))
    assert draw(tmp_path, study, table).count("<image") == 4 * len(DIRECTIONS)


def test_without_labels_it_says_so(tmp_path: Path, study: Study) -> None:
    assert "<image" not in draw(tmp_path, study, cohort())
