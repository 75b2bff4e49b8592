import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echoweave.outputs.frames import write_beats, write_csv, write_frames
from echoweave.outputs.phases import frame_phases

from .hearts import in_pixels, phantom_heart, without_beats


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_frame_has_its_time_curves_and_phase(tmp_path: Path) -> None:
    heart = phantom_heart()
    write_frames(heart, tmp_path / "frames.csv")
    rows = read(tmp_path / "frames.csv")
    assert list(rows[0]) == [
        *("frame", "time_ms", "area_mm2", "volume_ml", "length_mm"),
        *("shape", "agreement", "steadiness", "quality", "beat", "phase"),
    ]
    assert len(rows) == 25
    assert (rows[5]["frame"], rows[5]["time_ms"], rows[5]["phase"]) == ("5", "300", "ES")
    assert float(rows[5]["volume_ml"]) == pytest.approx(heart.curves.volume[5], rel=1e-5)
    assert [row["frame"] for row in rows if row["phase"] == "ED"] == ["0", "12", "24"]


def test_what_is_unknown_is_an_empty_cell_and_units_are_in_the_names(tmp_path: Path) -> None:
    heart = in_pixels(phantom_heart())
    curves = replace(heart.curves, agreement=np.full(25, np.nan))
    write_frames(replace(heart, curves=curves), tmp_path / "frames.csv")
    row = read(tmp_path / "frames.csv")[0]
    assert {"area_px2", "volume_px3", "length_px"} <= row.keys()
    assert row["time_ms"] == row["agreement"] == ""


def test_every_beat_has_its_frames_and_numbers(tmp_path: Path) -> None:
    heart = phantom_heart()
    write_beats(heart, tmp_path / "beats.csv")
    first, second = read(tmp_path / "beats.csv")
    assert (first["beat"], first["ed_frame"], first["es_frame"]) == ("1", "0", "5")
    assert (second["ed_frame"], second["next_ed_frame"]) == ("12", "24")
    # 12 frames of 60 ms.
    assert float(first["heart_rate_bpm"]) == pytest.approx(60_000 / 720, rel=1e-5)
    assert float(first["edv_ml"]) == pytest.approx(heart.beats[0].edv, rel=1e-5)


def test_a_clip_without_beats_has_a_head_alone(tmp_path: Path) -> None:
    write_beats(without_beats(phantom_heart()), tmp_path / "beats.csv")
    assert (tmp_path / "beats.csv").read_text().count("\n") == 1


def test_an_ed_between_two_beats_begins_the_second() -> None:
    phases = frame_phases(phantom_heart().beats, 26)
    assert phases[12] == (2, "ED")
    assert phases[11] == (1, "")
    assert phases[24] == (2, "ED")
    assert phases[25] == (None, "")


def test_a_last_beat_without_a_following_ed_ends_with_its_es() -> None:
    beat = replace(phantom_heart().beats[0], next_ed=None)
    phases = frame_phases([beat], 8)
    assert [phase.phase for phase in phases] == ["ED", "", "", "", "", "ES", "", ""]
    assert phases[6].beat is None


def test_texts_with_commas_stay_in_their_cell(tmp_path: Path) -> None:
    write_csv(("a", "b"), [('x, "y"\nz', 1234567.0)], tmp_path / "t.csv")
    assert read(tmp_path / "t.csv") == [{"a": 'x, "y"\nz', "b": "1.23457e+06"}]
