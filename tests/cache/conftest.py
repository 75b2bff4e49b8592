from collections.abc import Callable
from pathlib import Path

import pytest
from tests.data_tree import Tree


@pytest.fixture
def make_tree(tmp_path: Path) -> Callable[[str], Tree]:
    """Return a function from the layout to an empty tree."""
    return lambda layout: Tree(tmp_path, layout)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree in the MHD layout with one sound training patient."""
    tree = Tree(tmp_path, "mhd")
    tree.add()
    return tree
