"""Check a configuration against config/schema.yaml and list everything that is wrong with it."""

import difflib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from echoweave.config_values import allowed_values, resolved
from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file

# By libyaml where PyYAML has it: five times as fast, and every look at the rules waits for it.
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load_schema(path: Path) -> dict[str, Any]:
    """Read config/schema.yaml, once."""
    schema: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), YAML_LOADER)
    return schema


def check_config(config: Mapping[str, Any], schema_path: Path) -> None:
    """Check the merged configuration; keys that start with "_" are the workflow engine's own.

    Raises:
        InputError: One problem for each unknown key and each value out of its range.
    """
    schema = load_schema(schema_path)
    errors = Draft202012Validator(schema).iter_errors(config)
    problems = [problem for error in errors for problem in _problems(error, schema)]
    problems += _broken_references(config) if not problems else []
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.key))


def config_slice(config: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Return the named sections or keys ("data.size") of ``config`` in one canonical form.

    Two equal slices have the same ``repr``: keys are sorted and values are plain types.
    The result maps the last part of each name to its value.
    """
    result = {}
    for key in keys:
        value: Any = config
        for part in key.split("."):
            value = value[part]
        result[key.rpartition(".")[2]] = value
    canonical: dict[str, Any] = json.loads(json.dumps(result, sort_keys=True))
    return canonical


def write_config(config: Mapping[str, Any], path: Path) -> None:
    """Write the merged configuration as one YAML file."""
    with whole_file(path) as temporary:
        temporary.write_text(yaml.safe_dump(dict(config), sort_keys=True))


def is_written_by_us(path: Path) -> bool:
    """Return whether ``path`` looks as :func:`write_config` leaves it: a file without comments."""
    text = path.read_text(encoding="utf-8")
    return text == yaml.safe_dump(yaml.safe_load(text), sort_keys=True)


def _problems(error: ValidationError, schema: Mapping[str, Any]) -> Iterator[Problem]:
    found: Any = error.schema
    place = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(found["properties"])
        instance: Any = error.instance
        for name in sorted(set(instance) - set(known)):
            close = difflib.get_close_matches(name, known, n=1)
            remedy = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(known)}"
            yield Problem("config", f"{place}.{name}".lstrip("."), "unknown key", remedy)
        return
    described = _described(error, schema)
    remedy = f"it must be: {described}" if described else "see config/schema.yaml"
    yield Problem("config", place, error.message, remedy)


def _described(error: ValidationError, schema: Mapping[str, Any]) -> str:
    """Return what the entry nearest to what failed allows and means; empty if none says it."""
    node: Any = schema
    described = ""
    for part in error.absolute_schema_path:
        node = node[part]
        if not isinstance(node, Mapping):
            continue
        node = resolved(node, schema)
        if "description" in node:
            described = f"{allowed_values(node, schema)} ({node['description']})"
    return described


def _broken_references(config: Mapping[str, Any]) -> list[Problem]:
    """Keys whose values must agree with each other, which a schema cannot say."""
    pseudolabels = config["pseudolabels"]
    problems = []
    if not any((config["data"]["dataset"], config["mmode"]["root"], config["learn2reg"]["root"])):
        what = "there is nothing to work on: no sequences, no strips of M-mode, no volumes"
        remedy = "set it, or mmode.root, or learn2reg.root"
        problems.append(Problem("config", "data.dataset", what, remedy))
    if pseudolabels["use"] not in pseudolabels["estimators"]:
        problems.append(
            Problem(
                "config",
                "pseudolabels.use",
                f"{pseudolabels['use']!r} is not among pseudolabels.estimators",
                f"choose one of {', '.join(pseudolabels['estimators'])} or add it to the list",
            )
        )
    registration, joint = config["registration"], pseudolabels["joint"]
    models = registration["models"]
    problems += [
        Problem(
            "config",
            f"registration.pretrained.{name}",
            f"{name!r} is not among registration.models",
            f"choose among {', '.join(models)}, or add its settings there",
        )
        for name in registration["pretrained"]
        if name not in models
    ]
    size, spacing = joint["size"], joint["grid_spacing_px"]
    if size % spacing:
        problems.append(
            Problem(
                "config",
                "pseudolabels.joint.grid_spacing_px",
                f"size {size} is not a multiple of {spacing}",
                "change one of them",
            )
        )
    return problems
