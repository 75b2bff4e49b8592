"""KiTS: case_NNNNN/imaging.nii.gz and, where it is published, segmentation.nii.gz.

Its labels are 1 kidney, 2 tumour and 3 cyst, and do not tell one kidney from the other. Tumours and
cysts are dropped.
"""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import Problem
from echoweave.learn2reg.cohorts.form import FoundVolume, VolumeForm

_CASE = re.compile(r"case_\d{5}")
_KIDNEY, _RIGHT, _LEFT = 1, 2, 3
# Hounsfield units: above it is the body, below it air, lungs and bedding.
_BODY = -300
# Of the width of a body across and from front to back: below it a rounder one tells no direction.
_ROUND = 1.15
# Share of the voxels on one side from which on a connected part is of that side as a whole.
_ONE_SIDE = 0.8


def split_kidneys(labels: NDArray[np.uint8], image: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Return right and left kidney, 2 and 3, of labels that hold kidneys as 1.

    Each connected part is of the side of the body's midline where it lies, so one kidney is told
    as well as two, wherever the patient lies. A part on both sides, as of horseshoe kidneys, is
    divided at the midline. The midline goes through the centre of the body, across its widest
    direction, so that a patient who lies rotated is right.

    Args:
        labels: [Z, Y, X]; X runs to the left of the patient.
        image: On the same grid, in Hounsfield units.
    """
    from scipy.ndimage import label

    sides = np.zeros_like(labels)
    parts, count = label(labels == _KIDNEY, np.ones((3, 3, 3)))
    if not count:
        return sides
    centre, across = _body(image)
    where = np.nonzero(parts)
    of_part = parts[where]
    leftward = (np.stack(where[1:], axis=1) - centre) @ across > 0
    shares = np.bincount(of_part, leftward) / np.maximum(np.bincount(of_part), 1)
    share = shares[of_part]
    left = np.where(np.maximum(share, 1 - share) >= _ONE_SIDE, share > 0.5, leftward)
    sides[where] = np.where(left, _LEFT, _RIGHT)
    return sides


def _body(image: NDArray[np.int16]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the centre (y, x) of the body and its direction towards the patient's left."""
    # How often each place in the axial plane is body: no list of millions of voxels.
    weights = (image > _BODY).sum(axis=0, dtype=np.float64)
    y, x = np.indices(weights.shape)
    places = np.stack([y.ravel(), x.ravel()])
    if not weights.any():
        return places.mean(axis=1), np.array([0.0, 1.0])
    centre = np.average(places, axis=1, weights=weights.ravel())
    spread, directions = np.linalg.eigh(np.cov(places, aweights=weights.ravel()))
    across = directions[:, 1]
    if spread[1] < _ROUND**2 * spread[0]:
        across = np.array([0.0, 1.0])
    return centre, across if across[1] > 0 else -across


def _find(root: Path, problems: list[Problem]) -> list[FoundVolume]:
    home = root / "data" if (root / "data").is_dir() else root
    folders = sorted(one for one in home.iterdir() if _CASE.fullmatch(one.name) and one.is_dir())
    found = []
    for folder in folders:
        image, labels = folder / "imaging.nii.gz", folder / "segmentation.nii.gz"
        if not image.exists():
            what, remedy = "the file is missing", "fetch it, or remove the folder of the case"
            problems.append(Problem(str(image), "", what, remedy))
            continue
        found.append(FoundVolume(folder.name, image, labels if labels.exists() else None))
    return found


KITS = VolumeForm("kits", (_RIGHT, _LEFT), (1, 2, 3), _find, split_kidneys)
