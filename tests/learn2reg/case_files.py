"""Tiny CT in files: what the cohorts of the wing look like."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
from nibabel.orientations import axcodes2ornt, ornt_transform
from numpy.typing import NDArray
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from echoweave.learn2reg.scan import Scan, Spacing

SHAPE = (10, 8, 12)
# Centre and radii (z, y, x) in mm, and Hounsfield units: body, liver, spleen, lungs.
_TISSUES = (
    ((24, 20, 24), (1e3, 14, 20), 30),
    ((29, 17, 16), (7, 6, 8), 120),
    ((18, 24, 33), (6, 4, 4), 220),
    ((44, 20, 24), (9, 10, 15), -800),
)


def write_nifti(
    path: Path,
    array: NDArray[Any],
    axes: str = "LPS",
    spacing: Spacing = (2.0, 2.0, 2.0),
    turned: NDArray[np.float64] | None = None,
) -> None:
    """Write [Z, Y, X] with axes that run as ``axes`` says; ``turned`` rotates the patient."""
    path.parent.mkdir(parents=True, exist_ok=True)
    affine = np.diag([-spacing[2], -spacing[1], spacing[0], 1.0])
    if turned is not None:
        affine[:3, :3] = turned @ affine[:3, :3]
    image: Any = nibabel.Nifti1Image(array.T, affine)
    # Letters of nibabel tell where axes run to, as ours do.
    turn = ornt_transform(axcodes2ornt("LPS"), axcodes2ornt(axes))
    nibabel.save(image.as_reoriented(turn), path)


def ramp() -> NDArray[np.int16]:
    """A volume of which no voxel is like another."""
    return np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE) - 500


def blocks(*values: int) -> NDArray[np.uint8]:
    """Labels: slice k + 1 holds the k-th of ``values`` in a block."""
    labels = np.zeros(SHAPE, np.uint8)
    for place, value in enumerate(values, 1):
        labels[place, 2:5, 3:8] = value
    return labels


def torso(shape: tuple[int, int, int], spacing: Spacing, moved: tuple[float, ...]) -> Scan:
    """A smooth body of 48 mm with two organs and lungs, ``moved`` by (z, y, x) mm."""
    places = [
        axis * side - shift
        for axis, side, shift in zip(np.indices(shape), spacing, moved, strict=True)
    ]
    greys = np.full(shape, -1000.0)
    for centre, radii, hounsfield in _TISSUES:
        terms = ((p - c) / r for p, c, r in zip(places, centre, radii, strict=True))
        outwards = (np.sqrt(sum(term**2 for term in terms)) - 1) * min(radii)
        inside = 1 / (1 + np.exp(np.clip(1.5 * outwards, -50, 50)))
        greys += inside * (hounsfield - greys)
    return Scan(greys.astype(np.int16), spacing, "LPS")


def write_target(root: Path, cases: Iterable[int], testing: Iterable[int] = ()) -> None:
    """Write img/ and label/ of task 3; those to test on have no labels."""
    for case in cases:
        write_nifti(root / f"img/img{case:04d}.nii.gz", ramp() + np.int16(case))
        write_nifti(root / f"label/label{case:04d}.nii.gz", blocks(6, 1, 13))
    for case in testing:
        write_nifti(root / f"img/img{case:04d}.nii.gz", ramp() + np.int16(case))


def write_pairs(path: Path, pairs: Iterable[tuple[object, object]]) -> None:
    """Write a list of pairs as the release has it."""
    path.write_text("fixed,moving\n" + "".join(f"{one},{other}\n" for one, other in pairs))


def write_msd(
    root: Path, organ: str, cases: Mapping[int, NDArray[np.uint8]], tests: Iterable[int] = ()
) -> None:
    """Write imagesTr/, labelsTr/, imagesTs/ and dataset.json."""
    for case, labels in cases.items():
        write_nifti(root / f"imagesTr/{organ}_{case}.nii.gz", ramp() + np.int16(case), "RAS")
        write_nifti(root / f"labelsTr/{organ}_{case}.nii.gz", labels, "RAS")
    for case in tests:
        write_nifti(root / f"imagesTs/{organ}_{case}.nii.gz", ramp(), "RAS")
    labels_told = {"0": "background", "1": organ}
    (root / "dataset.json").write_text(json.dumps({"labels": labels_told}))


def write_kits(root: Path, case: int, labels: NDArray[np.uint8] | None) -> None:
    """Write a folder of KiTS, whose axes run as in its release."""
    folder = root / f"case_{case:05d}"
    write_nifti(folder / "imaging.nii.gz", ramp().astype(np.float64), "IAR")
    if labels is not None:
        write_nifti(folder / "segmentation.nii.gz", labels, "IAR")


def write_series(
    folder: Path, array: NDArray[np.int16], spacing: Spacing = (2.0,) * 3, lean: float = 0.0
) -> None:
    """Write [Z, Y, X] as axial slices in DICOM, from the head down.

    A slice lies ``lean`` mm further back than the one below it, as if the gantry was tilted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, plane in enumerate(array[::-1]):
        below = len(array) - 1 - number
        path = folder / f"1-{number + 1:03d}.dcm"
        write_slice(path, plane, below * spacing[0], spacing, below * lean)


def write_slice(
    path: Path,
    plane: NDArray[np.int16],
    place: float,
    spacing: Spacing = (2.0,) * 3,
    back: float = 0.0,
) -> None:
    """Write a slice [Y, X] of Hounsfield units at z = ``place`` mm, ``back`` mm further back."""
    dataset = pydicom.Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = f"1.2.{round(place)}"
    dataset.SeriesInstanceUID, dataset.Modality = "1.2.3", "CT"
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.ImagePositionPatient = [-100, -100 + back, place]
    dataset.PixelSpacing = [spacing[1], spacing[2]]
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    dataset.Rows, dataset.Columns = plane.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    dataset.PixelData = (plane + 1024).astype("<u2").tobytes()
    dataset.save_as(path, enforce_file_format=True)
