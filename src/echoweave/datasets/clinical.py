"""What a cfg tells of the patient: numbers with their units, image quality and sex."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from echoweave.errors import Problem, printable

# EF that the volumes give may differ by the rounding of all three, but not by so many percent.
EF_TOLERANCE = 5


@dataclass(frozen=True)
class _Quantity:
    """A number of the cfg.

    Attributes:
        keys: What the releases call it.
        units: What may stand behind the number, in small letters; the first is its name here.
        range: The lowest and the highest value that can be.
    """

    keys: tuple[str, ...]
    units: tuple[str, ...]
    range: tuple[float, float]


# Field of Facts -> the quantity.
_QUANTITIES = {
    "age": _Quantity(("Age",), ("years", "year", "yrs", "yr", "y"), (0, 130)),
    "frame_rate_hz": _Quantity(("FrameRate",), ("fps", "hz", "1/s", "/s", "frames/s"), (5, 1000)),
    "edv_ml": _Quantity(("LVedv",), ("ml", "cc", "cm3"), (1, 2000)),
    "esv_ml": _Quantity(("LVesv",), ("ml", "cc", "cm3"), (1, 2000)),
    # A fraction such as 0.52 is below, so nobody has to guess.
    "ef_percent": _Quantity(("EF", "LVef"), ("%", "percent"), (2, 100)),
}
_NUMBER = re.compile(r"([-+]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?)\s*(.*)")
_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")
_QUALITIES = {"good": "Good", "medium": "Medium", "poor": "Poor"}
_SEXES = {"f": "F", "female": "F", "m": "M", "male": "M"}


def read_numbers(
    cfg: Mapping[str, str], path: Path, problems: list[Problem], warnings: list[Problem]
) -> dict[str, float]:
    """Return the numbers that the cfg at ``path`` tells, by field of Facts.

    Words such as N/A mean unknown. A decimal comma and the usual units are fine; what has digits
    and cannot be read, and what cannot be, are problems.
    """
    found: dict[str, float] = {}
    keys: dict[str, str] = {}
    for field, quantity in _QUANTITIES.items():
        for key in quantity.keys:
            value = read_quantity(cfg.get(key, ""), field)
            if isinstance(value, str):
                problems.append(Problem(str(path), key, value, "correct it or remove the line"))
            elif value is not None and field not in found:
                found[field], keys[field] = value, key
    if "edv_ml" in found and "esv_ml" in found:
        check_volumes(found, keys, path, problems, warnings)
    return found


def read_quantity(text: str, field: str) -> float | str | None:
    """Return the number that ``text`` gives for a field of Facts, with or without its unit.

    What cannot be is a text that says why; None: it has no digits, so nothing is known.
    """
    quantity = _QUANTITIES[field]
    if not any(character.isdigit() for character in text):
        return None
    unit = quantity.units[0]
    match = _NUMBER.fullmatch(text)
    if match is None or match[2].strip("()[] ").lower() not in ("", *quantity.units):
        return f"{text[:20]!r} is not a number in {unit}"
    if _THOUSANDS.fullmatch(match[1]):
        return f"{text[:20]!r} may be a decimal or a thousands comma"
    value = float(match[1].replace(",", "."))
    low, high = quantity.range
    if not low <= value <= high:
        return f"{text[:20]} cannot be (it must be {low:g} to {high:g} {unit})"
    return value


def read_quality(cfg: Mapping[str, str]) -> str:
    """Return the image quality, in capital letters as the releases write it."""
    return _named(cfg.get("ImageQuality", ""), _QUALITIES)


def read_sex(cfg: Mapping[str, str]) -> str:
    """Return the sex, "F" or "M" where it is one of their names."""
    return _named(cfg.get("Sex", ""), _SEXES)


def _named(text: str, names: Mapping[str, str]) -> str:
    return names.get(text.lower(), printable(text))


def check_volumes(
    found: Mapping[str, float],
    keys: Mapping[str, str],
    path: Path,
    problems: list[Problem],
    warnings: list[Problem],
) -> None:
    """Compare the volumes with each other, and EF with both.

    Args:
        found: ``edv_ml``, ``esv_ml`` and perhaps ``ef_percent``.
        keys: What each is called in the file.
        path: The file.
        problems: Gets one if the ventricle is larger at ES.
        warnings: Gets one if EF is not what the volumes give.
    """
    edv, esv = found["edv_ml"], found["esv_ml"]
    if esv >= edv:
        what = f"{esv:g} ml at ES, but {keys['edv_ml']} is {edv:g} ml at ED"
        problems.append(Problem(str(path), keys["esv_ml"], what, "correct the wrong line"))
        return
    from_volumes = 100 * (edv - esv) / edv
    if "ef_percent" in found and abs(found["ef_percent"] - from_volumes) > EF_TOLERANCE:
        what = f"{found['ef_percent']:g} %, but the volumes give {from_volumes:.0f} %"
        warnings.append(Problem(str(path), keys["ef_percent"], what, "correct the wrong line"))
