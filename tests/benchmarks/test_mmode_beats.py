"""The benchmark of beats, on mice whose beats and whose people are made up."""

import importlib
import io
from pathlib import Path

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
# Four beats of .1 s. The systole of the first was left out, so that by index each end-diastole
# meets the systole of the beat after, and the last one that of a beat of no end-diastole.
DIASTOLES = [(0.0, 3.0), (0.1, 3.0), (0.2, 3.0), (0.3, 3.0)]
SYSTOLES = [(0.15, 1.0), (0.25, 1.2), (0.35, 1.4), (0.45, 3.0)]


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Gives rows to the benchmark and returns the table that it prints, by method and quantity."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    benchmark = importlib.import_module("mmode_beats")

    def call(rows):
        file = tmp_path / "beats.tsv.gz"
        rows.to_csv(file, sep="\t", index=False)
        benchmark.main([str(file)])
        found = pd.read_csv(io.StringIO(capsys.readouterr().out), sep="\t")
        return found.set_index(["method", "quantity"])

    return call


def mouse(name, study, size=1.0, people=0.2):
    """Rows of one recording; people see systoles that are ``people`` mm larger."""
    diastole, systole = 3.0 * size, 1.2 * size + people
    return pd.DataFrame(
        {
            "study": study,
            "mouse_id": name,
            "recording": 1,
            "lvidd_mm": [size * mm for _, mm in DIASTOLES],
            "lvidd_s": [second for second, _ in DIASTOLES],
            "lvids_mm": [size * mm for _, mm in SYSTOLES],
            "lvids_s": [second for second, _ in SYSTOLES],
            "heart_rate_bpm": 600.0,
            "lvidd_quality": "high",
            "lvids_quality": "high",
            "manual_ef_percent": 80.0,
            "manual_fs_percent": 100 * (diastole - systole) / diastole,
            "manual_lvidd_mm": diastole,
            "manual_lvids_mm": systole,
        }
    )


def three_studies():
    sizes = {"a": (0.8, 1.0, 1.1), "b": (0.9, 1.05, 1.2), "c": (0.85, 0.95, 1.15)}
    mice = [
        mouse(f"{study}{number}", study, size)
        for study, some in sizes.items()
        for number, size in enumerate(some)
    ]
    return pd.concat(mice)


def test_pairs_within_beats_beside_pairs_by_index(run):
    found = run(mouse("1", "a"))
    # Medians of 1, 1.2, 1.4 and of all four, by people 1.4.
    assert found.loc[("ours", "lvids_mm"), "mae"] == pytest.approx(0.2)
    assert found.loc[("theirs", "lvids_mm"), "bias"] == pytest.approx(-0.1)
    assert found.loc[("theirs_mean", "lvids_mm"), "bias"] == pytest.approx(0.25)
    assert found.loc[("ours", "lvids_mm"), "mae_less_theirs"] == pytest.approx(0.1)
    # 60 of 100, where people have 53.3.
    assert found.loc[("ours", "fs_percent"), "bias"] == pytest.approx(6.667, abs=1e-3)
    assert found.loc[("ours", "lvidd_mm"), "mae"] == 0
    assert found.loc["ours_corrected", "mice"].tolist() == [0] * 4
    reasons = set(found.loc["ours_corrected", "note"])
    assert reasons == {"no correction: no mice of another study to learn it from"}


def test_an_end_diastole_that_was_left_out_lets_no_beats_join(run):
    rows = mouse("1", "a")
    # Left with the beats at 0, which has no systole, .1 and .3: 1.0 and 1.4.
    rows.loc[2, ["lvidd_mm", "lvidd_s"]] = None
    assert run(rows).loc[("ours", "lvids_mm"), "bias"] == pytest.approx(1.2 - 1.4)
    # No beat lasts twice the usual one: were it so, 1.0 would be the systole of both.
    rows.loc[1, ["lvids_mm", "lvids_s"]] = [0.5, 0.25]
    assert run(rows).loc[("ours", "lvids_mm"), "bias"] == pytest.approx(1.2 - 1.4)


def test_a_correction_is_learnt_from_other_studies(run):
    found = run(three_studies())
    assert found.loc[("ours", "lvids_mm"), ["mice", "studies"]].tolist() == [9, 3]
    assert found.loc[("ours", "lvids_mm"), "mae"] == pytest.approx(0.2)
    assert found.loc[("ours_corrected", "lvids_mm"), "mae"] == pytest.approx(0, abs=1e-3)
    assert found.loc[("ours_corrected", "lvids_mm"), "note"] == "shift for 9 mice"
    assert found.loc[("ours_corrected", "lvids_mm"), "mae_less_theirs"] < 0


def test_nothing_is_learnt_from_the_same_mice_in_another_study(run):
    rows = three_studies()
    # All of b are in a too, and no third study is left.
    both = pd.concat([rows, rows[rows["study"] == "b"].assign(study="a")])
    both = both[both["study"] != "c"]
    found = run(both)
    # Each mouse counts once.
    assert found.loc[("ours", "lvids_mm"), "mice"] == 6
    assert found.loc[("ours_corrected", "lvids_mm"), "mice"] == 0


def test_what_is_missing_is_left_out(run):
    nameless = mouse("d1", "d").assign(manual_lvids_mm=None)
    low = mouse("d2", "d").assign(lvids_quality="low")
    found = run(pd.concat([three_studies(), nameless, low]))
    assert found.loc[("theirs", "lvids_mm"), "mice"] == 9
    assert found.loc[("ours", "lvidd_mm"), "mice"] == 10


def test_another_file(run):
    with pytest.raises(SystemExit, match=r"beats\.tsv\.gz: header: no column study, lvids_s; have"):
        run(mouse("1", "a").drop(columns=["study", "lvids_s"]))
