"""A name stands for one thing in the whole library."""

import ast
from collections import defaultdict
from pathlib import Path

import echoweave

PACKAGE = Path(echoweave.__file__).parent
MODULES = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}


def test_no_two_modules_define_a_public_class_or_function_of_one_name() -> None:
    homes = defaultdict(list)
    for name, path in MODULES.items():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                homes[node.name].append(name)
    assert len(homes) > 300
    assert {one: found for one, found in homes.items() if len(found) > 1} == {}


def test_what_is_ours_keeps_its_name_where_it_is_imported() -> None:
    renamed = [
        f"{name}: {alias.name} as {alias.asname}"
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("echoweave")
        for alias in node.names
        if alias.asname
    ]
    assert renamed == []
