"""Put a page together from its .html, .css and .js file and what it shows."""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def fill_page(package: str, name: str, parts: Mapping[str, str]) -> str:
    """Return the page ``{name}.html`` of a package with its style and script in it.

    Args:
        package: ``"echoweave.viewer"``.
        name: Of the three files.
        parts: What takes the place of each further ``@NAME@``: HTML whose texts are escaped.
    """
    folder = files(package)
    filled = {
        **parts,
        "STYLE": (folder / f"{name}.css").read_text(encoding="utf-8"),
        # What pages that draw outlines share.
        "OUTLINES": files("echoweave.viewer").joinpath("outlines.js").read_text(encoding="utf-8"),
        "SCRIPT": (folder / f"{name}.js").read_text(encoding="utf-8"),
    }
    return fill_file(package, f"{name}.html", filled)


def fill_file(package: str, name: str, parts: Mapping[str, str]) -> str:
    """Return a file of a package with ``parts`` in the places of its ``@NAME@``, HTML as above."""
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    # In one pass: a text may itself look like a place to fill.
    return re.sub("@([A-Z]+)@", lambda place: parts[place[1]], text)


def embed_json(study: Mapping[str, Any]) -> str:
    """Return data for an element that holds JSON."""
    # In a name, "</script" would end the element, and "<!--" never let it.
    return json.dumps(study, allow_nan=False).replace("<", "\\u003c")
