"""Bad trees: name of the case -> what is done to a sound tree, and what is said of it."""

import os
import shutil
from typing import Any

import numpy as np
import SimpleITK as sitk  # noqa: N813

from echoweave.datasets.camus import VIEWS
from echoweave.io.images import write_image
from tests.bad_input.edits import BACK, OTHER, Edit
from tests.data_tree import SPACING_MM, Tree, clip

MASK = np.ones((6, 8), np.uint8)


def drop_view(tree: Tree) -> None:
    for path in tree.folder("patient0001").glob("*2CH*"):
        path.unlink()


def new_folder(name: str | bytes) -> Edit:
    return lambda tree: (tree.camus / "training" / os.fsdecode(name)).mkdir()


def link_loop(tree: Tree) -> None:
    loop = tree.camus / "training" / "patient0003"
    loop.symlink_to(loop)


def same_id_twice(tree: Tree) -> None:
    shutil.copytree(tree.folder("patient0001"), tree.folder("patient0001", "testing"))


def one_mask_of_a_test_patient(tree: Tree) -> None:
    folder = tree.folder("patient0010", "testing")
    (folder / "patient0010_4CH_ES_gt.mhd").unlink()


def no_training_patient(tree: Tree) -> None:
    for patient in ("patient0001", "patient0002"):
        shutil.rmtree(tree.folder(patient))


def root_link_loop(tree: Tree) -> None:
    shutil.rmtree(tree.camus)
    tree.camus.symlink_to(tree.camus)


def no_root(tree: Tree) -> None:
    shutil.rmtree(tree.camus)


def neither_layout(tree: Tree) -> None:
    (tree.camus / "training").rename(tree.camus / "Training")


def both_layouts(tree: Tree) -> None:
    (tree.camus / "database_nifti").mkdir()


def the_other_layout(tree: Tree) -> None:
    tree.config["data"]["camus"]["layout"] = "nifti"


def path(key: str, value: str) -> Edit:
    """Set a path of the section data ("ted.root") to ``value`` below the tree's folder."""

    def edit(tree: Tree) -> None:
        section, _, name = key.rpartition(".")
        data: dict[str, Any] = tree.config["data"]
        (data[section] if section else data)[name] = str(tree.root / value)

    return edit


def truth(array: Any, spacing_mm: tuple[float, float] = SPACING_MM) -> Edit:
    def edit(tree: Tree) -> None:
        folder = tree.root / "truth"
        tree.config["data"]["dense_truth"] = str(folder)
        write_image(folder / "patient0001_4CH.nii.gz", np.asarray(array), spacing_mm)

    return edit


def ted(frames: int, label: int) -> Edit:
    masks = np.full((4, 6, 8), label, np.uint8)
    return lambda tree: tree.add_ted("patient001", clip()[:frames], masks)


def ted_without_masks(tree: Tree) -> None:
    ted(4, 1)(tree)
    (tree.ted / "database/patient001/patient001_4CH_sequence_gt.mhd").unlink()


def twins(one: str, other: str) -> str:
    """What is said of both views of two patients with the same images."""
    clips = [[f"camus/{place}_{view}_sequence.mhd" for place in (one, other)] for view in VIEWS]
    pairs = [(first, second) for first, second in clips]
    pairs += [(second, first) for first, second in clips]
    return "\n".join(f"{a}: the same images as {b}; keep the one that is right" for a, b in pairs)


def under_another_id(split: str) -> Edit:
    """Let a patient appear once more, with files of another name and compression."""

    def edit(tree: Tree) -> None:
        folder = tree.folder("patient0007", split)
        folder.mkdir(parents=True)
        for path in tree.folder("patient0001").iterdir():
            if path.suffix == ".mhd":
                name = path.name.replace("patient0001", "patient0007")
                sitk.WriteImage(sitk.ReadImage(str(path)), str(folder / name), useCompression=True)
            elif path.suffix == ".cfg":
                shutil.copy(path, folder)

    return edit


def one_view_for_both(tree: Tree) -> None:
    for path in tree.folder("patient0001").glob("*4CH_*"):
        if path.suffix == ".mhd":
            twin = path.with_name(path.name.replace("4CH", "2CH"))
            sitk.WriteImage(sitk.ReadImage(str(path)), str(twin))


def truth_of_no_one(tree: Tree) -> None:
    truth(np.ones((4, 6, 8), np.uint8))(tree)
    path = tree.root / "truth/patient0001_4CH.nii.gz"
    path.rename(path.with_name("pat1_A4C.nii.gz"))


def no_truth_at_all(tree: Tree) -> None:
    truth(MASK)(tree)
    (tree.root / "truth/patient0001_4CH.nii.gz").unlink()


def ted_of_another_spacing(tree: Tree) -> None:
    ted(4, 1)(tree)
    masks = tree.ted / "database/patient001/patient001_4CH_sequence_gt.mhd"
    write_image(masks, np.ones((4, 6, 8), np.uint8), (0.4, 0.2))


TREES: dict[str, tuple[Edit, str]] = {
    "one view": (drop_view, "camus/training/patient0001: 2CH: the view is missing; add its files"),
    "unknown folder": (
        new_folder("my notes ä"),
        "camus/training/my notes ä: not a patient's folder; move it elsewhere",
    ),
    "folder that a terminal would obey": (
        new_folder("patient\x1b[2J\n0"),
        "camus/training/patient\\x1b[2J\\n0: not a patient's folder; move it elsewhere",
    ),
    "folder whose name is no text": (
        new_folder(b"patient\xff"),
        "camus/training/patient\\udcff: not a patient's folder; move it elsewhere",
    ),
    "folder with markup for a name": (
        new_folder("patient<script>alert(1)<\\script>"),
        "camus/training/patient<script>alert(1)<\\script>: not a patient's folder; move "
        "it elsewhere",
    ),
    "patient in Arabic digits": (
        new_folder("patient\u0660\u0663"),
        "camus/training/patient\u0660\u0663: not a patient's folder; move it elsewhere",
    ),
    "link loop": (
        link_loop,
        "camus/training/patient0003: a link that leads nowhere; remove or repair it",
    ),
    "same id twice": (
        same_id_twice,
        twins("training/patient0001/patient0001", "testing/patient0001/patient0001"),
    ),
    "a training patient in testing under another id": (
        under_another_id("testing"),
        twins("training/patient0001/patient0001", "testing/patient0007/patient0007"),
    ),
    "a training patient twice": (
        under_another_id("training"),
        twins("training/patient0001/patient0001", "training/patient0007/patient0007"),
    ),
    "one view for both": (
        one_view_for_both,
        "\n".join(
            f"camus/training/patient0001/patient0001_{one}_sequence.mhd: the same images as "
            f"camus/training/patient0001/patient0001_{other}_sequence.mhd; keep the one that is "
            "right"
            for one, other in (VIEWS, VIEWS[::-1])
        ),
    ),
    "one mask of a test patient": (
        one_mask_of_a_test_patient,
        f"camus/testing/patient0010/patient0010_4CH_ES_gt.mhd: the file is missing; {BACK}",
    ),
    "no training patient": (
        no_training_patient,
        "camus: data.camus.root: holds no sound training patient; point it at the "
        "unpacked CAMUS data",
    ),
    "root is missing": (
        no_root,
        "camus: data.camus.root: there is no such folder; point it at the unpacked CAMUS data",
    ),
    "root is a link loop": (
        root_link_loop,
        "camus: data.camus.root: there is no such folder; point it at the unpacked CAMUS data",
    ),
    "neither layout": (
        neither_layout,
        "camus: data.camus.root: holds neither training/ nor database_nifti/; point it "
        "at the unpacked CAMUS data",
    ),
    "both layouts": (
        both_layouts,
        "camus: data.camus.layout: holds both training/ and database_nifti/; set it to "
        "mhd or nifti",
    ),
    "the other layout": (
        the_other_layout,
        "camus: data.camus.root: holds no database_nifti/; point it at the unpacked CAMUS data",
    ),
    "no TED": (
        path("ted.root", "nowhere"),
        "nowhere: data.ted.root: there is no such folder; point it at the unpacked TED "
        "data, or set it to null to go without",
    ),
    "TED without database": (
        path("ted.root", "camus"),
        "camus: data.ted.root: holds no database/; point it at the unpacked TED data, "
        "or set it to null to go without",
    ),
    "no pairing": (
        path("ted.pairing", "nowhere.tsv"),
        "nowhere.tsv: data.ted.pairing: there is no such file; correct the path, or "
        "set it to null to pair by the images",
    ),
    "no dense truth": (
        path("dense_truth", "nowhere"),
        "nowhere: data.dense_truth: there is no such folder; point it at the folder of "
        "masks, or set it to null to go without",
    ),
    "dense truth of another length": (
        truth([MASK, MASK]),
        "truth/patient0001_4CH.nii.gz: size: 2 frames of 8 x 6 pixels, but "
        f"patient0001_4CH_sequence.mhd is 4 frames of 8 x 6 pixels; {OTHER}",
    ),
    "dense truth of one frame": (
        truth(MASK),
        "truth/patient0001_4CH.nii.gz: dimensions: a single mask of 2 dimensions where "
        "one a frame is needed; replace it",
    ),
    "dense truth of another spacing": (
        truth(np.ones((4, 6, 8), np.uint8), (0.4, 0.2)),
        "truth/patient0001_4CH.nii.gz: spacing: 0.2 x 0.4 mm, but patient0001_4CH_sequence.mhd "
        "says 0.1 x 0.2 mm; correct the header that is wrong",
    ),
    "dense truth under other names": (
        truth_of_no_one,
        "truth: data.dense_truth: none of its masks matches a sequence (pat1_A4C.nii.gz); name "
        "them patient0001_2CH.nii.gz, or set it to null to go without",
    ),
    "dense truth without masks": (
        no_truth_at_all,
        "truth: data.dense_truth: holds no masks; name them patient0001_2CH.nii.gz, or set it to "
        "null to go without",
    ),
    "TED masks of another spacing": (
        ted_of_another_spacing,
        "ted/database/patient001/patient001_4CH_sequence_gt.mhd: spacing: 0.2 x 0.4 mm, but "
        "patient001_4CH_sequence.mhd says 0.1 x 0.2 mm; correct the header that is wrong",
    ),
    "TED with an atrium": (
        ted(4, 3),
        "ted/database/patient001/patient001_4CH_sequence_gt.mhd: labels: holds 3, but "
        "labels are 0 to 2; correct the mask",
    ),
    "TED with more masks than frames": (
        ted(3, 1),
        "ted/database/patient001/patient001_4CH_sequence_gt.mhd: size: 4 frames of "
        f"8 x 6 pixels, but patient001_4CH_sequence.mhd is 3 frames of 8 x 6 pixels; {OTHER}",
    ),
    "TED without masks": (
        ted_without_masks,
        f"ted/database/patient001/patient001_4CH_sequence_gt.mhd: the file is missing; {BACK}",
    ),
}


def listed(patient: str, subgroup: str) -> Edit:
    return lambda tree: tree.enlist(patient, subgroup)


def list_missing(tree: Tree) -> None:
    (tree.camus / "database_split" / "subgroup_testing.txt").unlink()


def patient_not_listed(tree: Tree) -> None:
    tree.folder("patient0003").mkdir()


NOT_THERE = (
    "listed, but there is no such folder in database_nifti/; add the folder or drop the line"
)
SPLITS: dict[str, tuple[Edit, str]] = {
    "patient listed twice": (
        listed("patient0001", "testing"),
        "camus/database_split: patient0001: listed twice; keep one of the lines",
    ),
    "patient listed and not there": (
        listed("patient0009", "testing"),
        f"camus/database_split: patient0009: {NOT_THERE}",
    ),
    "path listed": (
        listed("/etc/passwd", "testing"),
        f"camus/database_split: /etc/passwd: {NOT_THERE}",
    ),
    "patient not listed": (
        patient_not_listed,
        "camus/database_nifti/patient0003: in no subgroup list; add its id to one in "
        "database_split/",
    ),
    "list missing": (
        list_missing,
        "camus/database_split/subgroup_testing.txt: the file is missing; take it from "
        "the release\ncamus/database_nifti/patient0010: in no subgroup list; add its id "
        "to one in database_split/",
    ),
}
