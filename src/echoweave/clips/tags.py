"""Values of DICOM tags, whatever was written there."""

import math
from typing import Any

from pydicom import Dataset


def number(dataset: Dataset, keyword: str) -> float:
    """Return a number; NaN if there is none, or several."""
    found = numbers(dataset, keyword)
    return found[0] if len(found) == 1 else math.nan


def numbers(dataset: Dataset, keyword: str) -> list[float]:
    """Return the numbers of a tag; none if one of them cannot be read or is not finite."""
    value = _value(dataset, keyword)
    values = value if isinstance(value, list | tuple) or _is_list(value) else [value]
    try:
        found = [float(one) for one in values if one is not None]
    except (TypeError, ValueError, OverflowError):
        return []
    return found if all(math.isfinite(one) for one in found) else []


def text(dataset: Dataset, keyword: str) -> str:
    """Return a text, "" if there is none."""
    value = _value(dataset, keyword)
    return "" if value is None else str(value).strip()


def items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """Return the items of a sequence, none if there is no such sequence."""
    value = _value(dataset, keyword)
    return [item for item in value if isinstance(item, Dataset)] if _is_list(value) else []


def _value(dataset: Dataset, keyword: str) -> Any:
    try:
        return dataset.get(keyword)
    # pydicom converts a value when it is asked for, and raises whatever it trips over.
    except Exception:
        return None


def _is_list(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, str | bytes)
