"""How the pictures of a strip break it into rows, as a text is broken into lines."""

import math

# A longer strip goes on in a row below: as many columns a row as this times the strip's rows.
_ROW = 8
_MOST_ROWS = 6


def strip_rows(shape: tuple[int, ...]) -> list[slice]:
    """Return the columns of each row, six rows at most and all of the same length but for one.

    Args:
        shape: (Y, X) of the strip.
    """
    height, width = shape
    count = min(max(math.ceil(width / (_ROW * height)), 1), _MOST_ROWS)
    length = math.ceil(width / count)
    return [slice(start, min(start + length, width)) for start in range(0, width, length)]
