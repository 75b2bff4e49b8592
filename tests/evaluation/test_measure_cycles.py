"""Full-cycle clips: EF beat by beat, of the prediction and of the truth."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.cache.build import build_cache
from echoweave.cache.pair_ted import pair_ted
from echoweave.datasets.camus import CAMUS
from echoweave.datasets.cohort import load_cohort
from echoweave.evaluation.measure_cycles import cycle_columns, measure_cycles
from echoweave.io.cache import read_cycle, read_sequence, write_patient
from echoweave.io.images import write_sequence
from echoweave.io.tables import read_tsv
from echoweave.labels import CAVITY
from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.motion import cavity_volume_ml
from echoweave.phantom.patient import draw_patient
from echoweave.phantom.settings import PhantomSettings
from echoweave.units import UNITS

from .study import SPACING, labels_at, write_study

# Two beats: cavity 40 px high at ED, 24 at the first ES, 30 at the second.
HEIGHTS = (40, 32, 24, 32, 40, 35, 30, 36, 40)
NAME = "patient0001_4CH"


def clip(heights=HEIGHTS) -> np.ndarray:
    return np.stack([labels_at(height) for height in heights])


@pytest.fixture
def caches(tmp_path: Path) -> list[Path]:
    """Patient 1 has a full-cycle clip, patient 2 has none."""
    study = write_study(tmp_path, [("patient0001", "4CH", "Good"), ("patient0002", "4CH", "Poor")])
    sequence = read_sequence(study.caches[0], "4CH")
    truth = clip()
    cycle = replace(sequence, frames=np.zeros_like(truth), labels=None, dense_labels=truth)
    write_patient(study.caches[0], [sequence], [cycle])
    return study.caches


def measure(folder: Path, caches: list[Path], labels: np.ndarray | None) -> pd.DataFrame:
    if labels is not None:
        write_sequence(folder / "cycles" / f"{NAME}.nii.gz", labels, SPACING)
    measure_cycles("dense3d", folder / "cycles", caches, 10.0, "mm", folder / "cycles.tsv")
    table = read_tsv(folder / "cycles.tsv")
    assert list(table) == cycle_columns(UNITS["mm"])
    return table


def test_two_beats_by_hand(tmp_path, caches):
    # The prediction misses half of the second contraction: 35 instead of 30 at ES.
    table = measure(tmp_path, caches, clip((40, 32, 24, 32, 40, 38, 35, 38, 40)))
    row = table[table["mode"] == "ase"].iloc[0]

    assert table["mode"].tolist() == ["ase", "camus"]
    assert (row["sequence"], row["arm"], row["n_frames"]) == (NAME, "dense3d", len(HEIGHTS))
    assert (row["beats"], row["ref_beats"]) == (2, 2)
    # The discs of a box are alike, so EF is the loss of height: 40, 25 and 12.5 %.
    assert row["ref_ef_percent"] == pytest.approx((40 + 25) / 2, abs=2)
    assert row["ref_ef_sd_percent"] == pytest.approx((40 - 25) / math.sqrt(2), abs=2)
    assert row["ef_percent"] == pytest.approx((40 + 12.5) / 2, abs=2)
    assert row["ef_sd_percent"] == pytest.approx((40 - 12.5) / math.sqrt(2), abs=2)


def test_one_beat_has_no_spread(tmp_path, caches):
    row = measure(tmp_path, caches, clip((40, 36, 32, 28, 24, 28, 32, 36, 40))).iloc[0]

    assert row["beats"] == 1
    assert row["ef_percent"] == pytest.approx(40, abs=2)
    assert math.isnan(row["ef_sd_percent"])


def test_a_beat_whose_cavity_is_lost_does_not_count(tmp_path, caches):
    labels = clip()
    labels[6][labels[6] == CAVITY] = 0
    row = measure(tmp_path, caches, labels).iloc[0]

    assert row["beats"] == 1
    assert row["ef_percent"] == pytest.approx(40, abs=2)
    assert row["ref_beats"] == 2


def test_beats_shorter_than_the_fastest_heart_s_are_noise(tmp_path, caches):
    # At 10 frames a second three frames are 0.3 s; the flicker is one frame long.
    labels = clip((40, 28, 39, 24, 40, 35, 30, 36, 40))
    row = measure(tmp_path, caches, labels).iloc[0]

    assert row["beats"] == 2
    assert row["ef_percent"] == pytest.approx((40 + 25) / 2, abs=2)


def test_an_empty_prediction_has_no_beat(tmp_path, caches):
    row = measure(tmp_path, caches, np.zeros_like(clip())).iloc[0]

    assert row["beats"] == 0
    assert math.isnan(row["ef_percent"])
    assert row["ref_beats"] == 2


def test_no_clip_no_rows(tmp_path, caches):
    assert measure(tmp_path, caches, None).empty


def test_ef_of_two_beats_of_the_phantom_is_the_analytic_one(tmp_path: Path) -> None:
    """From the TED files through pairing and cache to the table; the truth is the prediction."""
    write_phantom(
        tmp_path / "data",
        PhantomSettings(patients=2, test_patients=0, ted=1, size=(240, 200), beats=2),
    )
    data = {
        "dataset": "camus",
        "camus": {"root": str(tmp_path / "data/camus"), "layout": "mhd"},
        "ted": {"root": str(tmp_path / "data/ted"), "pairing": None},
        "dense_truth": None,
        "on_bad_input": "stop",
    }
    cohort = load_cohort({"data": data, "folds": 1, "seed": 1}, tmp_path)
    checksums = tmp_path / "checksums.tsv"
    pairs, root = tmp_path / "pairs.tsv", tmp_path / "data/ted"
    pair_ted(cohort.pairing_sources, cohort.ted, None, root, pairs, checksums)
    caches = [tmp_path / f"cache/{patient}.h5" for patient in cohort.patients]
    build_cache(cohort.sequences, pairs, root, CAMUS.label_values, 256, caches, checksums)
    cycle = read_cycle(caches[0], "4CH")
    assert cycle is not None
    assert cycle.dense_labels is not None
    write_sequence(tmp_path / f"cycles/{NAME}.nii.gz", cycle.dense_labels, cycle.spacing)
    measure_cycles("dense3d", tmp_path / "cycles", caches, 50.0, "mm", tmp_path / "cycles.tsv")
    row = read_tsv(tmp_path / "cycles.tsv").iloc[0]

    four = draw_patient(PhantomSettings().seed, 1, (240, 200), None).views[1]
    volumes = [
        cavity_volume_ml(four.motion, four.motion, strength) for strength in (0, *four.strengths(2))
    ]
    ef = [100 * (1 - volume / volumes[0]) for volume in volumes[1:]]
    assert row["beats"] == 2
    assert row["edv_ml"] == pytest.approx(volumes[0], rel=0.02)
    assert row["ef_percent"] == pytest.approx(np.mean(ef), abs=1.0)
    assert row["ef_sd_percent"] == pytest.approx(np.std(ef, ddof=1), abs=0.5)
