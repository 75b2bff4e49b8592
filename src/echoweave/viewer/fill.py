"""Put a page together from its .html, .css and .js file and the data that it shows."""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def fill_page(
    package: str, name: str, study: Mapping[str, Any], parts: Mapping[str, str] | None = None
) -> str:
    """Return the page ``{name}.html`` of a package with all that it needs in it.

    Args:
        package: ``"echoweave.viewer"``.
        name: Of the three files.
        study: Data for the script; there is an element of JSON for it.
        parts: HTML that takes the place of further ``@NAME@``; its texts are escaped already.
    """
    folder = files(package)
    filled = {
        **(parts or {}),
        "STYLE": (folder / f"{name}.css").read_text(encoding="utf-8"),
        "SCRIPT": (folder / f"{name}.js").read_text(encoding="utf-8"),
        # In a name, "</script" would end the element that holds the data, and "<!--" never let it.
        "STUDY": json.dumps(study, allow_nan=False).replace("<", "\\u003c"),
    }
    page = (folder / f"{name}.html").read_text(encoding="utf-8")
    # In one pass: a text may itself look like a place to fill.
    return re.sub("@([A-Z]+)@", lambda place: filled[place[1]], page)
