"""What looks odd and is sound must read as if it were plain."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from echoweave.cache.build import build_cache
from echoweave.datasets.camus import CAMUS
from echoweave.io.cache import EchoSequence, read_sequence
from tests.bad_input.conftest import snakemake
from tests.bad_input.edits import (
    PIXDIM,
    Edit,
    affine,
    both,
    compressed,
    content,
    encoded,
    image,
    lines_reversed,
    packed,
    renamed,
    stored,
    text,
    unzipped,
)
from tests.bad_input.images import SPACING, pixel_file
from tests.bad_input.trees import new_folder
from tests.data_tree import Tree, clip, mask

MakeTree = Callable[[str], Tree]
BIG_ENDIAN = both(
    image("sequence", clip().astype(np.uint16)),
    text("sequence", "OrderMSB = False", "OrderMSB = True"),
    content("sequence", clip().astype(">u2").tobytes(), ".raw"),
)


EVERY_IMAGE = ("sequence", "ED", "ES", "ED_gt", "ES_gt")


def stray_file(tree: Tree) -> None:
    (tree.camus / "training/notes.txt").write_text("read me")


def apple_doubles(tree: Tree) -> None:
    """What macOS leaves on a foreign disk: a file ._x beside every file and folder x."""
    for path in list(tree.root.rglob("*")):
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7" + bytes(82))
    for name in (".DS_Store", "Thumbs.db"):
        (tree.folder(tree.patient) / name).write_bytes(b"Bud1")


def as_mha(part: str) -> Edit:
    """Put header and pixels into one file."""

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        sitk.WriteImage(sitk.ReadImage(str(path)), str(path.with_suffix(".mha")))
        path.unlink()
        path.with_suffix(".raw").unlink()

    return edit


def pixels_behind(n_bytes: int, said: int) -> Edit:
    """Let the pixels of the clip follow some other bytes."""

    def edit(tree: Tree) -> None:
        raw = tree.file("sequence").with_suffix(".raw")
        raw.write_bytes(bytes(n_bytes) + raw.read_bytes())
        text("sequence", "BinaryData = True", f"BinaryData = True\nHeaderSize = {said}")(tree)

    return edit


def pixels_at(place: str) -> Edit:
    """Write the name of the pixel file with a path; {folder} is where it lies."""

    def edit(tree: Tree) -> None:
        folder = tree.folder(tree.patient)
        pixel_file(place.format(folder=folder, raw=f"{tree.patient}_4CH_sequence.raw"))(tree)

    return edit


MHD: dict[str, Edit] = {
    "cfg in another order": lines_reversed("cfg"),
    "cfg with CRLF": encoded("cfg", "utf-8", "\r\n"),
    "cfg with a byte order mark": encoded("cfg", "utf-8-sig"),
    "cfg with a line twice": text("cfg", "ED: 1\n", "ED: 1\nED: 1\n"),
    "cfg with spaces and words": text("cfg", "ED: 1\n", "\nsome words\n  ED :  1 \n"),
    "cfg with Latin letters": text("cfg", "ED: 1\n", "Name: Andr\xe9\nED: 1\n"),
    "cfg with words for a number": text("cfg", "ED: 1\n", "LVedv: N/A\nED: 1\n"),
    "cfg with equals signs": text("cfg", ": ", " = "),
    "cfg with keys in other letters": both(
        text("cfg", "FrameRate", "frame rate"), text("cfg", "ImageQuality", "IMAGE_QUALITY")
    ),
    "quality in small letters": text("cfg", "Good", "good"),
    "sex in words": text("cfg", "Sex: F", "Sex: female"),
    "decimal comma": text("cfg", "40.5", "40,5"),
    "unit of the frame rate": text("cfg", "40.5", "40.5 fps"),
    "another unit of the frame rate": text("cfg", "40.5", "40.50 Hz"),
    "percent sign": text("cfg", "EF: 52", "EF: 52 %"),
    "unit of the age": text("cfg", "Age: 56", "Age: 56 years"),
    "header with CRLF": encoded("sequence", "utf-8", "\r\n"),
    "header of an older tool": text("sequence", SPACING, "ElementSize = 0.1 0.2 1"),
    "header with colons": text("sequence", " = ", " : "),
    "clip compressed": compressed("sequence"),
    "clip with a pixel file of another name": both(
        renamed("sequence", ".raw", "other.raw"), pixel_file("other.raw")
    ),
    "pixel file with a dot": pixels_at("./{raw}"),
    "pixel file with its own folder": pixels_at("{folder}/{raw}"),
    "pixels in the header file": as_mha("sequence"),
    "mask in one file": as_mha("ED_gt"),
    "pixels behind a header": pixels_behind(13, 13),
    "pixels at the end": pixels_behind(13, -1),
    "booleans in small letters": text("sequence", "True", "true"),
    "booleans in capital letters": both(
        text("sequence", "True", "TRUE"), text("sequence", "False", "FALSE")
    ),
    "booleans as numbers": both(text("sequence", "True", "1"), text("sequence", "False", "0")),
    "clip of floats": image("sequence", clip().astype(np.float32)),
    "clip of 16 bit, 0 to 255": image("sequence", clip().astype(np.uint16)),
    "clip of 64 bit, 0 to 255": image("sequence", clip().astype(np.int64)),
    "clip of the other byte order": BIG_ENDIAN,
    "clip rounded by a codec": image("ED", clip()[0] + 1),
    "ED as a clip of one frame": image("ED", clip()[:1]),
    "mask of floats": image("ED_gt", mask(4).astype(np.float32)),
    "mask of floats that were computed": image("ED_gt", mask(4) * np.float32(0.9999999)),
    "mask compressed": compressed("ES_gt"),
    "mask mirrored": stored("ED_gt", -1, 1),
    "mask upside down": stored("ED_gt", 1, -1),
    "mask transposed": stored("ES_gt", 1, 1, swap=True),
    "mask transposed and mirrored": stored("ES_gt", -1, 1, swap=True),
    "clip mirrored": stored("sequence", -1, 1),
    "ED transposed": stored("ED", 1, -1, swap=True),
    "everything mirrored": both(*(stored(part, -1, 1) for part in EVERY_IMAGE)),
    "mask whose header calls the matrix a rotation": both(
        stored("ED_gt", -1, 1), text("ED_gt", "TransformMatrix", "Rotation")
    ),
    "mask without a word on its axes": text("ED_gt", "TransformMatrix = 1 0 0 1\n", ""),
    "file beside the patients": stray_file,
    "hidden folder": new_folder(".git"),
    "folder of macOS": new_folder("__MACOSX"),
    "files of macOS and Windows": apple_doubles,
}


def nibabel_of(part: str, kind: type = nibabel.Nifti1Image, suffix: str = ".nii.gz") -> Edit:
    """Store the same image with nibabel."""

    def edit(tree: Tree) -> None:
        path = tree.file(part)
        before: Any = nibabel.load(path)
        new = path.with_name(path.name.replace(".nii.gz", suffix))
        image_now = kind(np.asarray(before.dataobj), before.affine)
        path.unlink()
        nibabel.save(image_now, new)

    return edit


def labels_with_slope(tree: Tree) -> None:
    path = tree.file("ED_gt")
    half: Any = nibabel.Nifti1Image(mask(4).T * 50, np.diag([-0.1, -0.2, 1, 1]))
    half.header.set_slope_inter(0.02, 0)
    path.write_bytes(gzip.compress(half.to_bytes()))


def with_time_fourth(tree: Tree) -> None:
    """x, y, 1, t: as tools of films write it."""
    path = tree.file("sequence")
    before: Any = nibabel.load(path)
    pixels = np.asarray(before.dataobj)[:, :, None]
    nibabel.save(nibabel.Nifti1Image(pixels, before.affine), path)


def right_and_anterior(part: str) -> Edit:
    """Let the header call the axes as nibabel does that gets no other affine."""
    return affine(part, lambda before: np.diag([-1, -1, 1, 1]) @ before)


NIFTI: dict[str, Edit] = {
    "not zipped": unzipped("sequence"),
    "not zipped and named so": nibabel_of("sequence", suffix=".nii"),
    "mask of NIfTI-2": nibabel_of("ED_gt", nibabel.Nifti2Image),
    "clip of NIfTI-2, not zipped": nibabel_of("sequence", nibabel.Nifti2Image, ".nii"),
    "mask with a slope": labels_with_slope,
    "clip with time in the fourth place": with_time_fourth,
    "mask mirrored": stored("ED_gt", -1, 1),
    "mask transposed": stored("ED_gt", 1, -1, swap=True),
    "clip mirrored": stored("sequence", 1, -1),
    "everything mirrored": both(*(stored(part, 1, -1) for part in EVERY_IMAGE)),
    "everything by nibabel": both(*(right_and_anterior(part) for part in EVERY_IMAGE)),
    "masks without a word on their axes": both(
        affine("ED_gt", np.asarray, code=0), affine("ES_gt", np.asarray, code=0)
    ),
    "spacing in the sform alone": both(
        *(packed(part, PIXDIM, 1, axis) for part in EVERY_IMAGE for axis in (1, 2))
    ),
    "spacing in pixdim alone": affine("sequence", lambda before: np.sign(before)),
    "files of macOS and Windows": apple_doubles,
}
ACCEPTED = {"mhd": MHD, "nifti": NIFTI}


def cached(tree: Tree) -> EchoSequence:
    output = tree.root / "patient0001.h5"
    sources = tree.load().sequences_of(["patient0001"])
    build_cache(
        sources, None, Path(), CAMUS.label_values, 32, [output], tree.root / "checksums.tsv"
    )
    return read_sequence(output, "4CH")


def assert_same(one: EchoSequence, other: EchoSequence) -> None:
    first, second = vars(one), vars(other)
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name], err_msg=name)


@pytest.fixture(scope="module")
def plain(
    sound_trees: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, EchoSequence]:
    trees = {layout: Tree(root, layout) for layout, root in sound_trees.items()}
    for tree in trees.values():
        tree.results = tmp_path_factory.mktemp("plain")
    return {layout: cached(tree) for layout, tree in trees.items()}


@pytest.mark.parametrize(
    ("layout", "edit"),
    [
        pytest.param(layout, edit, id=f"{layout} {name}")
        for layout, edits in ACCEPTED.items()
        for name, edit in edits.items()
    ],
)
def test_odd_and_sound(
    make_tree: MakeTree, plain: dict[str, EchoSequence], layout: str, edit: Edit
) -> None:
    tree = make_tree(layout)
    edit(tree)
    assert_same(cached(tree), plain[layout])


def test_two_frames_are_a_clip(make_tree: MakeTree) -> None:
    tree = make_tree("mhd")
    tree.add("patient0001", frames=clip()[[0, 3]], ed_es=(1, 2))
    sequence = cached(tree)
    assert (sequence.ed, sequence.es) == (0, 1)
    assert sequence.frames.shape == (2, 32, 32)


def test_spaces_and_letters_of_any_script_in_paths(
    make_tree: Callable[..., Tree], plain: dict[str, EchoSequence]
) -> None:
    tree: Any = make_tree("mhd", "données & ЭхоКГ (neu)")
    for name in ("cfg with CRLF", "clip compressed", "mask of floats", "file beside the patients"):
        MHD[name](tree)
    done = snakemake(tree, "cache")
    assert done.code == 0, done.said
    assert_same(read_sequence(tree.results / "cache/patient0001.h5", "4CH"), plain["mhd"])
