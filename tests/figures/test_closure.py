from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.figures.closure import draw_closure
from echoweave.geometry.overlap import structure_dice
from echoweave.io.images import write_sequence
from echoweave.io.tables import write_tsv
from echoweave.labels import PARTS

from .study import Study, labels_of_study

NAME = "patient0001_4CH"


def test_dice_of_each_structure_by_hand() -> None:
    manual = np.array([[1, 1, 2, 2, 0, 0]], np.uint8)
    carried = np.array([[1, 1, 1, 2, 0, 0]], np.uint8)
    found = structure_dice(carried, manual, PARTS)
    assert found["cavity"] == pytest.approx(4 / 5)
    assert found["myocardium"] == pytest.approx(2 / 3)
    assert np.isnan(found["atrium"])


def draw(tmp_path: Path, study: Study, sequences: list[str]) -> str:
    forward, backward = labels_of_study(), labels_of_study()
    # The cavity that was carried forward has lost 5 of its 10 columns on the way to ES.
    forward[3, 7:20, 16:21] = 0
    files = [tmp_path / direction / f"{NAME}.nii.gz" for direction in ("forward", "backward")]
    for path, labels in zip(files, (forward, backward), strict=True):
        write_sequence(path, labels, (0.5, 0.25))
    svg, png = tmp_path / "f.svg", tmp_path / "f.png"
    roles = tmp_path / "roles.tsv"
    write_tsv(pd.DataFrame({"patient": ["patient0001"], "role": ["hold-out"]}), roles)
    draw_closure(sequences, study.caches, files, roles, svg, png)
    assert png.read_bytes().startswith(b"\x89PNG")
    return svg.read_text()


def test_titles_hold_the_dice_of_both_directions(tmp_path: Path, study: Study) -> None:
    source = draw(tmp_path, study, [NAME])
    assert "patient0001 4CH, Good, hold-out" in source
    # 2 x 65 / (65 + 130).
    assert "LV 0.667, MYO 1.000, LA 1.000" in source
    assert "LV 1.000, MYO 1.000, LA 1.000" in source


def test_without_labelled_sequences_the_figure_says_so(tmp_path: Path, study: Study) -> None:
    assert "No labelled training sequence" in draw(tmp_path, study, [])
