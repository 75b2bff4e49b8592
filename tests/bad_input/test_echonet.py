"""Every bad input of EchoNet gets its line, and all of them are listed by one run."""

import shutil
from pathlib import Path

import pytest

from echoweave.errors import InputError
from tests.bad_input.conftest import snakemake
from tests.bad_input.echonet_clips import LINES, TRACINGS, VIDEOS
from tests.bad_input.echonet_edits import EchoNetCase, EchoNetEdit
from tests.bad_input.echonet_tables import ROWS, TABLES
from tests.bad_input.test_bad_input import left_in, lines_of
from tests.echonet_tree import EchoNetTree, two_clips

CASES = {
    f"{kind}: {name}": case
    for kind, cases in (
        ("table", TABLES),
        ("row", ROWS),
        ("tracing", TRACINGS),
        ("video", VIDEOS),
    )
    for name, case in cases.items()
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> EchoNetTree:
    """Two clips, 0XA1 and 0XB2."""
    return two_clips(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def tree(sound: EchoNetTree, tmp_path: Path) -> EchoNetTree:
    """A copy of one's own."""
    tree = EchoNetTree(tmp_path)
    shutil.copytree(sound.root, tree.root)
    tree.listed, tree.traced = list(sound.listed), list(sound.traced)
    return tree


def said(tree: EchoNetTree) -> list[str]:
    with pytest.raises(InputError) as caught:
        tree.load()
    return str(caught.value).splitlines()


def test_the_tree_before_it_is_spoilt_is_sound(tree: EchoNetTree) -> None:
    assert tree.load().warnings == ()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_bad_file_gets_its_line(tree: EchoNetTree, case: EchoNetCase) -> None:
    edit, part, lines = case
    edit(tree)
    assert said(tree) == [f"{tree.file(part)}: {line}" for line in lines.splitlines()]


@pytest.mark.parametrize(("edit", "lines"), LINES.values(), ids=LINES)
def test_a_bad_tree(tree: EchoNetTree, edit: EchoNetEdit, lines: str) -> None:
    edit(tree)
    root = str(tree.root.parent)
    found = [line.replace(f"{root}/", "", 1) for line in said(tree)]
    assert found == lines.replace("ROOT", root).splitlines()


def test_all_bad_clips_are_listed_by_one_run_and_nothing_is_made(
    tree: EchoNetTree,
) -> None:
    for name in ("0XC3", "0XD4", "0XE5"):
        tree.add(name)
    tree.video("0XC3").unlink()
    tree.change("0XA1,55.1", "0XA1,85.1")
    tree.change("0XD4,55.1", "0XD4,x")
    tree.video("0XB2").write_bytes(b"")
    tree.config |= {"folds": 2, "registration": {"holdout": 0}}
    done = snakemake(tree, "all")
    assert done.code == 1
    assert [line.replace(f"{tree.root}/", "").partition(":")[0] for line in lines_of(done)] == [
        "Videos",
        "VolumeTracings.csv",
        "Videos/0XB2.avi",
        "FileList.csv",
    ]
    assert left_in(tree.results) == []


def test_what_is_bad_can_be_left_out(tree: EchoNetTree) -> None:
    tree.add("0XC3")
    for edit, *_ in (ROWS["an unknown split"], VIDEOS["cut short"]):
        edit(tree)
    tree.config["data"]["on_bad_input"] = "exclude"
    cohort = tree.load()
    assert cohort.patients == ["0XB2", "0XC3"]
    assert {one.sequence for one in cohort.excluded} == {"0XA1_4CH"}
