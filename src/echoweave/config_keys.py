"""Notice keys that a config file gives twice: YAML's readers keep the last and say nothing."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from echoweave.config import YAML_LOADER
from echoweave.errors import InputError, Problem


def check_keys(paths: Iterable[Path]) -> None:
    """Check the files that the configuration was read from.

    Raises:
        InputError: One problem for each section or key that stands twice in one place of a file.
    """
    problems = [problem for path in paths for problem in _twice(path)]
    if problems:
        raise InputError(problems)


def _twice(path: Path) -> Iterator[Problem]:
    try:
        node = yaml.compose(path.read_bytes(), YAML_LOADER)
    except yaml.YAMLError:
        # It was read before, as JSON that is no YAML.
        return
    # A mapping that is repeated by its anchor is looked at once.
    seen: set[int] = set()
    pending = [(node, "")]
    while pending:
        node, place = pending.pop(0)
        if node is None or id(node) in seen or isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            pending += [(value, place) for value in node.value]
            continue
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            whole = f"{place}.{name}".lstrip(".")
            # Several mappings may be merged into one.
            if name in lines and key.tag != "tag:yaml.org,2002:merge":
                what = f"stands there twice, on the lines {lines[name]} and {line}"
                remedy = "keep one of them: only the last would count"
                yield Problem(str(path), whole, what, remedy)
            lines[name] = line
            pending.append((value, whole))
