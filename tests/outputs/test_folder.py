from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echoweave.io.images import read_image
from echoweave.outputs.folder import write_clip
from echoweave.outputs.summary import load_summary, summarise_clip

from .hearts import in_pixels, phantom_heart

FILES = {
    *("masks.nii.gz", "overlay.mp4", "poster.png", "frames.csv", "beats.csv"),
    *("report.html", "summary.json"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("clips") / "clip001"
    write_clip(phantom_heart(), out)
    return out


def test_everything_is_there(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["clip001"]


def test_the_masks_lie_on_the_grid_of_the_clip(folder: Path) -> None:
    image = read_image(folder / "masks.nii.gz")
    np.testing.assert_array_equal(image.array, phantom_heart().labels)
    assert image.spacing_mm == pytest.approx(phantom_heart().spacing)


def test_the_summary_is_that_of_the_clip(folder: Path) -> None:
    assert load_summary(folder / "summary.json") == summarise_clip(phantom_heart())


def test_a_clip_without_a_size_of_pixels_has_masks_in_px(tmp_path: Path) -> None:
    write_clip(in_pixels(phantom_heart()), tmp_path / "clip")
    assert read_image(tmp_path / "clip/masks.nii.gz").spacing_mm == (1, 1)


def test_an_older_folder_gives_way_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "clip"
    folder.mkdir()
    (folder / "old.txt").touch()
    write_clip(phantom_heart(), folder)
    assert {path.name for path in folder.iterdir()} == FILES


def test_a_clip_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="view"):
        write_clip(replace(phantom_heart(), view="PLAX"), tmp_path / "clip")
    assert not list(tmp_path.iterdir())


def test_dicom_is_written_on_request(tmp_path: Path) -> None:
    write_clip(phantom_heart(), tmp_path / "clip", dicom_seg=True)
    written = {path.name for path in (tmp_path / "clip").iterdir()}
    assert written == FILES | {"source.dcm", "seg.dcm"}
