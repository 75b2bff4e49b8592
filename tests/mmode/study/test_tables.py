from pathlib import Path

import numpy as np
import pytest

from echoweave.io.tables import read_tsv
from echoweave.mmode.study.tables import NAME_COLUMNS, make_mmode_tables
from tests.mmode.study.conftest import BAD, NETWORK, RECORDED, SHORT


def test_names_that_look_like_numbers_stay_names(study: Path) -> None:
    recordings = read_tsv(study / "tables/recordings.tsv", NAME_COLUMNS)
    assert recordings["animal"].tolist() == ["007", "12", "patient0001"]
    assert recordings["recording"].tolist() == [RECORDED, BAD, SHORT]
    assert "\t007\t" in (study / "tables/animals.tsv").read_text()


def test_animals_have_the_medians_of_the_beats_that_count(study: Path) -> None:
    animals = read_tsv(study / "tables/animals.tsv", NAME_COLUMNS).set_index("animal")
    assert animals["beats"].to_dict() == {"007": 4, "12": 0, "patient0001": 0}
    assert animals["recordings"].to_dict() == {"007": 1, "12": 0, "patient0001": 0}
    assert animals.loc["007", "lvidd_mm"] == pytest.approx(4, rel=0.01)
    assert animals.loc["007", "ef_percent"] == pytest.approx(81.8, abs=1)
    assert animals.loc["007", "ef_percent_iqr"] == pytest.approx(0, abs=0.5)
    # Missing, not 0.
    assert np.isnan(animals.loc[["12", "patient0001"], "lvidd_mm"]).all()


def test_networks_by_kind_of_strips(study: Path) -> None:
    table = read_tsv(study / "tables/networks.tsv").set_index("kind")
    assert list(table.index) == ["recorded", "virtual"]
    assert table["n_strips"].tolist() == [2, 1]
    assert (table["dice"] > 0.99).all()
    assert (table["lvid_error_px"] < 0.5).all()
    # From ED to ES: the largest and the least diameter, and neither EF nor rate.
    assert table.loc["virtual", "lvidd_mae_mm"] < 0.05
    assert np.isnan(table.loc["virtual", ["ef_mae_percent", "heart_rate_mae_bpm"]].tolist()).all()
    assert table.loc["recorded", "ef_mae_percent"] < 1
    assert "quicknat on 1 test windows" in (study / "tables/networks.md").read_text()


def test_a_study_without_any_beat_has_animals_all_the_same(study: Path, tmp_path: Path) -> None:
    make_mmode_tables(
        [study / "virtual_recordings.tsv"],
        [study / "virtual_beats.tsv"],
        {NETWORK: study / "testing"},
        tmp_path,
        50,
        1,
    )
    (animal,) = read_tsv(tmp_path / "animals.tsv").to_dict("records")
    assert (animal["animal"], animal["recordings"], animal["beats"]) == ("patient0001", 0, 0)
    assert np.isnan(animal["lvidd_mm"])
