"""Every key of the configuration: told by schema.yaml, config.yaml and docs/reruns.md.

`make config-docs` remakes the tables of config/README.md; test_config_readme.py compares them with
what they are made from.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

import yaml

from echoweave.config import load_schema
from echoweave.config_values import allowed_values, resolved
from tests.workflow import reruns
from tests.workflow.changes import CHANGES
from tests.workflow.project import ROOT

DOCUMENT = ROOT / "config/README.md"
MARK = "<!-- Below: made by `make config-docs`. -->\n"
SCHEMA = load_schema(ROOT / "config/schema.yaml")
DEFAULTS = yaml.safe_load((ROOT / "config/config.yaml").read_text())
HEAD = ("Key", "Meaning", "Values", "Default", "Runs again")
MODELS, PLANS = "registration.models", "segmentation.plans"
# Its defaults and reruns stand for those of every model.
MODEL = "dirnet"


class Key(NamedTuple):
    """A dotted name and what the schema says of it."""

    name: str
    entry: Mapping[str, Any]


def tables() -> str:
    """Return a table for each section, and for what stands below the name of a model or plan."""
    top = [Key(name, entry) for name, entry in SCHEMA["properties"].items()]
    sections = [key for key in top if "properties" in key.entry]
    parts = [_part("The study", _rows(key for key in top if key not in sections))]
    for section in sections:
        keys = (key for key in _leaves(section) if key.name != MODELS)
        parts.append(_part(f"`{section.name}`", _rows(keys)))
        if MODELS.startswith(section.name):
            parts += [_part(f"`{MODELS}.NAME`", _model_rows()), _other_models()]
        if PLANS.startswith(section.name):
            parts.append(_part(f"`{PLANS}.NETWORK`", _plan_rows()))
    return "\n".join(parts)


def _leaves(key: Key) -> Iterator[Key]:
    """Yield the keys with a value at or below ``key``; a section of any names counts as one."""
    if "properties" not in key.entry:
        yield key
        return
    for name, entry in key.entry["properties"].items():
        yield from _leaves(Key(f"{key.name}.{name}", entry))


def _rows(keys: Iterable[Key]) -> Iterator[tuple[str, ...]]:
    for key in keys:
        yield key.name, *_said(key.entry), _code(_default(key.name)), _stages(key.name)


def _model_rows() -> Iterator[tuple[str, ...]]:
    for name, entry in SCHEMA["$defs"]["model"]["properties"].items():
        key = f"{MODELS}.{MODEL}.{name}"
        yield name, *_said(entry), _code(_default(key)), _stages(key)


def _plan_rows() -> Iterator[tuple[str, ...]]:
    for name, entry in SCHEMA["$defs"]["plan"]["properties"].items():
        yield name, *_said(entry), "nnU-Net's", _stages(f"{PLANS}.2d")


def _said(entry: Mapping[str, Any]) -> tuple[str, str]:
    return resolved(entry, SCHEMA)["description"], allowed_values(entry, SCHEMA)


def _other_models() -> str:
    """Return in which values the other networks of config.yaml differ from the table."""
    models = _default(MODELS)
    lines = []
    for name, values in models.items():
        changed = {key: value for key, value in values.items() if value != models[MODEL][key]}
        if changed:
            differences = ", ".join(f"`{key}` {_code(value)}" for key, value in changed.items())
            lines.append(f"- `{name}`: {differences}\n")
    return f"These are the defaults of `{MODEL}`. Other networks of config.yaml differ in\n\n" + (
        "".join(lines)
    )


def _default(name: str) -> Any:
    value = DEFAULTS
    for part in name.split("."):
        value = value[part]
    return value


def _code(value: Any) -> str:
    return f"`{json.dumps(value)}`".replace('"', "")


def _stages(name: str) -> str:
    """Return the stages of which jobs run again after a change of the key ``name``."""
    rows = [
        change.what
        for change in CHANGES
        if any(key == name or key.startswith(f"{name}.") for key in change.keys)
    ]
    return "; ".join(f"{_runs(row)}{_condition(row)}" for row in rows)


def _condition(row: str) -> str:
    """Return what the first cell of docs/reruns.md says behind the key, in brackets."""
    found = re.fullmatch("[^,]*`, ([^`]+)", row)
    return f" ({found[1]})" if found else ""


def _runs(row: str) -> str:
    """Return the stages of a row of docs/reruns.md, those side by side as "first to last"."""
    cells = zip(reruns.STAGES, _reruns()[row], strict=True)
    runs = [list(run) for some, run in groupby(cells, key=lambda cell: bool(cell[1])) if some]
    names = [[stage.partition(",")[0] for stage, _ in run] for run in runs]
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in names) or (
        "nothing"
    )


def _reruns() -> dict[str, list[str]]:
    """Return the table of docs/reruns.md: its first cell -> the others."""
    _, _, table = reruns.DOCUMENT.read_text().partition(reruns.MARK)
    rows = [line.strip("|").split("|") for line in table.strip().splitlines()]
    return {what.strip(): [cell.strip() for cell in cells] for what, *cells in rows}


def _part(title: str, rows: Iterable[tuple[str, ...]]) -> str:
    lines = [HEAD, ["---"] * len(HEAD), *((f"`{key}`", *cells) for key, *cells in rows)]
    return "\n".join([f"## {title}", "", *(f"| {' | '.join(line)} |" for line in lines), ""])


def main() -> None:
    """Rewrite the tables of config/README.md."""
    text = DOCUMENT.read_text().partition(MARK)[0]
    DOCUMENT.write_text(f"{text}{MARK}\n{tables()}")


if __name__ == "__main__":
    main()
