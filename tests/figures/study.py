from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from echoweave.io.cache import Sequence, write_patient
from echoweave.io.images import write_sequence
from echoweave.io.tables import write_tsv

ARMS = ("sparse2d", "dense2d", "dense3d")


class Study(NamedTuple):
    """Two small test patients with predictions of all arms, good and poor."""

    cohort: Path
    caches: list[Path]
    predictions: list[Path]


def _labels() -> np.ndarray:
    labels = np.zeros((4, 32, 32), np.uint8)
    labels[:, 4:20, 8:24] = 2
    labels[:, 7:20, 11:21] = 1
    labels[:, 21:28, 10:22] = 3
    return labels


def write_study(root: Path) -> Study:
    """Write the cache, the cohort table and the predictions below ``root``."""
    labels, rows, predictions = _labels(), [], []
    for patient, quality in (("patient0001", "Good"), ("patient0002", "Poor")):
        clip = Sequence(
            patient=patient,
            view="4CH",
            frames=np.full(labels.shape, 90, np.uint8),
            ed=0,
            es=3,
            spacing_mm=(0.5, 0.25),
            native_shape=(64, 32),
            native_spacing_mm=(0.25, 0.25),
            labels=labels[[0, 3]],
            quality=quality,
        )
        write_patient(root / f"cache/{patient}.h5", [clip])
        rows.append(
            {
                "sequence": clip.name,
                "patient": patient,
                "split": "testing",
                "quality": quality,
            }
        )
        for arm in ARMS:
            path = root / f"predictions/{arm}/{clip.name}.nii.gz"
            write_sequence(path, labels, clip.spacing_mm)
            predictions.append(path)
    write_tsv(pd.DataFrame(rows), root / "cohort.tsv")
    return Study(root / "cohort.tsv", sorted(root.glob("cache/*.h5")), predictions)
