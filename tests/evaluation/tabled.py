"""Every table of a small study, as the workflow makes them."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.evaluation.make_tables import make_tables
from echoweave.evaluation.measure_cycles import cycle_columns
from echoweave.evaluation.measure_pseudolabels import measure_pseudolabels
from echoweave.evaluation.measure_segmentation import measure_segmentation
from echoweave.evaluation.names import TABLES
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.units import UNITS

from .study import Study, beating

PUBLISHED = Path(__file__).parents[2] / "resources" / "published_results.tsv"
SETTINGS = {"simpson_mode": "ase", "bootstrap_samples": 50, "seed": 1}
CAMUS = ((0, 1, 2, 3), "mm")
ARMS = ("sparse2d", "dense2d", "dense3d")
BEST = {
    "configurations": ["2d"],
    "candidates": {"2d": 0.9},
    "cases": 8,
    "dice_postprocessed": 0.9,
    "keep_largest": [],
}
SEQUENCES = [
    ("patient0001", "2CH", "Good"),
    ("patient0001", "4CH", "Good"),
    ("patient0002", "2CH", "Poor"),
    ("patient0002", "4CH", "Medium"),
    ("patient0003", "4CH", "Medium"),
]


def rougher(frames: int) -> np.ndarray:
    """Predictions that lag behind by some frames."""
    return beating()[np.maximum(np.arange(5) - frames, 0)]


def cycles(arm: str) -> list[dict]:
    """Two full-cycle clips; the second one has no beat in the 3D arm."""
    keys = {"view": "4CH", "quality": "Good", "arm": arm, "n_frames": 30, "mode": "ase"}
    truth = {"ref_beats": 2, "ref_ef_percent": 50.0, "ref_ef_sd_percent": 4.0}
    other = truth | {"ref_ef_percent": 60.0}
    lost = arm == "dense3d"
    return [
        {"sequence": "patient0001_4CH", "patient": "patient0001", "beats": 2}
        | {"ef_percent": 47.0, "ef_sd_percent": 3.0}
        | keys
        | truth,
        {"sequence": "patient0002_4CH", "patient": "patient0002", "beats": 0 if lost else 1}
        | {"ef_percent": None if lost else 61.0}
        | keys
        | other,
    ]


# The copy of patient 3, whom a network trained on, is perfect.
ROLES = {"patient0001": "hold-out", "patient0002": "hold-out", "patient0003": "training"}


def run(
    study: Study,
    labels: dict[str, dict[str, np.ndarray]],
    known: dict[str, str] = ROLES,
    arms: Sequence[str] = ARMS,
    dataset: str = "CAMUS",
) -> dict[str, pd.DataFrame]:
    measures = {arm: study.folder / "measures" / arm for arm in arms}
    for arm, folder in measures.items():
        predictions = study.predict(arm, labels.get(arm, {}))
        settings = {"frame_rate_hz": 50.0, "consistency_threshold": 0.1, "unit": study.unit}
        measure_segmentation(arm, predictions, study.caches, folder, settings)
        clips = cycles(arm) if arm in labels else []
        write_tsv(
            pd.DataFrame(clips, columns=cycle_columns(UNITS[study.unit])), folder / "cycles.tsv"
        )
    pseudolabels = study.folder / "pseudolabels.tsv"
    copies = study.predict(
        "copies",
        {name: beating() if name.startswith("patient0003") else rougher(5) for name in study.names},
    )
    directions = {"forward": copies, "fused": copies}
    measure_pseudolabels("still", directions, study.caches, study.unit, pseudolabels)
    out, roles = study.folder / "tables", study.folder / "roles.tsv"
    write_tsv(pd.DataFrame({"patient": known.keys(), "role": known.values()}), roles)
    best = study.folder / "best.json"
    best.write_text(json.dumps(BEST))
    choices = dict.fromkeys(arms, best)
    settings = SETTINGS | {"label_values": study.label_values, "unit": study.unit}
    make_tables(measures, [pseudolabels], roles, choices, PUBLISHED, dataset, out, settings)
    return {name: read_tsv(out / f"{name}.tsv") for name in TABLES}


def pick(table: pd.DataFrame, **values) -> pd.Series:
    for column, value in values.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]
