from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.evaluation.volumes import volume_names
from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import write_sequence
from echoweave.io.tables import write_tsv
from echoweave.labels import parts_of
from echoweave.units import UNITS, Unit
from echoweave.viewer.clips import write_clips
from echoweave.viewer.page import write_page
from tests.evaluation.study import known_of

ARMS = ("sparse2d", "dense3d")
# EDV, ESV and EF.
MEASURED, REFERENCES = (100.0, 45.0, 55.0), (90.0, 45.0, 50.0)
CAMUS = (0, 1, 2, 3)


def make_labels() -> NDArray[np.uint8]:
    """Four frames; the cavity has 10 x 20, 10 x 18, 10 x 16 and 10 x 14 pixels."""
    labels = np.zeros((4, 64, 64), np.uint8)
    labels[:, 8:40, 20:44] = 2
    labels[:, 42:56, 24:40] = 3
    for frame in range(4):
        labels[frame, 12 + 2 * frame : 32, 27:37] = 1
    return labels


def make_clip(
    patient: str,
    quality: str,
    dense: bool = False,
    label_values: tuple[int, ...] = CAMUS,
    unit: Unit = "mm",
) -> EchoSequence:
    labels = known_of(make_labels(), label_values)
    return EchoSequence(
        patient=patient,
        view="4CH",
        frames=np.full(labels.shape, 90, np.uint8),
        ed=0,
        es=3,
        spacing=(2.0, 1.0),
        native_shape=(128, 64),
        native_spacing=(1.0, 1.0),
        unit=unit,
        label_values=label_values,
        labels=labels[[0, 3]],
        dense_labels=np.where(labels == 3, 0, labels).astype(np.uint8) if dense else None,
        dense_label_values=(0, 1, 2) if dense else (),
        quality=quality,
    )


def write_viewer(
    root: Path,
    words: tuple[str, ...] = ("Good", "Poor", "Medium"),
    label_values: tuple[int, ...] = CAMUS,
    unit: Unit = "mm",
) -> Path:
    """Write a viewer of one training and two test sequences with these image qualities."""
    labels, layers = known_of(make_labels(), label_values), []
    names_of_volumes = list(volume_names(UNITS[unit]).values())
    volumes_of_patient = dict(zip(names_of_volumes, MEASURED, strict=True)) | {
        f"ref_{name}": value for name, value in zip(names_of_volumes, REFERENCES, strict=True)
    }
    splits = {"patient0001": "training", "patient0002": "testing", "patient0003": "testing"}
    qualities = dict(zip(splits, words, strict=True))
    for patient, split in splits.items():
        clip = make_clip(patient, qualities[patient], False, label_values, unit)
        write_patient(root / f"cache/{patient}.h5", [clip])
        for layer in ("forward", "backward", "fused") if split == "training" else ARMS:
            layers.append(root / f"{layer}/{clip.name}.nii.gz")
            write_sequence(layers[-1], labels, clip.spacing)
    names = [f"{patient}_4CH" for patient in splits]
    cohort = pd.DataFrame({"sequence": names, "patient": list(splits)})
    cohort = cohort.assign(split=list(splits.values()), quality=list(qualities.values()))
    cohort["phase"] = ["systole", "diastole", "systole"]
    write_tsv(cohort, root / "cohort.tsv")
    dice = pd.DataFrame({"sequence": names[1:] * 2, "arm": [a for a in ARMS for _ in names[1:]]})
    write_tsv(dice.assign(structure="cavity", dice=[0.9, 0.8, 0.95, 0.97]), root / "frames.tsv")
    volumes = [
        {"patient": "patient0002", "arm": arm, "mode": "ase", **volumes_of_patient} for arm in ARMS
    ]
    write_tsv(pd.DataFrame(volumes), root / "volumes.tsv")
    quality = pd.DataFrame({"sequence": names[:1] * 3, "reference": ["ED", None, "ES"]})
    for structure in parts_of(label_values):
        quality[f"agreement_dice_{structure}"] = [0.9, 0.1, 0.8]
    write_tsv(quality, root / "quality.tsv")
    write_clips(sorted(root.glob("cache/*.h5")), layers, root / "viewer/data")
    page = root / "viewer/index.html"
    write_tsv(pd.DataFrame({"patient": ["patient0001"], "role": ["hold-out"]}), root / "roles.tsv")
    tables = (
        [root / "frames.tsv"],
        [root / "volumes.tsv"],
        root / "quality.tsv",
        root / "roles.tsv",
    )
    write_page(ARMS, root / "cohort.tsv", *tables, "ase", label_values, unit, names, page)
    return page
