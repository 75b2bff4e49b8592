"""Sound trees to spoil, and Snakemake on them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests import forked
from tests.data_tree import Tree
from tests.echonet_tree import EchoNetTree
from tests.forked import Done
from tests.workflow.project import ROOT, TINY


def snakemake(tree: Tree | EchoNetTree, *arguments: str, below: str = "") -> Done:
    """Run Snakemake on a tree as the command line does; ``below`` ends its config file."""
    config = tree.results.parent / "config.yaml"
    settings = {"results_dir": str(tree.results), **tree.config}
    settings["data"] = tree.config["data"] | {"size": 32}
    config.write_text(yaml.safe_dump(settings) + below)
    command = [*arguments, "--cores", "1", "--directory", str(config.parent)]
    command += ["--configfile", str(TINY), str(config)]
    return forked.snakemake(command, ROOT)


def _write_sound(root: Path, layout: str) -> Path:
    tree = Tree(root / layout, layout)
    tree.add("patient0001")
    tree.add("patient0002")
    tree.add("patient0010", "testing")
    return tree.root


@pytest.fixture(scope="session")
def sound_trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of two training patients and a test patient in either layout."""
    root = tmp_path_factory.mktemp("sound")
    return {layout: _write_sound(root, layout) for layout in ("mhd", "nifti")}


@pytest.fixture
def make_tree(sound_trees: dict[str, Path], tmp_path: Path) -> Callable[..., Tree]:
    """Return a function from the layout to a sound tree of one's own, in a folder of that name."""

    def make(layout: str, name: str = "tree") -> Tree:
        tree = Tree(tmp_path / name, layout)
        shutil.copytree(sound_trees[layout], tree.root)
        tree.config |= {"folds": 2, "registration": {"holdout": 0}}
        return tree

    return make
