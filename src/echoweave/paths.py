"""Paths of the configuration: `~` and variables are filled in, and what cannot work is refused."""

import errno
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from echoweave.config import is_written_by_us, load_schema
from echoweave.errors import InputError, Problem

_KINDS = ("path", "optional_path")
_VARIABLE = re.compile(r"\$(?:\{([^}]+)\}|([A-Za-z_]\w*))")
_ADDRESS = re.compile(r"[A-Za-z][\w+.-]*://")
# Linux allows 255 bytes a name and 4095 a path; the longest of our own names have 300.
_LONGEST_NAME, _LONGEST_FOLDER = 255, 3700
# Of the checkout: results would lie between its files, or replace them.
_CODE = ("config", "docs", "envs", "profiles", "rules", "src", "tests", "workflow", ".git")


def expand_paths(config: dict[str, Any], schema_path: Path) -> None:
    """Replace each path in ``config``, which is valid, by what `~` and variables stand for.

    What is expanded once stays as it is.

    Raises:
        InputError: One problem for each path that stands for nothing, or that Snakemake cannot use.
    """
    schema = load_schema(schema_path)
    problems = []
    for key, section, name in _places(config, schema, schema["$defs"], ""):
        text = section[name]
        fault = _fault(text)
        if fault is None:
            text = os.path.expanduser(_VARIABLE.sub(_value, text))  # noqa: PTH111
            fault = _fault_when_expanded(text)
        if fault is not None:
            problems.append(Problem("config", key, *fault))
            continue
        plain = str(Path(text))
        # "./~" is a folder of that name.
        section[name] = text if plain.startswith("~") else plain
    if problems:
        raise InputError(problems)


def check_places(
    config: Mapping[str, Any], checkout: Path, config_files: Iterable[Path] = ()
) -> None:
    """Check that results can be written where the configuration wants them, before any job runs.

    Args:
        config: Its paths are expanded.
        checkout: The folder of the Snakefile.
        config_files: What the user gave; they must stay as they are.

    Raises:
        InputError: One problem for each path that is in the way.
    """
    results = Path(config["results_dir"])
    problems = []
    try:
        fault = _fault_of_results(results, checkout) or _fault_beside_data(results, config)
    except OSError as error:
        fault = f"cannot be looked at ({error.strerror})", "allow it, or choose another folder"
    if fault is not None:
        problems.append(Problem(str(results), "results_dir", *fault))
    problems += _problems_of_checkpoints(config["registration"]["pretrained"], results)
    problems += _problem_of_start(config["mmode"])
    made = results / "config.yaml"
    for file in config_files:
        if made.is_file() and made.samefile(file) and not is_written_by_us(file):
            remedy = "rename it, or choose another results_dir"
            problems.append(Problem(str(file), "", "config.yaml of the results goes here", remedy))
    if "{" in str(checkout) or "}" in str(checkout):
        problems.append(Problem(str(checkout), "", *_BRACE))
    if problems:
        raise InputError(problems)


_BRACE = (
    "has a brace in its name, which Snakemake takes for a wildcard",
    "rename it, or make a link to it that has none and give that",
)


def _places(
    section: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str
) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the dotted key, the section and the name of each path that is given."""
    if not isinstance(section, dict):
        return
    others = schema.get("additionalProperties")
    for name, value in section.items():
        below = schema.get("properties", {}).get(name, others)
        if not isinstance(below, dict) or value is None:
            continue
        kind = below.get("$ref", "").rpartition("/")[2]
        if kind in _KINDS:
            yield f"{prefix}{name}", section, name
        else:
            yield from _places(value, definitions.get(kind, below), definitions, f"{prefix}{name}.")


def _value(variable: re.Match[str]) -> str:
    return os.environ[variable[1] or variable[2]]


def _fault(text: str) -> tuple[str, str] | None:
    """Say what is wrong with a path as it is written, and what to do."""
    if text != text.strip():
        return f"{text!r} begins or ends with blanks", "take them away"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        return f"{text!r} has a character that is no text", "rename it"
    for variable in _VARIABLE.finditer(text):
        # An empty one would turn $DATA/camus into /camus.
        if not os.environ.get(variable[1] or variable[2]):
            return f"the variable {variable[0]} in it is not set", "set it, or write the path out"
    return None


def _fault_when_expanded(text: str) -> tuple[str, str] | None:
    if _ADDRESS.match(text):
        what = f"{text!r} is an address, and only paths on this machine can be used"
        return what, "copy or mount it, and give its path"
    if text.startswith("~"):
        return f"there is no user {text.split('/')[0][1:]!r}", "write the path out"
    if leftover := _VARIABLE.search(text):
        what = f"{text!r} still has a variable ({leftover[0]}) when it is filled in"
        return what, "write the path out"
    if "{" in text or "}" in text:
        return f"{text!r} {_BRACE[0]}", _BRACE[1]
    if _too_long(Path(text)):
        return f"{text[:30]!r}... is too long for a path", "choose a shorter one"
    return None


def _too_long(path: Path) -> bool:
    names = [len(os.fsencode(name)) for name in path.absolute().parts]
    return max(names) > _LONGEST_NAME or sum(names) + len(names) > _LONGEST_FOLDER


def _fault_of_results(results: Path, checkout: Path) -> tuple[str, str] | None:
    # Their common parents come into being with the results.
    place = next(one for one in (results, *results.absolute().parents) if os.path.lexists(one))
    where = "it" if place == results else str(place)
    if not place.exists():
        return f"{where} is a link that leads nowhere", "remove or repair the link"
    if not place.is_dir():
        return f"{where} is a file, no folder", "choose another results_dir, or move the file"
    if not os.access(place, os.W_OK | os.X_OK):
        closed = errno.EROFS if os.statvfs(place).f_flag & os.ST_RDONLY else errno.EACCES
        return f"access denied ({os.strerror(closed)})", "allow it or choose another results_dir"
    resolved, home = results.resolve(), checkout.resolve()
    if resolved.parent == resolved:
        return "it is the root of the file system", "choose a folder in it"
    ours = (home / name for name in _CODE)
    if resolved == home or any(resolved.is_relative_to(folder) for folder in ours):
        return "it holds the code that runs", "choose another folder, such as results"
    return None


def _fault_beside_data(results: Path, config: Mapping[str, Any]) -> tuple[str, str] | None:
    data = config["data"]
    folders = {
        f"data.{name}.root": section["root"]
        for name, section in data.items()
        if isinstance(section, Mapping)
    }
    folders["data.dense_truth"] = data["dense_truth"]
    folders |= {f"{wing}.root": config[wing]["root"] for wing in ("mmode", "learn2reg")}
    for name, cohort in config["learn2reg"]["cohorts"].items():
        folders[f"learn2reg.cohorts.{name}"] = cohort
    for key, folder in folders.items():
        # A loop of links, over which Path.resolve stumbles, is called no folder later on.
        if folder and results.resolve().is_relative_to(os.path.realpath(folder)):
            return f"it lies in {key} ({folder})", "choose a folder outside of the data"
    return None


def _problems_of_checkpoints(given: Mapping[str, str], results: Path) -> Iterator[Problem]:
    for model, path in given.items():
        key = f"registration.pretrained.{model}"
        made = results / f"registration/{model}/model.pt"
        if os.path.abspath(path) == os.path.abspath(made):  # noqa: PTH100
            what = "it is what this run makes of it"
            yield Problem(path, key, what, "copy it out of results_dir, and give the copy")
        # That of another model may still have to be made.
        elif not os.path.isfile(path) and results not in Path(path).parents:  # noqa: PTH113
            remedy = "correct the path, or leave it out to train the model"
            yield Problem(path, key, "there is no such file", remedy)


def _problem_of_start(mmode: Mapping[str, Any]) -> Iterator[Problem]:
    start = mmode["quicknat"]["start"]
    if mmode["root"] and start and not os.path.isfile(start):  # noqa: PTH113
        remedy = "correct the path, or set it to null to begin with random weights"
        yield Problem(start, "mmode.quicknat.start", "there is no such file", remedy)
