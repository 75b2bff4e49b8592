import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from echoweave.mmode.outputs.animals import write_animals
from echoweave.mmode.outputs.summary import summarise_strip
from tests.mmode.hearts import analysed, half_good, sine_strip


def test_a_row_an_animal_over_all_of_its_strips(tmp_path: Path) -> None:
    # Four beats, and of the second strip the two that count; another animal has none.
    strips = [
        summarise_strip(analysed(sine_strip(), name="m1_a")),
        summarise_strip(analysed(sine_strip(), half_good(), name="m1_b")),
        summarise_strip(analysed(replace(sine_strip(), ms_per_column=None), name="m2_a")),
    ]
    write_animals(strips, tmp_path)
    with (tmp_path / "animals.csv").open() as file:
        first, second = csv.DictReader(file)
    assert (first["species"], first["animal"]) == ("mouse", "m1")
    assert (first["recordings"], first["beats"]) == ("2", "6")
    assert float(first["heart_rate_bpm"]) == pytest.approx(600)
    assert float(first["ef_percent_iqr"]) == pytest.approx(0, abs=1e-6)
    assert (second["animal"], second["beats"], second["ef_percent"]) == ("m2", "0", "")
    rows = json.loads((tmp_path / "animals.json").read_text())
    assert rows[1]["ef_percent"] is None
    assert rows[0]["lvidd_mm"] == pytest.approx(4, abs=0.02)


def test_strips_without_any_beat(tmp_path: Path) -> None:
    strip = summarise_strip(analysed(replace(sine_strip(), ms_per_column=None), name="m2_a"))
    write_animals([strip], tmp_path)
    (row,) = json.loads((tmp_path / "animals.json").read_text())
    assert (row["species"], row["animal"], row["recordings"], row["beats"]) == ("mouse", "m2", 0, 0)
    assert row["lvidd_mm"] is None
