"""Which apical view a text speaks of: file names and descriptions."""

import re

VIEWS = ("2CH", "4CH")
_CHAMBERS = {"2": "2CH", "two": "2CH", "4": "4CH", "four": "4CH"}
# A4C, AP4, 4CH, "apical four chamber", "4-chamber"; not part of a longer word or number.
_TOKEN = re.compile(
    r"(?<![a-z0-9])(?:"
    r"(?:apical|api|ap|a)?[ _-]*(2|4|two|four)[ _-]*(?:chambers?|ch|c)"
    r"|(?:apical|api|ap)[ _-]*([24])"
    r")(?![a-z0-9])",
    re.IGNORECASE,
)


def view_in(text: str) -> str:
    """Return "2CH" or "4CH" if ``text`` names one of the two, else ""."""
    views = {_CHAMBERS[(one[1] or one[2]).lower()] for one in _TOKEN.finditer(text)}
    return views.pop() if len(views) == 1 else ""


def without_view(text: str) -> str:
    """Return ``text`` without what names a view."""
    return _TOKEN.sub("", text)
