"""Volumes that cannot be used: case -> what is done to a sound tree, and what is said of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from scipy.spatial.transform import Rotation

from tests.learn2reg.case_files import blocks, ramp, write_nifti, write_slice

VolumeCase = tuple[Callable[[Path], object], str]
COPY = "replace it with a sound copy"
IMAGE, LABEL = "l2r/img/img0002.nii.gz", "l2r/label/label0002.nii.gz"
GRID = "give labels on the grid of the image"
ALL = "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13"
LISTED = "put it back, or list pairs of cases that are there"


def volume(name: str, array: Any, *form: Any) -> Callable[[Path], object]:
    return lambda root: write_nifti(root / name, array, *form)


def content(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text(text)


def cut(name: str) -> Callable[[Path], object]:
    def shorten(root: Path) -> None:
        whole = (root / name).read_bytes()
        (root / name).write_bytes(whole[: len(whole) // 2])

    return shorten


def gone(name: str) -> Callable[[Path], object]:
    return lambda root: (root / name).unlink()


def moved(name: str, to: str) -> Callable[[Path], object]:
    return lambda root: (root / name).rename(root / to)


def header(name: str, change: Callable[[Any], object]) -> Callable[[Path], object]:
    def spoil(root: Path) -> None:
        image: Any = nibabel.load(root / name)
        array = np.asarray(image.dataobj)
        change(image.header)
        nibabel.save(nibabel.Nifti1Image(array, None, image.header), root / name)

    return spoil


def without_axes(one: Any) -> None:
    one.set_sform(None, 0)
    one.set_qform(None, 0)


def thick(one: Any) -> None:
    one["pixdim"][3] = 5


def holed() -> Any:
    values = ramp().astype(float)
    values[2, 3, 4] = np.nan
    return values


def described(task: str, labels: Any) -> Callable[[Path], object]:
    return content(f"{task}/dataset.json", json.dumps({"labels": labels}))


def of_release(pairs: Any) -> Callable[[Path], object]:
    def describe(root: Path) -> None:
        (root / "l2r/pairs_val.csv").unlink()
        (root / "l2r/AbdomenCTCT_dataset.json").write_text(json.dumps({"registration_val": pairs}))

    return describe


def widen(root: Path) -> None:
    """Store a case of the target with labels on a grid of its own."""
    bigger = np.pad(ramp(), ((0, 2), (0, 0), (0, 0)))
    write_nifti(root / IMAGE, bigger)
    write_nifti(root / LABEL, np.pad(blocks(6), ((0, 2), (0, 0), (0, 0))))


ASKEW = Rotation.from_euler("x", 30, degrees=True).as_matrix()
SHEARED = np.array([[1.0, 0, 0], [0, 1, 0.2], [0, 0, 1]])
FILES: dict[str, VolumeCase] = {
    "an image cut short": (
        cut(IMAGE),
        f"{IMAGE}: truncated or damaged (Compressed file ended before the end-of-stream marker was "
        f"reached); {COPY}",
    ),
    "no NIfTI": (content(IMAGE, "<html>"), f"{IMAGE}: truncated or not a NIfTI file; {COPY}"),
    "a slice": (
        volume(IMAGE, ramp()[:1]),
        f"{IMAGE}: shape: only 12 x 8 x 1 voxels; replace it with the whole volume",
    ),
    "volumes in time": (
        lambda root: nibabel.save(
            nibabel.Nifti1Image(np.zeros((8, 8, 8, 3), np.int16), np.eye(4)), root / IMAGE
        ),
        f"{IMAGE}: 8 x 8 x 8 x 3 voxels where a volume of 3 dimensions is needed; {COPY}",
    ),
    "NaN": (volume(IMAGE, holed()), f"{IMAGE}: holds NaN or infinite values; {COPY}"),
    "greys of another scale": (
        volume(IMAGE, np.linspace(0, 1, 960).reshape(10, 8, 12)),
        f"{IMAGE}: pixels: grey values from 0 to 1 are not Hounsfield units; store it in "
        "Hounsfield units",
    ),
    "no axes": (
        header(IMAGE, without_axes),
        f"{IMAGE}: its header does not say where its axes run (neither sform nor qform); store it "
        "with the orientation that it was converted from",
    ),
    "a patient askew": (
        volume(IMAGE, ramp(), "LPS", (2.0, 2.0, 2.0), ASKEW),
        f"{IMAGE}: its axes lie askew in the patient by over 20 degrees; resample it onto straight "
        "axes",
    ),
    "a tilted gantry": (
        volume(IMAGE, ramp(), "LPS", (2.0, 2.0, 2.0), SHEARED),
        f"{IMAGE}: its header says that its axes are sheared; resample it onto straight axes",
    ),
    "two spacings of slices": (
        header(IMAGE, thick),
        f"{IMAGE}: its pixdim says that slices lie 5 mm apart and its sform 2 mm; correct the "
        "header: distances in mm depend on it",
    ),
    "a spacing in metres": (
        volume(IMAGE, ramp(), "LPS", (0.002, 0.002, 0.002)),
        f"{IMAGE}: spacing: the spacing is 0.002 x 0.002 x 0.002 mm; correct the header",
    ),
    "a case on another grid": (
        widen,
        f"{IMAGE}: grid: 12 x 8 x 12 voxels of 2.00 x 2.00 x 2.00 mm, where other cases have "
        "12 x 8 x 10 voxels of 2.00 x 2.00 x 2.00 mm; take the release whose cases lie on one grid",
    ),
    "labels of another shape": (
        volume(LABEL, np.pad(blocks(6), ((0, 2), (0, 0), (0, 0)))),
        f"{LABEL}: shape: 12 x 8 x 12 voxels, and its image has 12 x 8 x 10; {GRID}",
    ),
    "labels of another spacing": (
        volume(LABEL, blocks(6), "LPS", (3.0, 2.0, 2.0)),
        f"{LABEL}: spacing: 2 x 2 x 3 mm, and its image has 2 x 2 x 2; {GRID}",
    ),
    "labels with other axes": (
        volume(LABEL, blocks(6), "RAS"),
        f"{LABEL}: axes: run RAS, and those of its image LPS; {GRID}",
    ),
    "strange labels": (
        volume(LABEL, blocks(6, 14, 200)),
        f"{LABEL}: labels: holds 14, 200, but labels are {ALL}; correct it, or give labels of it",
    ),
    "labels in fractions": (
        volume(LABEL, blocks(6) * 0.25),
        f"{LABEL}: labels: holds 1.5, but labels are {ALL}; correct it, or give labels of it",
    ),
    "nothing labelled": (
        volume(LABEL, blocks()),
        f"{LABEL}: labels: nothing is labelled; correct it, or leave the case out",
    ),
    "the pancreas alone": (
        volume("tcia/label/label0001.nii.gz", blocks(1)),
        "tcia/label/label0001.nii.gz: labels: holds no 11, which all labels of tcia have; give the "
        "labels of several organs",
    ),
    "two series in one folder": (
        lambda root: write_slice(
            root / "tcia/image/PANCREAS_0001/2.dcm", ramp()[0], 20, (2.0, 1.0, 1.0)
        ),
        "tcia/image/PANCREAS_0001: 2.dcm is of another series or grid than 1-001.dcm; keep one "
        "series in the folder",
    ),
    "a damaged slice": (
        content("tcia/image/PANCREAS_0001/1-001.dcm", "DICM"),
        "tcia/image/PANCREAS_0001: 1-001.dcm is damaged (File is missing DICOM File Meta "
        "Information header or the 'DICM' prefix is missing from the header. Use force=True to "
        f"fo); {COPY}",
    ),
}

LISTS: dict[str, VolumeCase] = {
    "labels of an image that is gone": (
        gone(IMAGE),
        f"{LABEL}: there is no image of case 0002; put it back, or move the labels away",
    ),
    "no labels": (
        gone(LABEL),
        f"{IMAGE}: has no labels, and is in no pair to test on; put them back, or name it in "
        "learn2reg.exclude",
    ),
    "a name of its own": (
        moved("l2r/img/img0005.nii.gz", "l2r/img/patient.nii.gz"),
        "l2r/img/patient.nii.gz: is not called imgNNNN.nii.gz, NNNN the case; rename it, or move "
        "it away\n"
        "l2r/label/label0005.nii.gz: there is no image of case 0005; put it back, or move the "
        "labels away",
    ),
    "a case of two releases": (
        volume("l2r/imagesTr/AbdomenCTCT_0002_0000.nii.gz", ramp()),
        "l2r/imagesTr/AbdomenCTCT_0002_0000.nii.gz: case 0002 lies in {root}/l2r/img/img0002.nii.gz"
        " as well; keep one release alone",
    ),
    "a case paired with itself": (
        content("l2r/pairs_val.csv", "fixed,moving\n1,4\n4,4\n"),
        "l2r/pairs_val.csv: line 3: l2r_0004 is fixed and moving; pair it with another case",
    ),
    "a pair twice": (
        content("l2r/pairs_val.csv", "fixed;moving\n1;4\n4;1\n0001;0004\n"),
        "l2r/pairs_val.csv: line 4: l2r_0001, l2r_0004 is listed twice; keep one of them",
    ),
    "a pair of a case that is not there": (
        content("l2r/pairs_val.csv", "fixed,moving\n1,4\n1,9\n"),
        f"l2r/pairs_val.csv: line 3: there is no case l2r_0009; {LISTED}",
    ),
    "a pair of validation without labels": (
        content("l2r/pairs_val.csv", "fixed,moving\n1,61\n"),
        "l2r/pairs_val.csv: line 2: l2r_0061 has no labels to validate with; put them back\n"
        "l2r/pairs_test.csv: line 2: l2r_0061 is in a pair of validation, too; give it one of the "
        "two splits",
    ),
    "pairs of words": (
        content("l2r/pairs_val.csv", "fixed,moving\n1,four\n,4\n"),
        "l2r/pairs_val.csv: line 2, moving: 'four' is no case; give its number, such as 7 or 0007\n"
        "l2r/pairs_val.csv: line 3, fixed: an empty cell is no case; give its number, such as 7 or "
        "0007",
    ),
    "other columns": (
        content("l2r/pairs_test.csv", "a,b\n61,62\n"),
        "l2r/pairs_test.csv: the header has no fixed, moving; its first line must name fixed, "
        "moving, with tabs or commas between them",
    ),
    "two lists": (
        content("l2r/task_03_pairs_val.csv", "fixed,moving\n1,4\n"),
        "l2r/task_03_pairs_val.csv: pairs_val.csv is there as well; set learn2reg.pairs.validation",
    ),
    "a release that pairs nothing": (
        of_release([]),
        "l2r: learn2reg.pairs.validation: there are no pairs to validate; list them in "
        "pairs_val.csv",
    ),
    "a release that pairs something else": (
        of_release([{"fixed": "a", "moving": "b"}]),
        "l2r/AbdomenCTCT_dataset.json: registration_val: lists no pairs that are read "
        "(ValueError('a is no case')); replace it with a sound copy",
    ),
    "the folder of another task": (
        described("spleen", {"0": "background", "1": "liver", "2": "cancer"}),
        "spleen/dataset.json: labels: label 1 is 'liver', not spleen; give the folder of the right "
        "task",
    ),
    "an image of MSD without labels": (
        gone("spleen/labelsTr/spleen_2.nii.gz"),
        "spleen/imagesTr/spleen_2.nii.gz: there is no {root}/spleen/labelsTr file of it; put the "
        "labels back, or move the image to imagesTs",
    ),
    "a case of KiTS without its image": (
        gone("kits/case_00000/imaging.nii.gz"),
        "kits/case_00000/imaging.nii.gz: the file is missing; fetch it, or remove the folder of "
        "the case",
    ),
    "an image twice": (
        volume("tcia/PANCREAS_0002.nii.gz", ramp()),
        "tcia/image/PANCREAS_0002.nii.gz: case 0002 lies in {root}/tcia/PANCREAS_0002.nii.gz as "
        "well; keep one of them",
    ),
}
