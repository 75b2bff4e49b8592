from pathlib import Path
from typing import NamedTuple

import numpy as np

from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import write_sequence

ARMS = ("sparse2d", "dense2d", "dense3d")


class Study(NamedTuple):
    """Two small patients with predictions of all arms, good and poor."""

    caches: list[Path]
    predictions: list[Path]


def labels_of_study() -> np.ndarray:
    """Four equal frames: 13 x 10 cavity pixels, a wall around them, an atrium below."""
    labels = np.zeros((4, 32, 32), np.uint8)
    labels[:, 4:20, 8:24] = 2
    labels[:, 7:20, 11:21] = 1
    labels[:, 21:28, 10:22] = 3
    return labels


def write_study(root: Path) -> Study:
    """Write the cache and the predictions below ``root``."""
    labels, predictions = labels_of_study(), []
    for patient, quality in (("patient0001", "Good"), ("patient0002", "Poor")):
        clip = EchoSequence(
            patient=patient,
            view="4CH",
            frames=np.full(labels.shape, 90, np.uint8),
            ed=0,
            es=3,
            spacing=(0.5, 0.25),
            native_shape=(64, 32),
            native_spacing=(0.25, 0.25),
            labels=labels[[0, 3]],
            quality=quality,
        )
        write_patient(root / f"cache/{patient}.h5", [clip])
        for arm in ARMS:
            path = root / f"predictions/{arm}/{clip.name}.nii.gz"
            write_sequence(path, labels, clip.spacing)
            predictions.append(path)
    return Study(sorted(root.glob("cache/*.h5")), predictions)
