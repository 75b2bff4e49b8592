"""What looks wrong and stops nothing is said once, with the file that it is in."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from echoweave.datasets.companions import check_frames
from echoweave.datasets.pictures import check_spacing
from echoweave.io.images import Image
from tests.bad_input.edits import affine, both, text
from tests.bad_input.trees import truth


def said(tree: Any, key: str) -> list[str]:
    lines = [str(warning) for warning in tree.load().warnings if warning.key == key]
    return [line.replace(f"{tree.root}/", "") for line in lines]


def picture(shape: tuple[int, int], spacing_mm: tuple[float, float]) -> list[str]:
    image = Image(np.zeros((2, *shape), np.uint8), spacing_mm, "LP")
    return [str(warning) for warning in check_spacing(Path("clip.mhd"), image)]


def test_spacing_that_can_be_a_heart_s() -> None:
    # 12.3 x 15.4 cm and 17 x 17 cm.
    assert picture((800, 500), (0.154, 0.308)) == []
    assert picture((112, 112), (1.5, 1.5)) == []


@pytest.mark.parametrize(
    ("shape", "spacing_mm", "size"),
    [
        ((200, 150), (1, 1), "1 x 1 mm a pixel make a picture of 15 x 20 cm"),
        ((500, 500), (1.54e-4, 3.08e-4), "0.000308 x 0.000154 mm a pixel make a picture of"),
        ((500, 500), (154, 308), "308 x 154 mm a pixel make a picture of 1.54e+04 x 7.7e+03 cm"),
    ],
    ids=["unset", "metres", "micrometres"],
)
def test_spacing_that_no_heart_has(
    shape: tuple[int, int], spacing_mm: tuple[float, float], size: str
) -> None:
    (line,) = picture(shape, spacing_mm)
    assert line.startswith(f"clip.mhd: spacing: {size}")


def test_a_warning_names_the_file_and_is_remembered(tree: Any) -> None:
    first = said(tree, "spacing")
    assert first[1].startswith("camus/training/patient0001/patient0001_4CH_sequence.mhd: spacing: ")
    assert said(tree, "spacing") == first


def test_alike_warnings_share_a_line(tree: Any, capsys: pytest.CaptureFixture[str]) -> None:
    tree.load().warn()
    lines = [line for line in capsys.readouterr().err.splitlines() if "Warning" in line]
    assert len(lines) == 1
    assert "patient0001_2CH_sequence.mhd" in lines[0]
    assert "(and 1 other files)" in lines[0]


def test_ef_that_the_volumes_contradict(tree: Any) -> None:
    text("cfg", "EF: 52", "LVedv: 100\nLVesv: 60\nLVef: 52")(tree)
    assert said(tree, "LVef") == [
        "camus/training/patient0001/Info_4CH.cfg: LVef: 52 %, but the volumes give 40 %; correct "
        "the wrong line"
    ]


def test_dense_truth_of_which_some_has_no_sequence(tree: Any) -> None:
    truth(np.ones((4, 6, 8), np.uint8))(tree)
    sound = tree.root / "truth/patient0001_4CH.nii.gz"
    sound.with_name("patient0009_4CH.nii.gz").write_bytes(sound.read_bytes())
    assert said(tree, "data.dense_truth") == [
        "truth: data.dense_truth: 1 of 2 masks match no sequence (patient0009_4CH.nii.gz); name "
        "them patient0001_2CH.nii.gz"
    ]


def test_one_clip_that_calls_its_axes_otherwise(make_tree: Any) -> None:
    tree = make_tree("nifti")
    tree.add()
    parts = ("sequence", "ED", "ES", "ED_gt", "ES_gt")
    tree.add("patient0002")
    assert said(tree, "axes") == []
    both(*(affine(part, lambda before: np.diag([-1, -1, 1, 1]) @ before) for part in parts))(tree)
    (line,) = said(tree, "axes")
    assert "patient0001_4CH_half_sequence.nii.gz: axes: read as stored, though its header" in line


def test_an_image_that_a_codec_has_changed_is_still_its_frame() -> None:
    random = np.random.default_rng(0)
    clip = random.integers(20, 200, (5, 40, 50)).astype(np.uint8)
    changed = clip + random.integers(-4, 5, clip.shape).astype(np.int8).view(np.uint8)
    clip_path, paths = Path("clip.mhd"), (Path("ED.mhd"), Path("ES.mhd"))
    images = [Image(changed[at], (1, 1), "") for at in (1, 3)]
    assert check_frames(paths, (images[0], images[1]), clip_path, clip, (1, 3)) == []
    (problem,) = check_frames(paths, (images[0], images[1]), clip_path, clip, (1, 4))
    assert problem.what == "looks like frame 4, not 5 (ES), of the clip"
