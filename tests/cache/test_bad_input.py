"""Every bad input gets its one clear line, before anything is made from it."""

import re
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.io.images import write_image

Edit = Callable[[Any], None]
SPACING_MM = (0.2, 0.1)


def lines_of(tree: Any) -> list[str]:
    """What the user reads, with paths relative to the CAMUS folder, or to the one above."""
    with pytest.raises(InputError) as caught:
        tree.load()
    text = str(caught.value).replace(f"{tree.camus}/", "").replace(f"{tree.root}/", "")
    return text.splitlines()


def image(part: str, array: Any, spacing_mm: tuple[float, float] = SPACING_MM) -> Edit:
    return lambda tree: write_image(tree.file(part), np.asarray(array), spacing_mm)


def cfg(old: str, new: str) -> Edit:
    def edit(tree: Any) -> None:
        path = tree.file("cfg")
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return edit


def cut(part: str, n_bytes: int) -> Edit:
    def edit(tree: Any) -> None:
        path = tree.file(part).with_suffix(".raw")
        path.write_bytes(path.read_bytes()[:n_bytes])

    return edit


def remove(part: str, suffix: str = ".mhd") -> Edit:
    return lambda tree: tree.file(part).with_suffix(suffix).unlink()


def copy(part: str, other: str) -> Edit:
    def edit(tree: Any) -> None:
        for suffix in (".mhd", ".raw"):
            text = tree.file(part).with_suffix(suffix).read_bytes()
            name = tree.file(part).stem.encode()
            new = text.replace(name, tree.file(other).stem.encode())
            tree.file(other).with_suffix(suffix).write_bytes(new)

    return edit


def swap(part: str, other: str) -> Edit:
    def edit(tree: Any) -> None:
        one, two = (tree.file(name).with_suffix(".raw") for name in (part, other))
        first, second = one.read_bytes(), two.read_bytes()
        one.write_bytes(second)
        two.write_bytes(first)

    return edit


def empty(part: str) -> Edit:
    return lambda tree: tree.file(part).write_bytes(b"")


def drop_view(tree: Any) -> None:
    for path in tree.folder("patient0001").glob("*2CH*"):
        path.unlink()


def stray_folder(tree: Any) -> None:
    (tree.camus / "training" / "my notes ä").mkdir()


def link_loop(tree: Any) -> None:
    loop = tree.camus / "training" / "patient0002"
    loop.symlink_to(loop)


def same_id(tree: Any) -> None:
    shutil.copytree(tree.folder("patient0001"), tree.folder("patient0001", "testing"))


def half_labelled(tree: Any) -> None:
    tree.add("patient0002", "testing", labelled=False)
    folder = tree.folder("patient0002", "testing")
    write_image(folder / "patient0002_4CH_ED_gt.mhd", np.ones((6, 8), np.uint8), SPACING_MM)


def truth(array: Any) -> Edit:
    def edit(tree: Any) -> None:
        folder = tree.root / "truth"
        tree.config["data"]["dense_truth"] = str(folder)
        write_image(folder / "patient0001_4CH.nii.gz", np.asarray(array), SPACING_MM)

    return edit


P = "training/patient0001/patient0001_4CH"
CFG = "training/patient0001/Info_4CH.cfg"
COPY = "replace it with a sound copy"
BACK = "put it back from the original data"
OTHER = "replace it with the one that belongs to the clip"
GREY = np.full((6, 8), 7, np.uint8)
MASK = np.ones((6, 8), np.uint8)

CASES: list[tuple[str, Edit, str]] = [
    (
        "raw cut",
        cut("sequence", 50),
        f"{P}_sequence.mhd: patient0001_4CH_sequence.raw is truncated: 50 bytes for an image "
        f"of 192; {COPY}",
    ),
    (
        "raw missing",
        remove("ED_gt", ".raw"),
        f"{P}_ED_gt.mhd: its pixel file patient0001_4CH_ED_gt.raw is missing; {COPY}",
    ),
    (
        "zero bytes",
        empty("ES"),
        f"{P}_ES.mhd: not a MetaImage header; {COPY}",
    ),
    (
        "clip missing",
        remove("sequence"),
        f"{P}_sequence.mhd: the file is missing; {BACK}",
    ),
    (
        "mask missing",
        remove("ES_gt"),
        f"{P}_ES_gt.mhd: the file is missing; {BACK}",
    ),
    (
        "NaN",
        image("ED", np.full((6, 8), np.nan, np.float32)),
        f"{P}_ED.mhd: holds NaN or infinite values; {COPY}",
    ),
    (
        "16 bit",
        image("ED", GREY.astype(np.uint16) * 100),
        f"{P}_ED.mhd: pixels: grey values from 700 to 700 do not fit 0 to 255; scale the "
        "images to 0 to 255",
    ),
    (
        "negative",
        image("ED", GREY.astype(np.int16) - 8),
        f"{P}_ED.mhd: pixels: grey values from -1 to -1 do not fit 0 to 255; scale the images "
        "to 0 to 255",
    ),
    (
        "clip of one image",
        image("sequence", GREY),
        f"{P}_sequence.mhd: dimensions: a single image of 2 dimensions where a clip of 3 is "
        "needed; replace it with the clip",
    ),
    (
        "clip of one frame",
        image("sequence", GREY[None]),
        f"{CFG}: NbFrame: 4, but patient0001_4CH_sequence.mhd holds 1 frames; correct it or "
        "replace the clip",
    ),
    (
        "ED of many frames",
        image("ED", [GREY, GREY]),
        f"{P}_ED.mhd: dimensions: holds 2 frames where one is needed; replace it with the one "
        "frame",
    ),
    (
        "ED of other size",
        image("ED", GREY[:5]),
        f"{P}_ED.mhd: size: 8 x 5 pixels, but the frames of patient0001_4CH_sequence.mhd are "
        f"8 x 6 pixels; {OTHER}",
    ),
    (
        "ED of other spacing",
        image("ED", np.zeros((6, 8), np.uint8), (0.2, 0.2)),
        f"{P}_ED.mhd: spacing: 0.2 x 0.2 mm, but patient0001_4CH_sequence.mhd says 0.1 x 0.2 "
        "mm; correct the header that is wrong",
    ),
    (
        "ED and ES swapped",
        swap("ED", "ES"),
        f"{P}_ED.mhd: ED: looks like frame 4 (ES), not 1 (ED), of the clip; swap it with "
        "patient0001_4CH_ES.mhd or correct the cfg",
    ),
    (
        "mask of other size",
        image("ED_gt", MASK[:, :7]),
        f"{P}_ED_gt.mhd: size: 7 x 6 pixels, but the frames of patient0001_4CH_sequence.mhd "
        f"are 8 x 6 pixels; {OTHER}",
    ),
    (
        "label 4",
        image("ED_gt", MASK * 4),
        f"{P}_ED_gt.mhd: labels: holds 4, but labels are 0 to 3; correct the mask",
    ),
    (
        "label 1.5",
        image("ED_gt", MASK * np.float32(1.5)),
        f"{P}_ED_gt.mhd: labels: holds 1.5, but labels are 0 to 3; correct the mask",
    ),
    (
        "grey values for labels",
        image("ED_gt", np.arange(48, dtype=np.uint8).reshape(6, 8)),
        f"{P}_ED_gt.mhd: labels: holds 4, 5, 6, ..., but labels are 0 to 3; correct the mask",
    ),
    (
        "empty mask",
        image("ES_gt", MASK * 0),
        f"{P}_ES_gt.mhd: labels: the mask is empty; draw it or leave the sequence out",
    ),
    (
        "masks swapped",
        swap("ED_gt", "ES_gt"),
        f"{P}_ED_gt.mhd: labels: the cavity is smaller (8 pixels) than at ES (16 pixels); "
        "swap it with patient0001_4CH_ES_gt.mhd or correct the cfg",
    ),
    (
        "cfg missing",
        remove("cfg", ".cfg"),
        f"{CFG}: the file is missing; {BACK}",
    ),
    (
        "cfg without ED",
        cfg("ED: 1\n", ""),
        f'{CFG}: ED: the key is missing; add the line "ED: <number>"',
    ),
    (
        "cfg without NbFrame",
        cfg("NbFrame", "Frames"),
        f'{CFG}: NbFrame: the key is missing; add the line "NbFrame: <number>"',
    ),
    (
        "ES == ED",
        cfg("ES: 4", "ES: 1"),
        f"{CFG}: ES: the same frame as ED (1); correct one of them",
    ),
    (
        "ES past the end",
        cfg("ES: 4", "ES: 5"),
        f"{CFG}: ES: frame 5 is out of range 1 to 4; correct it",
    ),
    (
        "ED 0",
        cfg("ED: 1", "ED: 0"),
        f"{CFG}: ED: frame 0 is out of range 1 to 4; correct it",
    ),
    (
        "ED no number",
        cfg("ED: 1", "ED: first"),
        f"{CFG}: ED: 'first' is not a whole number; correct it",
    ),
    (
        "ED a fraction",
        cfg("ED: 1", "ED: 1.5"),
        f"{CFG}: ED: '1.5' is not a whole number; correct it",
    ),
    (
        "ED twice",
        cfg("ED: 1", "ED: 1\nED: 2"),
        f"{CFG}: ED: stands there twice, as 1 and as 2; keep the right line",
    ),
    (
        "NbFrame of another clip",
        cfg("NbFrame: 4", "NbFrame: 5"),
        f"{CFG}: NbFrame: 5, but patient0001_4CH_sequence.mhd holds 4 frames; correct it or "
        "replace the clip",
    ),
    (
        "one view",
        drop_view,
        "training/patient0001: 2CH: the view is missing; add its files",
    ),
    (
        "unknown folder",
        stray_folder,
        "training/my notes ä: not a patient's folder; move it elsewhere",
    ),
    (
        "link loop",
        link_loop,
        "training/patient0002: a link that leads nowhere; remove or repair it",
    ),
    (
        "same id twice",
        same_id,
        "camus: patient0001: the same images in training/ and in testing/; "
        "keep the one that is right",
    ),
    (
        "one mask of a test patient",
        half_labelled,
        f"testing/patient0002/patient0002_4CH_ES_gt.mhd: the file is missing; {BACK}",
    ),
    (
        "truth of other length",
        truth([MASK, MASK]),
        f"truth/patient0001_4CH.nii.gz: size: 2 frames of 8 x 6 pixels, but ED to ES "
        f"of the clip is 4 frames of 8 x 6 pixels; {OTHER}",
    ),
    (
        "truth of one frame",
        truth(MASK),
        "truth/patient0001_4CH.nii.gz: dimensions: a single mask of 2 dimensions "
        "where one a frame is needed; replace it",
    ),
]


@pytest.mark.parametrize(("edit", "line"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_one_line(tree: Any, edit: Edit, line: str) -> None:
    edit(tree)
    assert lines_of(tree) == [line]


def test_all_are_listed_together(tree: Any) -> None:
    cfg("ED: 1\n", "")(tree)
    image("ED_gt", MASK * 4)(tree)
    cut("sequence", 50)(tree)
    drop_view(tree)
    stray_folder(tree)
    tree.config["data"]["ted"]["root"] = str(tree.root / "nowhere")
    keys = [line.split(":")[0] for line in lines_of(tree)]
    assert keys == [
        "nowhere",
        "training/my notes ä",
        "training/patient0001",
        CFG,
        f"{P}_sequence.mhd",
        f"{P}_ED_gt.mhd",
    ]


def test_bad_sequences_can_be_left_out(tree: Any) -> None:
    image("ED_gt", MASK * 4)(tree)
    stray_folder(tree)
    tree.config["data"]["on_bad_input"] = "exclude"
    cohort = tree.load()
    assert [source.name for source in cohort.sequences] == ["patient0001_2CH"]
    assert [(one.sequence, one.problem.key) for one in cohort.excluded] == [
        ("", ""),
        ("patient0001_4CH", "labels"),
    ]


def test_a_missing_view_leaves_the_other_in(tree: Any) -> None:
    drop_view(tree)
    tree.config["data"]["on_bad_input"] = "exclude"
    cohort = tree.load()
    assert [source.name for source in cohort.sequences] == ["patient0001_4CH"]
    assert [one.sequence for one in cohort.excluded] == ["patient0001_2CH"]


def test_an_id_used_twice_leaves_the_patient_out(tree: Any) -> None:
    tree.add("patient0002")
    same_id(tree)
    tree.config["data"]["on_bad_input"] = "exclude"
    assert tree.load().patients == ["patient0002"]


def test_nothing_left(tree: Any) -> None:
    shutil.rmtree(tree.folder("patient0001"))
    tree.config["data"]["on_bad_input"] = "exclude"
    assert lines_of(tree) == [
        "camus: data.camus.root: holds no sound training patient; "
        "point it at the unpacked CAMUS data"
    ]


def test_too_few_patients_for_the_folds(tree: Any) -> None:
    tree.config["folds"] = 3
    assert lines_of(tree) == ["config: folds: 3 folds for 1 training patients; set it to 1 or less"]


@pytest.mark.parametrize(
    ("folders", "layout", "what"),
    [
        ([], "auto", "data.camus.root: there is no such folder"),
        (["."], "auto", "data.camus.root: holds neither training/ nor database_nifti/"),
        (["."], "mhd", "data.camus.root: holds no training/"),
        (["training"], "nifti", "data.camus.root: holds no database_nifti/"),
        (
            ["training", "database_nifti"],
            "auto",
            "data.camus.layout: holds both training/ and database_nifti/",
        ),
    ],
)
def test_roots(make_tree: Any, folders: list[str], layout: str, what: str) -> None:
    tree = make_tree("mhd")
    for folder in folders:
        (tree.camus / folder).mkdir(parents=True)
    tree.config["data"]["camus"]["layout"] = layout
    (line,) = lines_of(tree)
    assert line.startswith(f"camus: {what}; ")


@pytest.mark.parametrize("key", ["ted.root", "ted.pairing", "dense_truth"])
def test_paths_that_are_not_there(tree: Any, key: str) -> None:
    section, _, name = key.rpartition(".")
    data = tree.config["data"]
    (data[section] if section else data)[name] = "/no/such/place"
    (line,) = lines_of(tree)
    assert re.match(f"/no/such/place: data.{key}: there is no such (folder|file); ", line)


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (
            lambda tree: tree.enlist("patient0001", "testing"),
            "database_nifti/patient0001: in the subgroup lists twice; keep one of the lines",
        ),
        (
            lambda tree: tree.enlist("patient0009", "testing"),
            "database_nifti/patient0009: in a subgroup list but not here; "
            "add its folder or drop it there",
        ),
        (
            lambda tree: tree.folder("patient0002").mkdir(),
            "database_nifti/patient0002: in no subgroup list; add its id to one in database_split/",
        ),
        (
            lambda tree: (tree.camus / "database_split" / "subgroup_testing.txt").unlink(),
            "database_split/subgroup_testing.txt: the file is missing; take it from the release",
        ),
        (
            lambda tree: tree.file("ED").write_bytes(tree.file("ED").read_bytes()[:60]),
            f"{P.replace('training', 'database_nifti')}_ED.nii.gz: truncated or damaged "
            "(Compressed file ended before the end-of-stream marker was reached); " + COPY,
        ),
    ],
    ids=["id twice", "folder missing", "not listed", "list missing", "truncated"],
)
def test_one_line_of_the_nifti_release(make_tree: Any, edit: Edit, line: str) -> None:
    tree = make_tree("nifti")
    tree.add()
    edit(tree)
    assert lines_of(tree) == [line]


@pytest.mark.parametrize(
    ("frames", "labels", "what"),
    [
        ((3, 6, 8), 3, "_gt.mhd: labels: holds 3, but labels are 0 to 2; correct the mask"),
        ((2, 6, 8), 1, f"_gt.mhd: size: the masks are 3 frames of 8 x 6 pixels, "
         f"the frames 2 frames of 8 x 6 pixels; {OTHER}"),
    ],
)  # fmt: skip
def test_ted(tree: Any, frames: tuple[int, ...], labels: int, what: str) -> None:
    masks = np.full((3, 6, 8), labels, np.uint8)
    tree.add_ted("patient001", np.zeros(frames, np.uint8), masks)
    (line,) = lines_of(tree)
    assert line == f"ted/database/patient001/patient001_4CH_sequence{what}"
    tree.config["data"]["on_bad_input"] = "exclude"
    cohort = tree.load()
    assert cohort.ted == ()
    assert [one.sequence for one in cohort.excluded] == ["TED patient001"]
