"""A folder of labels and one of fields, tiny: three cases of two organs in shifted cubes."""

from pathlib import Path

import numpy as np
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from echoweave.learn2reg.fields.files import write_field
from echoweave.learn2reg.fields.forms import as_stored
from echoweave.learn2reg.fields.native import to_native

SHAPE = (12, 14, 16)
# Case -> how far its organs lie up, of those of case 1.
SHIFTS = {"l2r_0001": 0, "l2r_0002": 1, "l2r_0003": 2}
# Axes as the release stores them: i to the right, j to anterior, k up.
AFFINE = np.diag([2.0, 2.0, 2.0, 1.0])
AXES = "RAS"


def organs(shift: int) -> NDArray[np.uint8]:
    """Liver and spleen as cubes of side 4, [Z, Y, X]."""
    labels = np.zeros(SHAPE, np.uint8)
    labels[2 + shift : 6 + shift, 4:8, 2:6] = 6
    labels[2 + shift : 6 + shift, 4:8, 10:14] = 1
    return labels


def write_volume(path: Path, volume: NDArray[np.generic]) -> None:
    """Write [Z, Y, X] in the axes RAS."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Nifti1Image(volume.T[::-1, ::-1], AFFINE).to_filename(path)


def write_labels(folder: Path, suffix: str = ".nii.gz") -> None:
    for case, shift in SHIFTS.items():
        write_volume(folder / f"label{case[-4:]}{suffix}", organs(shift))


def field_up(voxels: float) -> NDArray[np.float32]:
    """Every voxel of the fixed file lies ``voxels`` higher in the moving one."""
    field = np.zeros((3, *SHAPE), np.float32)
    field[0] = voxels
    return field


def write_fields(folder: Path) -> None:
    """1 to 2 as it should be, in today's form; 1 to 3 one voxel short, in the form of 2020."""
    folder.mkdir(parents=True, exist_ok=True)
    write_field(folder / "disp_0001_0000_0002_0000.npz", field_up(1), (AXES, AXES))
    half = as_stored(to_native(field_up(1), (AXES, AXES)), "half")
    (folder / "task_03").mkdir()
    np.savez(folder / "task_03/disp_0001_0003.npz", half)
