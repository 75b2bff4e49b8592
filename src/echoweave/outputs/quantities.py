"""What is measured in a clip: names, units and digits, as files and readers get them."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from echoweave.evaluation.names import display_name
from echoweave.function.intervals import CONFIDENCE
from echoweave.units import Units

Kind = Literal["percent", "volume", "length", "bpm"]

# A number as it stands in summary.json: value, low, high, spread, reason, unit.
Number = Mapping[str, Any]

# As readers see it.
INTERVAL_PERCENT = round(100 * CONFIDENCE)


class Quantity(NamedTuple):
    """One quantity of a beat.

    Attributes:
        key: As in ``ClipAnalysis.measured``.
        symbol: Short, for lines and heads of columns.
        title: In full.
        kind: What it is measured in.
        digits: Decimals that readers see.
    """

    key: str
    symbol: str
    title: str
    kind: Kind
    digits: int = 0


QUANTITIES = (
    Quantity("ef_percent", "EF", "Ejection fraction", "percent"),
    Quantity("edv", "EDV", "End-diastolic volume", "volume"),
    Quantity("esv", "ESV", "End-systolic volume", "volume"),
    Quantity("stroke_volume", "SV", "Stroke volume", "volume"),
    Quantity("heart_rate_bpm", "HR", "Heart rate", "bpm"),
    Quantity("gls_percent", "GLS", "Global longitudinal strain", "percent", 1),
    Quantity("length_ed", "LV length ED", "LV length at ED", "length"),
    Quantity("length_es", "LV length ES", "LV length at ES", "length"),
)
# Of an M-mode strip; what both have stands above.
STRIP_QUANTITIES = (
    Quantity("lvidd", "LVIDd", "LV internal diameter, diastole", "length", 2),
    Quantity("lvids", "LVIDs", "LV internal diameter, systole", "length", 2),
    Quantity("fs_percent", "FS", "Fractional shortening", "percent"),
)
_BY_KEY = {quantity.key: quantity for quantity in (*QUANTITIES, *STRIP_QUANTITIES)}
_DICE = "dice_"
# How readers see units; those that are missing are written as they are.
_TITLES = {"percent": "%", "px2": "px²", "px3": "px³", "mm2": "mm²", "ul": "µL", "dice": ""}


def unit_of(key: str, units: Units) -> str:
    """Return the unit of a quantity or Dice, as columns call it."""
    if key.startswith(_DICE):
        return "dice"
    kind = _BY_KEY[key].kind
    return {"volume": units.volume, "length": units.length}.get(kind, kind)


def column_of(key: str, unit: str) -> str:
    """Return the column of a quantity: its unit is part of the name."""
    return key if unit in key else f"{key}_{unit}"


def title_of(key: str) -> str:
    """Return what readers call a quantity."""
    if key.startswith(_DICE):
        return f"Dice, {display_name(key.removeprefix(_DICE))}"
    return _BY_KEY[key].title


def symbol_of(key: str) -> str:
    """Return the short name of a quantity of a beat."""
    return _BY_KEY[key].symbol


def unit_title(unit: str) -> str:
    """Return how readers see a unit."""
    return _TITLES.get(unit, unit)


def digits_of(key: str) -> int:
    """Return how many decimals readers see."""
    return 2 if key.startswith(_DICE) else _BY_KEY[key].digits


def show_value(key: str, number: Number) -> str:
    """Return "55 %", or "" where there is a reason instead."""
    if number["value"] is None:
        return ""
    unit = unit_title(number["unit"])
    return f"{_text(number['value'], key)} {unit}".rstrip()


def show_interval(key: str, number: Number) -> str:
    """Return "49 to 61", or "" where there is no interval."""
    if number["low"] is None or number["high"] is None:
        return ""
    return f"{_text(number['low'], key)} to {_text(number['high'], key)}"


def show_spread(key: str, number: Number) -> str:
    """Return "± 3", or "" with fewer than two beats."""
    return "" if number["spread"] is None else f"± {_text(number['spread'], key)}"


def show_quartiles(key: str, number: Number) -> str:
    """Return "IQR 3", of a strip, or "" with fewer than two beats."""
    return "" if number["spread"] is None else f"IQR {_text(number['spread'], key)}"


def show_plain(key: str, value: float | None) -> str:
    """Return a value without its unit; "" if there is none."""
    return "" if value is None else _text(value, key)


def _text(value: float, key: str) -> str:
    text = f"{value:,.{digits_of(key)}f}"
    # Neither a minus before nothing nor a hyphen for one.
    nothing = float(text.replace(",", "")) == 0
    return text.removeprefix("-") if nothing else text.replace("-", "\N{MINUS SIGN}")
