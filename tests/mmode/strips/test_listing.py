"""Which strips are found among files and folders."""

from pathlib import Path

import pytest

from echoweave.mmode.strips.listing import list_strips
from tests.mmode.strips.samples import beating_strip, write_mmode, write_png

GIVE = "give DICOM, PNG or JPEG, or a folder of these"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Strips of three kinds, what lies beside strips, and earlier outputs."""
    folder = tmp_path_factory.mktemp("in")
    write_mmode(folder / "b/IM_0001", beating_strip(40)[None], photometric="MONOCHROME2")
    for name in ("a.png", "b/c.JPG", "found/a/mask.png", ".hidden/d.png"):
        write_png(folder / name, beating_strip(40))
    for name in ("strips.tsv", "regions.csv", "DICOMDIR", ".DS_Store"):
        (folder / name).write_text("x")
    return folder


def names(strips: list[Path], root: Path) -> list[str]:
    return [str(one.relative_to(root)) for one in strips]


def test_a_folder_is_searched_through_but_for_the_outputs(folder: Path) -> None:
    strips, problems = list_strips([folder], folder / "found")
    assert names(strips, folder) == ["a.png", "b/IM_0001", "b/c.JPG"]
    assert problems == []


def test_each_strip_once_in_the_order_given(folder: Path) -> None:
    given = [folder / "b/c.JPG", folder / "a.png", folder / "b", folder / "b/../a.png"]
    strips, problems = list_strips(given)
    assert names(strips, folder) == ["b/c.JPG", "a.png", "b/IM_0001"]
    assert problems == []


def test_what_is_no_strip_is_one_line_each(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "clip.avi").write_bytes(b"RIFF")
    (tmp_path / "notes").write_text("no DICOM")
    given = [folder / "a.png", *(tmp_path / name for name in ("empty", "none.png", "clip.avi"))]
    strips, problems = list_strips([*given, tmp_path])
    assert names(strips, folder) == ["a.png"]
    assert [str(one).removeprefix(f"{tmp_path}/") for one in problems] == [
        f"empty: holds no strips; {GIVE}",
        "none.png: there is no such file or folder; correct the path",
        f"clip.avi: no strip of a kind that is read; {GIVE}",
        f"notes: no strip of a kind that is read; {GIVE}",
    ]
