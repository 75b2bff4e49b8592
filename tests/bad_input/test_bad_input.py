"""Every bad input stops the workflow with its one line, before anything is made from it."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoweave.errors import InputError
from tests.bad_input import companions
from tests.bad_input.cfgs import CFG
from tests.bad_input.configs import CONFIGS
from tests.bad_input.conftest import Done, snakemake
from tests.bad_input.edits import Edit, FileCase
from tests.bad_input.images import MHD, NIFTI
from tests.bad_input.masks import MASKS
from tests.bad_input.trees import SPLITS, TREES
from tests.data_tree import Tree

MakeTree = Callable[[str], Tree]
FILES: dict[str, dict[str, FileCase]] = {
    "mhd": {
        **{f"image: {name}": case for name, case in MHD.items()},
        **{f"mask: {name}": case for name, case in MASKS.items()},
        **{f"cfg: {name}": case for name, case in CFG.items()},
        **{f"companions: {name}": case for name, case in companions.MHD.items()},
    },
    "nifti": {
        **{f"image: {name}": case for name, case in NIFTI.items()},
        **{f"companions: {name}": case for name, case in companions.NIFTI.items()},
    },
}


def expected(tree: Tree, case: FileCase) -> list[str]:
    _, part, said = case
    said = said.replace("patient0001", tree.patient)
    return [f"{tree.file(part)}: {line}" for line in said.splitlines()]


def lines_of(done: Done) -> list[str]:
    """What the user reads between Snakemake's own lines."""
    said = done.said.partition("WorkflowError in file")[2].partition("\n  File ")[0]
    return [line for line in said.splitlines()[1:] if line]


def left_in(results: Path) -> list[str]:
    """Everything but the note of what was inspected."""
    files = (path for path in results.rglob("*") if path.is_file())
    return [path.name for path in files if path.name != ".inspected.json"]


@pytest.mark.parametrize("layout", ["mhd", "nifti"])
def test_the_tree_before_it_is_spoilt_is_sound(make_tree: MakeTree, layout: str) -> None:
    done = snakemake(make_tree(layout), "all", "--dry-run", "--quiet")
    assert done.code == 0, done.said


@pytest.mark.parametrize(
    ("layout", "case"),
    [
        pytest.param(layout, case, id=f"{layout} {name}")
        for layout, cases in FILES.items()
        for name, case in cases.items()
    ],
)
def test_a_bad_file_gets_its_line(make_tree: MakeTree, layout: str, case: FileCase) -> None:
    tree = make_tree(layout)
    case[0](tree)
    with pytest.raises(InputError) as caught:
        tree.load()
    assert str(caught.value).splitlines() == expected(tree, case)


@pytest.mark.parametrize("layout", ["mhd", "nifti"])
def test_all_bad_files_are_listed_by_one_run(make_tree: MakeTree, layout: str) -> None:
    tree = make_tree(layout)
    lines = []
    for number, case in enumerate(FILES[layout].values(), start=100):
        tree.patient = f"patient{number:04d}"
        tree.add(tree.patient)
        case[0](tree)
        lines += expected(tree, case)
    done = snakemake(tree, "all")
    assert done.code == 1
    assert lines_of(done) == lines
    assert left_in(tree.results) == []


def assert_refused(tree: Tree, said: str) -> None:
    done = snakemake(tree, "all")
    assert done.code == 1
    assert [line.replace(f"{tree.root}/", "") for line in lines_of(done)] == said.splitlines()
    assert left_in(tree.results) == []


@pytest.mark.parametrize(("edit", "said"), TREES.values(), ids=TREES)
def test_a_bad_tree(make_tree: MakeTree, edit: Edit, said: str) -> None:
    tree = make_tree("mhd")
    edit(tree)
    assert_refused(tree, said)


@pytest.mark.parametrize(("edit", "said"), SPLITS.values(), ids=SPLITS)
def test_a_bad_split_of_the_nifti_release(make_tree: MakeTree, edit: Edit, said: str) -> None:
    tree = make_tree("nifti")
    edit(tree)
    assert_refused(tree, said)


def lay_over(config: dict[str, Any], overlay: dict[str, Any]) -> None:
    for key, value in overlay.items():
        if isinstance(value, dict) and isinstance(config.get(key), dict):
            lay_over(config[key], value)
        else:
            config[key] = copy.deepcopy(value)


@pytest.mark.parametrize(("overlay", "said"), CONFIGS.values(), ids=CONFIGS)
def test_a_bad_config(make_tree: MakeTree, overlay: dict[str, Any], said: str) -> None:
    tree = make_tree("mhd")
    lay_over(tree.config, overlay)
    assert_refused(tree, said)


def test_a_section_of_the_config_twice(make_tree: MakeTree) -> None:
    tree = make_tree("mhd")
    done = snakemake(tree, "all", below="# mine\nfolds: 3\n")
    assert done.code == 1
    config = tree.root / "config.yaml"
    first, second = (
        number
        for number, line in enumerate(config.read_text().splitlines(), start=1)
        if line.startswith("folds:")
    )
    assert lines_of(done) == [
        f"{config}: folds: stands there twice, on the lines {first} and {second}; keep one of "
        "them: only the last would count"
    ]
