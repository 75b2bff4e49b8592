"""EchoNet-Dynamic: what is found, and what each clip says; tests/bad_input has what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from echoweave.datasets.tables import write_cohort
from echoweave.errors import InputError
from echoweave.io.tables import read_tsv
from tests.echonet_tree import ED_BOX, ES_BOX, EchoNetTree, traced, video_frames


@pytest.fixture
def tree(tmp_path: Path) -> EchoNetTree:
    """Clips for training, validation and testing; the second one is stored with ES first."""
    tree = EchoNetTree(tmp_path)
    tree.add("0XA1")
    tree.add("0XB2", "VAL", ed=5, es=2)
    tree.add("0XC3", "TEST")
    return tree


def test_facts_of_a_clip(tree: EchoNetTree) -> None:
    source = tree.load().sequences[0]
    assert (source.name, source.view, source.split) == ("0XA1_4CH", "4CH", "training")
    facts = source.facts
    # Frames count from 0.
    assert (facts.stored_ed, facts.stored_es, source.n_frames) == (1, 4, 4)
    assert (facts.native_shape, facts.native_spacing_mm) == ((32, 40), None)
    assert (facts.frame_rate_hz, facts.ef_percent) == (50, 55.1)
    assert (facts.edv_ml, facts.esv_ml) == (100.2, 45.0)
    assert (facts.quality, facts.sex) == ("", "")
    assert tree.load().unit == "px"


def test_splits_are_the_published_ones(tree: EchoNetTree) -> None:
    said = [(one.patient, one.split, one.validation) for one in tree.load().sequences]
    assert said == [
        ("0XA1", "training", False),
        ("0XB2", "training", True),
        ("0XC3", "testing", False),
    ]


def test_frames_and_masks(tree: EchoNetTree) -> None:
    first, second, _ = tree.load().sequences
    np.testing.assert_array_equal(first.files.read_frames(), video_frames(1))
    masks = first.files.read_masks()
    assert masks is not None
    # Chords from 4.5 to 23.5 are rounded to even rows, 4 to 24; columns 12 to 28 with both edges.
    assert masks.sum(axis=(1, 2)).tolist() == [21 * 17, 17 * 13]
    assert masks[0, 4:25, 12:29].all()
    assert set(np.unique(masks)) == {0, 1}
    # ED of the second clip is frame 5, but its mask is the first one.
    np.testing.assert_array_equal(second.files.read_masks(), masks)
    assert second.reversed
    assert second.read_ed_to_es()[:, 0, 0].tolist() == [170, 140, 110, 80]


def test_ed_is_the_larger_one_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    tree = EchoNetTree(tmp_path)
    for name in ("0XA1", "0XB2"):
        tree.add(name)
        ed, es = traced(name, 1, ED_BOX), traced(name, 4, ES_BOX)
        tree.traced[-42:] = es + ed
    tree.write()
    cohort = tree.load()
    assert (cohort.sequences[0].facts.stored_ed, cohort.sequences[0].facts.stored_es) == (1, 4)
    assert [one.file for one in cohort.warnings] == [str(tree.video(n)) for n in ("0XA1", "0XB2")]
    # One text, so that the terminal shows one line for all videos.
    assert len({(one.key, one.what, one.remedy) for one in cohort.warnings}) == 1
    assert "traced first is not the largest" in cohort.warnings[0].what


def test_of_several_traced_frames_the_largest_and_the_smallest_count(tree: EchoNetTree) -> None:
    tree.traced += traced("0XA1", 3, (14, 18))
    tree.write()
    facts = tree.load().sequences[0].facts
    assert (facts.stored_ed, facts.stored_es) == (1, 4)


def test_another_number_of_chords(tmp_path: Path) -> None:
    tree = EchoNetTree(tmp_path)
    tree.add("0XA1")
    tree.traced[1:] = traced("0XA1", 0, ED_BOX, chords=7) + traced("0XA1", 5, ES_BOX, chords=31)
    tree.write()
    facts = tree.load().sequences[0].facts
    assert (facts.stored_ed, facts.stored_es) == (0, 5)


@pytest.mark.parametrize(("ef", "sound"), [("59.9", True), ("60.1", False), ("49.9", False)])
def test_ef_of_the_tracings_may_differ_by_five_points(
    tree: EchoNetTree, ef: str, sound: bool
) -> None:
    tree.change("0XA1,55.1", f"0XA1,{ef}")
    if sound:
        tree.load()
        return
    with pytest.raises(InputError) as caught:
        tree.load()
    (problem,) = caught.value.problems
    assert problem.what == f"the tracings give 55.0 %, but FileList.csv says {ef} %"


def test_a_video_of_a_wrong_tracing_can_be_left_out(tree: EchoNetTree) -> None:
    tree.change("0XA1,55.1", "0XA1,70")
    tree.config["data"]["on_bad_input"] = "exclude"
    cohort = tree.load()
    assert cohort.patients == ["0XB2", "0XC3"]
    assert [one.sequence for one in cohort.excluded] == ["0XA1_4CH"]


def test_missing_videos_are_told_in_one_message(tree: EchoNetTree) -> None:
    for name in ("0XC3", "0XA1"):
        tree.video(name).unlink()
    with pytest.raises(InputError) as caught:
        tree.load()
    assert str(caught.value) == (
        f"{tree.root}/Videos: 2 of the 3 videos of FileList.csv are missing: 0XA1.avi, 0XC3.avi; "
        "put them back from the release, or drop their rows"
    )
    tree.config["data"]["on_bad_input"] = "exclude"
    assert tree.load().patients == ["0XB2"]


def test_the_longest_names(tree: EchoNetTree) -> None:
    name = "CR32a7555-" + 40 * "0123"
    tree.add(name)
    assert tree.load().sequences[-1].name == f"{name}_4CH"


# What a row may change: that of one clip, and nothing of the others.


def reprs(tree: EchoNetTree) -> dict[str, str]:
    return {source.name: repr(source) for source in tree.load().sequences}


def test_the_tables_are_no_files_of_a_clip(tree: EchoNetTree) -> None:
    cohort = tree.load()
    assert [path.name for path in cohort.files(["0XA1", "0XC3"])] == ["0XA1.avi", "0XC3.avi"]
    # But the report tells what they were.
    assert [path.name for path in cohort.lists] == ["FileList.csv", "VolumeTracings.csv"]


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("FileList.csv", "0XB2,55.1", "0XB2,55.2"),
        ("VolumeTracings.csv", "0XB2.avi,20,4,20,24", "0XB2.avi,20,4,20,24.1"),
    ],
)
def test_a_changed_row_changes_its_clip_alone(
    tree: EchoNetTree, table: str, old: str, new: str
) -> None:
    before, masks = reprs(tree), tree.load().sequences[1].files.read_masks()
    tree.change(old, new, table)
    after = reprs(tree)
    assert [name for name in before if before[name] != after[name]] == ["0XB2_4CH"]
    np.testing.assert_array_equal(tree.load().sequences[1].files.read_masks(), masks)


def test_only_the_video_of_a_changed_row_is_read_again(
    tree: EchoNetTree, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.load()
    assert "Checking inputs: 3/3" in capsys.readouterr().err
    tree.load()
    assert capsys.readouterr().err == ""
    tree.change("0XB2,55.1", "0XB2,55.3")
    assert tree.load().sequences[1].facts.ef_percent == 55.3
    assert "Checking inputs: 1/1" in capsys.readouterr().err


def test_a_row_more_elsewhere_changes_nothing_here(tree: EchoNetTree) -> None:
    before = reprs(tree)
    tree.add("0X00", "TEST")
    after = reprs(tree)
    assert after.pop("0X00_4CH")
    assert after == before


def test_another_folder_changes_nothing(tree: EchoNetTree, tmp_path: Path) -> None:
    before = reprs(tree)
    tree.root = tree.root.rename(tmp_path / "moved")
    tree.config["data"]["echonet"]["root"] = str(tree.root)
    assert reprs(tree) == before


# Oddities that are sound.

ODD: dict[str, Any] = {
    "byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "line ends of Windows": lambda raw: raw.replace(b"\n", b"\r\n"),
    "old line ends of a Mac": lambda raw: raw.replace(b"\n", b"\r"),
    "blank lines": lambda raw: raw.replace(b"\n", b"\n\n") + b"\n,,,,,\n",
    "no line end at the end": lambda raw: raw.rstrip(b"\n"),
    "blanks around values": lambda raw: raw.replace(b",", b" , "),
    "quotes": lambda raw: b'"' + raw.replace(b",", b'","').replace(b"\n", b'"\n"')[:-1],
    "names with and without suffix": lambda raw: raw.replace(b".avi", b"").replace(
        b"0XA1", b"0XA1.AVI"
    ),
    "a further column": lambda raw: raw.replace(b"\n", b",7\n").replace(b",7", b",More", 1),
    "an index in front": lambda raw: b"".join(b"5," + one for one in raw.splitlines(True)),
}


@pytest.mark.parametrize("table", ["FileList.csv", "VolumeTracings.csv"])
@pytest.mark.parametrize("name", ODD)
def test_a_table_as_other_programs_write_it(tree: EchoNetTree, table: str, name: str) -> None:
    sound = [str(one.facts) for one in tree.load().sequences]
    tree.change_bytes(table, ODD[name])
    assert [str(one.facts) for one in tree.load().sequences] == sound


def test_suffixes_and_splits_in_other_letters(tree: EchoNetTree) -> None:
    tree.video("0XA1").rename(tree.root / "Videos/0XA1.AVI")
    tree.change("TRAIN", "Train")
    assert tree.load().patients == ["0XA1", "0XB2", "0XC3"]


def test_what_lies_beside_the_videos_is_passed_over(tree: EchoNetTree) -> None:
    for name in ("._0XA1.avi", ".DS_Store", "notes.txt", "0XNEW.avi"):
        (tree.root / "Videos" / name).write_bytes(b"x")
    assert tree.load().patients == ["0XA1", "0XB2", "0XC3"]


# Published validation patients.


def test_published_folds(tree: EchoNetTree) -> None:
    tree.config["folds"] = "published"
    cohort = tree.load()
    assert (cohort.folds, cohort.n_folds) == ({"0XB2": 0}, 1)


def test_the_table_leaves_the_fold_of_the_others_empty(tree: EchoNetTree, tmp_path: Path) -> None:
    tree.config["folds"] = "published"
    cohort = tree.load()
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("ted_id\tpatient\tted_order\n")
    outputs = tmp_path / "cohort.tsv", tmp_path / "excluded.tsv"
    write_cohort(cohort.sequences, cohort.folds, [], [], pairs, tree.root, *outputs)
    table = read_tsv(outputs[0])
    assert table["fold"].fillna(-1).tolist() == [-1, 0, -1]
    assert table["split"].tolist() == ["training", "training", "testing"]
    assert table["source"].tolist() == [f"Videos/{name}.avi" for name in ("0XA1", "0XB2", "0XC3")]


def test_nobody_is_published_for_validation(tree: EchoNetTree) -> None:
    tree.config["folds"] = "published"
    tree.change("VAL", "TRAIN")
    with pytest.raises(InputError) as caught:
        tree.load()
    assert str(caught.value) == (
        "config: folds: published, but the data set has no published validation patients; "
        "set it to a number, such as 5"
    )


def test_nobody_is_left_to_train_on(tree: EchoNetTree) -> None:
    tree.config["folds"] = "published"
    tree.change("TRAIN", "VAL")
    with pytest.raises(InputError, match="no training patient is left beside"):
        tree.load()
