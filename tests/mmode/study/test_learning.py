from dataclasses import replace
from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.io.tables import read_tsv
from echoweave.mmode.strips.quality_regions import QualityRegions
from echoweave.mmode.study.learning import write_judged_windows, write_learning_windows
from echoweave.mmode.study.store import StoredStrip, store_strip
from tests.mmode.hearts import sine_strip
from tests.mmode.study.stored import stored_strip

SPLITS = ("training", "validation", "testing")
# Of .6 s: 160 columns each, and windows have 100.
REGIONS = {name: QualityRegions(good=((0.0, 0.2),), bad=((0.3, 0.5),)) for name in ("m1_a", "m2_a")}


def files(folder: Path, *strips: StoredStrip) -> list[Path]:
    paths = [folder / f"{number}.h5" for number in range(len(strips))]
    for one, path in zip(strips, paths, strict=True):
        store_strip(one, path)
    return paths


def splits_in(folder: Path) -> list[Path]:
    return [folder / split for split in SPLITS]


def animals(folder: Path, part: str) -> list[set[str]]:
    """Animals of the windows of each split."""
    return [
        {path.name.partition("_")[0] for path in (folder / split / part).glob("*.png")}
        for split in SPLITS
    ]


@pytest.fixture
def strips() -> list[StoredStrip]:
    """An animal a split."""
    return [
        stored_strip(name=f"m{number}_a", split=split)
        for number, split in enumerate(SPLITS, start=1)
    ]


def test_no_animal_is_in_two_splits(tmp_path: Path, strips: list[StoredStrip]) -> None:
    # Another of the first animal, and one without a mask.
    more = stored_strip(name="m1_b", split="training")
    bare = stored_strip(replace(sine_strip(), mask=None), "m4_a", split="training")
    write_learning_windows(
        files(tmp_path, *strips, more, bare), {}, [1.0, 0.5], splits_in(tmp_path / "w")
    )
    assert animals(tmp_path / "w", "img") == [{"m1"}, {"m2"}, {"m3"}]
    assert animals(tmp_path / "w", "mask") == [{"m1"}, {"m2"}, {"m3"}]
    table = read_tsv(tmp_path / "w/training/windows.tsv")
    assert set(table["recording"]) == {"m1_a", "m1_b"}
    assert set(table["side"]) == {100, 50}


def test_no_window_lies_in_a_bad_stretch(tmp_path: Path, strips: list[StoredStrip]) -> None:
    # Columns 240 to 400 of the first animal alone; windows have 100.
    write_learning_windows(files(tmp_path, *strips), REGIONS, [1.0], splits_in(tmp_path / "w"))
    lefts = read_tsv(tmp_path / "w/training/windows.tsv")["left"].tolist()
    # The last one is stretched: the strip has 480 columns.
    assert lefts == [0, 47, 93, 140, 400]
    everywhere = read_tsv(tmp_path / "w/testing/windows.tsv")
    assert ((everywhere["left"] > 140) & (everywhere["left"] < 380)).any()


def test_a_split_without_windows_leaves_nothing(tmp_path: Path, strips: list[StoredStrip]) -> None:
    with pytest.raises(InputError, match="testing: there is no window to write"):
        write_learning_windows(files(tmp_path, *strips[:2]), {}, [1.0], splits_in(tmp_path / "w"))
    assert not (tmp_path / "w/testing").exists()


def test_a_recording_called_like_a_sequence_is_named(
    tmp_path: Path, strips: list[StoredStrip]
) -> None:
    twice = replace(strips[0], kind="virtual")
    paths = files(tmp_path, strips[0], twice)
    for write in (
        lambda: write_learning_windows(paths, {}, [1.0], splits_in(tmp_path / "w")),
        lambda: write_judged_windows(paths, REGIONS, splits_in(tmp_path / "w")),
    ):
        with pytest.raises(InputError) as caught:
            write()
        said = f"{paths[1]}: name: has the name of {paths[0]}; rename the recording"
        assert str(caught.value) == said


def test_good_and_bad_windows_of_the_strips_that_were_judged(
    tmp_path: Path, strips: list[StoredStrip]
) -> None:
    write_judged_windows(files(tmp_path, *strips), REGIONS, splits_in(tmp_path / "q"))
    for part in ("good", "bad"):
        assert animals(tmp_path / "q", part) == [{"m1"}, {"m2"}, set()]
    table = read_tsv(tmp_path / "q/training/windows.tsv")
    # Windows of 100 columns in 0 to 160 and in 240 to 400, which overlap by half or more.
    lefts = table.groupby("quality")["left"].agg(list).to_dict()
    assert lefts == {"good": [0, 30, 60], "bad": [240, 270, 300]}
