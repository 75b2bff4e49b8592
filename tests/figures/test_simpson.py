from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.figures.simpson import draw_simpson, pick_patient
from echoweave.io.tables import write_tsv

from .study import Study


def volumes(*rows: tuple[str, str | None, float, float]) -> pd.DataFrame:
    """Rows of patient, method, EF and its reference."""
    table = pd.DataFrame(rows, columns=["patient", "method", "ef_percent", "ref_ef_percent"])
    table = table.assign(arm="dense2d", mode="ase", edv_ml=101.2, esv_ml=48.7)
    return table.assign(ref_edv_ml=99.0, ref_esv_ml=np.nan)


def test_the_patient_with_the_median_ef_error_of_those_measured_in_both_views() -> None:
    table = volumes(
        ("a", "biplane", 50.0, 51.0),
        ("b", "biplane", 50.0, 60.0),
        ("c", "biplane", 50.0, 45.0),
        ("d", "4CH", 50.0, 50.0),
        ("e", None, np.nan, 50.0),
    )
    chosen = pick_patient(table)
    assert chosen is not None
    assert chosen["patient"] == "c"


def test_without_references_or_with_one_view_there_is_still_a_patient() -> None:
    alone = pick_patient(volumes(("e", None, np.nan, 50.0), ("d", "4CH", 50.0, np.nan)))
    assert alone is not None
    assert alone["patient"] == "d"
    assert pick_patient(volumes(("e", None, np.nan, 50.0))) is None


def draw(tmp_path: Path, study: Study, table: pd.DataFrame) -> str:
    write_tsv(table, tmp_path / "volumes.tsv")
    files = (tmp_path / "volumes.tsv", study.caches, study.predictions)
    draw_simpson(*files, "ase", tmp_path / "f.svg", tmp_path / "f.png")
    return (tmp_path / "f.svg").read_text()


def test_axis_and_discs_of_both_instants(tmp_path: Path, study: Study) -> None:
    source = draw(tmp_path, study, volumes(("patient0001", "4CH", 52.0, 50.0)))
    assert "patient0001, 2D dense, 4CH: EDV 101 ml (reference 99), ESV 49 ml, EF 52 %" in source
    assert "4CH ED" in source
    assert "4CH ES" in source
    assert "2CH" not in source
    # The cavity of the study is 13 rows of 0.5 mm high.
    assert source.count("length 6 mm") == 2


def test_without_a_measurable_patient_the_figure_says_so(tmp_path: Path, study: Study) -> None:
    assert "No test patient whose volume" in draw(tmp_path, study, volumes())
