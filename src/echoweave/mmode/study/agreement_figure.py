"""What the networks find in test strips beside what true masks give."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.figures.agreement_panels import draw_scatter
from echoweave.figures.style import drawing, say_nothing_to_show
from echoweave.io.tables import read_tsv
from echoweave.mmode.study.comparison import TRUE

_SHOWN = (
    ("lvidd_mm", "LVIDd", "mm"),
    ("lvids_mm", "LVIDs", "mm"),
    ("ef_percent", "EF", "%"),
    ("heart_rate_bpm", "HR", "bpm"),
)


def draw_mmode_agreement(table: Path, networks: Sequence[str], svg: Path, png: Path) -> None:
    """Draw LVIDd, LVIDs, EF and HR found over the true ones, a row a network and kind of strips.

    Args:
        table: recordings.tsv.
        networks: From top to bottom.
        svg: Where the figure goes.
        png: The same.
    """
    strips = read_tsv(table)
    rows = [
        (f"{network}, {kind}", network, found)
        for network in networks
        for kind, found in strips[strips["network"] == network].groupby("kind")
        if _has_truth(found)
    ]
    with drawing(1.9 * max(len(rows), 1), [svg, png]) as figure:
        if not rows:
            say_nothing_to_show(figure, "No test strip has a true mask")
            return
        panels = figure.subplots(len(rows), len(_SHOWN), squeeze=False)
        for (title, network, found), row in zip(rows, panels, strict=True):
            for axes, (key, symbol, unit) in zip(row, _SHOWN, strict=True):
                draw_scatter(axes, _pairs(found, key), network, symbol, unit)
            row[0].annotate(
                title, (0, 1.22), xycoords="axes fraction", fontsize=8, fontweight="bold"
            )


def _has_truth(found: pd.DataFrame) -> bool:
    return any(len(_pairs(found, key)) for key, _, _ in _SHOWN)


def _pairs(found: pd.DataFrame, key: str) -> NDArray[np.float64]:
    columns = [f"{TRUE}{key}", key]
    if not set(columns) <= set(found.columns):
        return pd.DataFrame(columns=columns).to_numpy(float)
    return found[columns].dropna().to_numpy(float)
