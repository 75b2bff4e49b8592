"""Sound trees to spoil, and Snakemake itself, forked from a process that has it imported."""

import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.data_tree import Tree
from tests.workflow.project import ROOT, TINY


class Done(NamedTuple):
    """How a run ended: exit code, and what it said on stdout and stderr."""

    code: int
    said: str


def _main(arguments: list[str], log: Path) -> None:
    with log.open("w") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    os.chdir(ROOT)
    from snakemake.cli import main

    main(arguments)


def snakemake(tree: Tree, *arguments: str, below: str = "") -> Done:
    """Run Snakemake on a tree as the command line does; ``below`` ends its config file."""
    config, log = tree.root / "config.yaml", tree.root / "snakemake.log"
    settings = {"results_dir": str(tree.results), **tree.config}
    settings["data"] = tree.config["data"] | {"size": 32}
    config.write_text(yaml.safe_dump(settings) + below)
    command = [*arguments, "--cores", "1", "--directory", str(tree.root)]
    command += ["--configfile", str(TINY), str(config)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.bad_input.warm"])
    process = context.Process(target=_main, args=(command, log))
    process.start()
    process.join(timeout=120)
    # A run that hangs has no exit code.
    process.kill()
    assert process.exitcode is not None
    return Done(process.exitcode, log.read_text(errors="surrogateescape"))


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
