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
    return _filled(
        (folder / f"{name}.html").read_text(encoding="utf-8"),
        {
            **parts,
            "STYLE": (folder / f"{name}.css").read_text(encoding="utf-8"),
            # What pages that draw outlines share.
            "OUTLINES": files("echoweave.viewer").joinpath("outlines.js").read_text("utf-8"),
            "SCRIPT": (folder / f"{name}.js").read_text(encoding="utf-8"),
        },
    )


def fill_static_page(package: str, name: str, parts: Mapping[str, str]) -> str:
    """Return the page ``{name}.html`` of a package, in the style of reports and without a script.

    Arguments as of :func:`fill_page`.
    """
    style = files("echoweave.outputs").joinpath("page.css").read_text(encoding="utf-8")
    page = (files(package) / f"{name}.html").read_text(encoding="utf-8")
    return _filled(page, {**parts, "STYLE": style})


def _filled(page: str, parts: Mapping[str, str]) -> str:
    # In one pass: a text may itself look like a place to fill.
    return re.sub("@([A-Z]+)@", lambda place: parts[place[1]], page)


def embed_json(study: Mapping[str, Any]) -> str:
    """Return data for an element that holds JSON."""
    # In a name, "</script" would end the element, and "<!--" never let it.
    return json.dumps(study, allow_nan=False).replace("<", "\\u003c")
