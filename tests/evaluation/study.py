"""A small study on disk: two patients, half-ellipse ventricles, predictions of two arms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from echoweave.io.cache import EchoSequence, write_patient
from echoweave.io.images import write_sequence
from echoweave.units import Unit
from tests.shapes import box

SPACING = (1.0, 2.0)
FRAMES = 5
# Cavity, inner and outer bounds: (top, left, height, width) of each structure at ED.
SHAPE = (64, 64)


def labels_at(cavity_height: int) -> NDArray[np.uint8]:
    """A block heart: cavity 12 wide, wall 4 around it on top and at the sides, atrium below."""
    labels = np.zeros(SHAPE, np.uint8)
    top = 48 - cavity_height
    labels[box(SHAPE, top - 4, 22, cavity_height + 4, 20)] = 2
    labels[box(SHAPE, top, 26, cavity_height, 12)] = 1
    labels[box(SHAPE, 48, 26, 10, 12)] = 3
    return labels


def beating() -> NDArray[np.uint8]:
    """Five frames, cavity height from 40 to 24 pixels."""
    return np.stack([labels_at(height) for height in (40, 36, 32, 28, 24)])


@dataclass(frozen=True)
class Study:
    """Where the files of the study are."""

    caches: list[Path]
    names: list[str]
    folder: Path
    label_values: tuple[int, ...]
    unit: Unit

    def predict(self, arm: str, labels: dict[str, NDArray[np.uint8]]) -> list[Path]:
        """Write predictions, sequence name -> labels, and return their paths.

        Of the labels those that the study knows.
        """
        paths = [self.folder / arm / f"{name}.nii.gz" for name in labels]
        for path, array in zip(paths, labels.values(), strict=True):
            write_sequence(path, known_of(array, self.label_values), SPACING)
        return paths


def known_of(labels: NDArray[np.uint8], label_values: tuple[int, ...]) -> NDArray[np.uint8]:
    """``labels`` as who knows ``label_values`` alone sees them."""
    return np.where(np.isin(labels, label_values), labels, 0).astype(np.uint8)


def write_study(
    folder: Path,
    sequences: Iterable[tuple[str, str, str]],
    references: Mapping[str, NDArray[np.uint8] | None] = MappingProxyType({}),
    label_values: tuple[int, ...] = (0, 1, 2, 3),
    unit: Unit = "mm",
) -> Study:
    """Write cache files of (patient, view, quality) sequences.

    ``references`` are masks at ED and ES other than the true ones, by sequence; None: there are
    none. In px, a pixel is 1 x 1.
    """
    patients: dict[str, list[EchoSequence]] = {}
    truth = known_of(beating(), label_values)
    spacing = SPACING if unit == "mm" else (1.0, 1.0)
    for patient, view, quality in sequences:
        masks = references.get(f"{patient}_{view}", truth[[0, -1]])
        sequence = EchoSequence(
            patient=patient,
            view=view,
            frames=np.zeros_like(truth),
            ed=0,
            es=FRAMES - 1,
            spacing=spacing,
            native_shape=SHAPE,
            native_spacing=spacing,
            unit=unit,
            label_values=label_values,
            labels=masks,
            native_labels=masks,
            dense_labels=truth,
            dense_label_values=tuple(value for value in label_values if value < 3),
            quality=quality,
            edv_ml=20.0,
        )
        patients.setdefault(patient, []).append(sequence)
    caches = [folder / "cache" / f"{patient}.h5" for patient in patients]
    for path, views in zip(caches, patients.values(), strict=True):
        write_patient(path, views)
    names = [one.name for views in patients.values() for one in views]
    return Study(caches, names, folder, label_values, unit)


def write_cavity_study(folder: Path) -> Study:
    """Three patients of whom one view and the cavity are known, and no size of a pixel."""
    sequences = [(f"patient{number:04}", "4CH", "") for number in (1, 2, 3)]
    return write_study(folder, sequences, label_values=(0, 1), unit="px")
