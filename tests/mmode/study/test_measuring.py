from pathlib import Path

import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.io.tables import read_tsv
from echoweave.mmode.outputs.files import STRIP_FILES
from echoweave.mmode.study.measuring import measure_stored_strips
from echoweave.mmode.study.tables import NAME_COLUMNS
from echoweave.outputs.summary import load_summary
from tests.mmode.study.conftest import BAD, NETWORK, RECORDED, SHORT


def test_each_strip_has_its_folder(study: Path) -> None:
    folders = sorted((study / "measured" / NETWORK).iterdir())
    assert [folder.name for folder in folders] == [RECORDED, BAD, SHORT]
    for folder in folders:
        assert {path.name for path in folder.iterdir()} == set(STRIP_FILES)


def test_recorded_strips_are_judged_and_virtual_ones_are_not(study: Path) -> None:
    shares = {
        name: load_summary(study / "measured" / NETWORK / name / "summary.json")["quality"]
        for name in (RECORDED, BAD, SHORT)
    }
    assert [shares[name]["good_share"] for name in (RECORDED, BAD, SHORT)] == [1, 0, None]


def test_a_row_a_strip_with_the_truth_beside(study: Path) -> None:
    rows = read_tsv(study / "recorded_recordings.tsv", NAME_COLUMNS).set_index("recording")
    good, bad = rows.loc[RECORDED], rows.loc[BAD]
    assert good["animal"] == "007"
    assert (good["beats"], good["counted"]) == (4, 4)
    assert good["lvidd_mm"] == pytest.approx(good["true_lvidd_mm"], abs=0.05)
    assert good["lvid_error_px"] < 0.5
    # Found, but not good: missing on both sides.
    assert (bad["beats"], bad["counted"], bad["good_share"]) == (4, 0, 0)
    assert np.isnan(
        bad[["lvidd_mm", "true_lvidd_mm", "ef_percent", "lvid_error_px"]].tolist()
    ).all()


def test_a_row_a_beat(study: Path) -> None:
    beats = read_tsv(study / "recorded_beats.tsv", NAME_COLUMNS)
    assert beats["recording"].tolist() == [RECORDED] * 4 + [BAD] * 4
    assert beats["good"].tolist() == [True] * 4 + [False] * 4
    assert set(beats["network"]) == {NETWORK}
    assert beats["heart_rate_bpm"].tolist() == pytest.approx([600] * 8, rel=0.01)
    virtual = read_tsv(study / "virtual_beats.tsv")
    assert virtual.empty
    assert set(virtual) == set(beats)


def test_a_strip_that_cannot_be_read_is_named(study: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.h5: not a readable strip"):
        measure_stored_strips(
            [tmp_path / "none.h5"],
            study / "bundle",
            NETWORK,
            tmp_path,
            tmp_path / "a.tsv",
            tmp_path / "b.tsv",
            1,
        )
