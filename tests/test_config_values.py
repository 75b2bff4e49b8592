"""What a key takes is said in words, for errors and for config/README.md."""

from typing import Any

import pytest

from echoweave.config_values import allowed_values, resolved

SCHEMA = {"$defs": {"path": {"title": "a path", "type": "string"}}}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"type": "integer", "minimum": 1}, "an integer of at least 1"),
        ({"type": "integer", "minimum": 2, "maximum": 20}, "an integer from 2 to 20"),
        ({"type": "number", "exclusiveMinimum": 0}, "a number above 0"),
        (
            {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
            "a number from 0 to below 1",
        ),
        ({"type": ["integer", "null"], "minimum": 1}, "an integer of at least 1 or null"),
        ({"type": "boolean"}, "true or false"),
        ({"enum": ["auto", "cuda", "cpu"]}, "auto, cuda or cpu"),
        ({"enum": [2, 4]}, "2 or 4"),
        ({"type": "array", "items": {"enum": ["2d", "3d"]}}, "a list of 2d or 3d"),
        ({"type": "string", "title": "one of the estimators"}, "one of the estimators"),
        ({"description": "a folder", "$ref": "#/$defs/path"}, "a path"),
        ({"type": "object"}, "a section"),
    ],
)
def test_words(entry: dict[str, Any], words: str) -> None:
    assert allowed_values(entry, SCHEMA) == words


def test_what_stands_beside_a_reference_wins() -> None:
    entry = {"title": "a folder", "$ref": "#/$defs/path"}
    assert resolved(entry, SCHEMA)["title"] == "a folder"
    assert resolved(entry, SCHEMA)["type"] == "string"
