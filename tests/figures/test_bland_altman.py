from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.figures.bland_altman import draw_bland_altman
from echoweave.io.tables import write_tsv

QUANTITIES = ("edv_ml", "esv_ml", "ef_percent")


def draw(
    tmp_path: Path,
    predicted: list[float],
    reference: list[float],
    methods: list[str | None] | None = None,
) -> str:
    table = pd.DataFrame({"arm": "dense2d", "mode": "ase", "edv_ml": predicted})
    table["method"] = methods or "biplane"
    table = table.assign(esv_ml=np.nan, ef_percent=np.nan, ref_edv_ml=reference)
    table = table.assign(ref_esv_ml=50.0, ref_ef_percent=50.0)
    other = table.assign(mode="camus", edv_ml=-999.0)
    write_tsv(pd.concat([table, other]), tmp_path / "volumes.tsv")
    svg = tmp_path / "f.svg"
    draw_bland_altman(tmp_path / "volumes.tsv", "ase", svg, tmp_path / "f.png")
    return svg.read_text()


def test_only_the_chosen_mode_and_whole_pairs_count(tmp_path: Path) -> None:
    source = draw(tmp_path, [100.0, 120.0, np.nan, 141.0], [90.0, 110.0, 100.0, 130.0])
    assert "r = 1.000, n = 3" in source
    assert "Bias +10.3 ml" in source
    assert "no values" in source


def test_patients_who_are_not_measured_in_both_views_are_counted(tmp_path: Path) -> None:
    methods = ["biplane", "4CH", None, "biplane"]
    source = draw(tmp_path, [100.0, 120.0, np.nan, 141.0], [90.0, 110.0, np.nan, 130.0], methods)
    assert "Simpson volumes (ase); of 4 patients 1 by one view, 1 not measurable" in source


def test_one_patient(tmp_path: Path) -> None:
    source = draw(tmp_path, [100.0], [95.0])
    assert "n = 1" in source
    assert "Bias +5.0 ml" in source
    assert "limits" not in source


def test_without_references_the_figure_says_so(tmp_path: Path) -> None:
    assert "No test patient with reference volumes" in draw(tmp_path, [100.0], [np.nan])


def test_limits_are_196_sample_deviations_from_the_bias(tmp_path: Path) -> None:
    source = draw(tmp_path, [101.0, 113.0, 125.0], [100.0, 110.0, 120.0])
    # Differences of 1, 3 and 5: SD 2, 3 - 3.92 and 3 + 3.92.
    assert "Bias +3.0 ml" in source
    assert "limits -0.9 to +6.9" in source.replace("\N{MINUS SIGN}", "-")


def test_one_patient_has_a_bias_and_no_limits(tmp_path: Path) -> None:
    source = draw(tmp_path, [102.0], [100.0])
    assert "Bias +2.0 ml" in source
    assert "limits" not in source
