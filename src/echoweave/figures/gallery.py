"""Several sequences in one figure, each with the same few panels."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from echoweave.io.cache import EchoSequence

_COLUMNS = 2


def count_rows(n_sequences: int) -> int:
    """Return how many rows :func:`gallery` has, at least 1."""
    return max(-(-n_sequences // _COLUMNS), 1)


def gallery(figure: Figure, n_sequences: int, n_panels: int) -> list[Sequence[Axes]]:
    """Return the panels of each sequence, side by side; two sequences a row, one column after
    the other.
    """
    rows = count_rows(n_sequences)
    columns = -(-n_sequences // rows)
    grid = figure.subplots(rows, columns * n_panels, squeeze=False)
    blocks = np.split(grid, columns, axis=1)
    places = [panels for block in blocks for panels in block]
    for panel in np.ravel(places[n_sequences:]):
        panel.remove()
    return places[:n_sequences]


def sequence_title(echo: EchoSequence) -> str:
    """Return name and image quality of a sequence, for a title."""
    quality = f", {echo.quality}" if echo.quality else ""
    return f"{echo.name.replace('_', ' ')}{quality}"
