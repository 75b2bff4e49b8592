"""Which values a key of the configuration takes, in words, from its entry in config/schema.yaml."""

from collections.abc import Iterable, Mapping
from typing import Any

_NUMBERS = {"integer": "an integer", "number": "a number"}
_OTHERS = {"boolean": "true or false", "string": "text", "null": "null", "object": "a section"}


def resolved(entry: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return ``entry`` with what it refers to in ``$defs``; its own keywords win."""
    if "$ref" not in entry:
        return entry
    return {**schema["$defs"][entry["$ref"].rpartition("/")[2]], **entry}


def allowed_values(entry: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return the values that ``entry`` allows, "an integer from 2 to 20"; its title if it has one.

    Args:
        entry: What the schema says of one key.
        schema: The whole schema, for what ``entry`` refers to.
    """
    entry = resolved(entry, schema)
    if "title" in entry:
        return str(entry["title"])
    if "enum" in entry:
        return _or(str(value) for value in entry["enum"])
    types = entry["type"] if isinstance(entry["type"], list) else [entry["type"]]
    return _or(_of_type(name, entry, schema) for name in types)


def _of_type(name: str, entry: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    if name in _NUMBERS:
        return _NUMBERS[name] + _bounds(entry)
    if name == "array":
        return f"a list of {allowed_values(entry['items'], schema)}"
    return _OTHERS[name]


def _bounds(entry: Mapping[str, Any]) -> str:
    low, high = entry.get("minimum"), entry.get("maximum")
    if "exclusiveMaximum" in entry:
        return f" from {low} to below {entry['exclusiveMaximum']}"
    if "exclusiveMinimum" in entry:
        return f" above {entry['exclusiveMinimum']}"
    if high is not None:
        return f" from {low} to {high}"
    return f" of at least {low}"


def _or(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
