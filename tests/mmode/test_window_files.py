import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.io.png import read_grey, write_grey
from echoweave.io.tables import read_tsv
from echoweave.mmode.strip import LUMEN, OUTSIDE, UNKNOWN, Strip
from echoweave.mmode.window_files import (
    animals_of,
    check_animals,
    read_judged_windows,
    read_windows,
    write_windows,
)


def strip(width: int) -> Strip:
    """Marked in its first 40 columns; every pixel tells its row."""
    pixels = np.repeat(np.arange(40, dtype=np.uint8)[:, None], width, axis=1)
    mask = np.full(pixels.shape, UNKNOWN, np.uint8)
    mask[:, :40] = OUTSIDE
    mask[10:21, :40] = LUMEN
    return Strip(pixels, mask=mask)


def refused(function, *arguments):
    with pytest.raises(InputError) as caught:
        list(function(*arguments) or ())
    return str(caught.value)


def test_windows_come_back_as_they_were_written(tmp_path):
    strips = {"rec_1.a": strip(200), "rec-2": strip(40)}
    animals = {"rec_1.a": "mouse_7", "rec-2": "mouse8"}
    write_windows(strips.items(), animals, [1.0, 0.5], tmp_path / "training")
    windows = {one.name: one for one in read_windows(tmp_path / "training")}
    assert len(windows) == 2 * (1 + 3)
    small = windows["mouse-7_rec_1.a_w002"]
    assert small.picture[:, 5].tolist() == list(range(6, 26))
    assert np.flatnonzero(small.mask[:, 5]).tolist() == list(range(4, 15))
    assert animals_of(list(windows)) == {"mouse-7", "mouse8"}
    rows = read_tsv(tmp_path / "training/windows.tsv").set_index("window")
    row = rows.loc["mouse-7_rec_1.a_w002"]
    assert row.to_dict() == {
        "recording": "rec_1.a",
        "animal": "mouse_7",
        "left": 10,
        "top": 6,
        "side": 20,
    }


def test_strips_that_nobody_marked_have_no_windows(tmp_path):
    bare = Strip(np.zeros((40, 100), np.uint8))
    said = refused(write_windows, [("a", bare)], {"a": "m"}, [1.0], tmp_path / "training")
    assert "there is no window to write" in said
    assert not (tmp_path / "training").exists()


def test_two_animals_of_one_name(tmp_path):
    animals = {"a": "m_1", "b": "m-1"}
    said = refused(write_windows, [], animals, [1.0], tmp_path / "training")
    assert said == (
        "cohort: animal: m_1 and m-1 are one in the names of windows; rename one of them"
    )


def test_an_animal_on_both_sides(tmp_path):
    check_animals(["a_1", "b_1"], ["c_1"], tmp_path)
    said = refused(check_animals, ["a_1", "b_1"], ["b_2", "c_1"], tmp_path)
    assert "windows of b are among those to train on as well; split by animal" in said


@pytest.fixture
def folder(tmp_path):
    for part in ("img", "mask"):
        write_grey(tmp_path / f"{part}/a_1.png", np.zeros((8, 8), np.uint8))
    return tmp_path


def test_a_mask_may_say_one_for_lumen(folder):
    write_grey(folder / "mask/a_1.png", np.eye(8, dtype=np.uint8))
    assert np.array_equal(next(read_windows(folder)).mask, np.eye(8, dtype=bool))


@pytest.mark.parametrize(
    ("name", "pixels", "said"),
    [
        ("img/b_1.png", np.zeros((8, 8)), "img/b_1.png: there is no mask/b_1.png"),
        ("mask/b_1.png", np.zeros((8, 8)), "mask/b_1.png: there is no img/b_1.png"),
        ("mask/a_1.png", np.zeros((9, 9)), "mask/a_1.png: is 9 x 9 where the picture is 8 x 8"),
        ("img/a_1.png", np.zeros((8, 9)), "img/a_1.png: is 9 x 8, and windows are square"),
        ("mask/a_1.png", np.full((8, 8), 128), "mask/a_1.png: holds the value 128"),
    ],
)
def test_a_folder_that_does_not_fit_together(folder, name, pixels, said):
    write_grey(folder / name, pixels.astype(np.uint8))
    assert said in refused(read_windows, folder)


def test_a_folder_that_is_not_there(tmp_path):
    assert "img: there is no such folder" in refused(read_windows, tmp_path)
    (tmp_path / "good").mkdir()
    assert "good: holds no windows" in refused(read_judged_windows, tmp_path)


def test_judged_windows(tmp_path):
    write_grey(tmp_path / "good/a_1.png", np.full((4, 4), 3, np.uint8))
    write_grey(tmp_path / "bad/a_2.png", np.zeros((4, 4), np.uint8))
    assert [(one.name, one.good) for one in read_judged_windows(tmp_path)] == [
        ("a_1", True),
        ("a_2", False),
    ]


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_a_damaged_picture(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    assert "a.png: not a readable picture" in refused(read_grey, tmp_path / "a.png")
