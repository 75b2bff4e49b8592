"""What the arms lose on a data set that none of them was trained on."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from echoweave.evaluation.samples import (
    BY_QUALITY,
    BY_VIEW,
    INSTANTS,
    MISSED_NOTE,
    TableSettings,
    at_instant,
    dice_counts,
    interval_keys,
    select,
    split,
    summarise_overlap,
)
from echoweave.evaluation.statistics import (
    Values,
    bootstrap_difference,
    mean_of_draws,
    pooled_dice_of_draws,
)
from echoweave.evaluation.table import Column, Table, write_table
from echoweave.io.tables import read_tsv
from echoweave.units import Unit

# Arm -> its rows of frames.tsv.
Frames = Mapping[str, pd.DataFrame]

_COLUMNS = (
    *(Column("arm", "Arm"), Column("dataset", "Data set"), Column("grouping", "By")),
    *(Column("group", "Group"), Column("instant", "Instant"), Column("structure", "Structure")),
    *(Column("n", "n"), Column("patients", "Patients"), Column("missed", "Missed")),
    Column("dice_mean", "Dice", 3, interval=interval_keys("dice")),
    Column("pooled_dice", "Pooled Dice", 3, interval=interval_keys("pooled_dice")),
    *(Column("hd95_mean", "HD95", 2, interval=interval_keys("hd95")), Column("unit", "Unit")),
    Column("dice_loss", "Dice lost", 3, interval=interval_keys("dice_loss")),
    Column("pooled_dice_loss", "Pooled lost", 3, interval=interval_keys("pooled_dice_loss")),
)
_NOTES = (
    "At ED and ES of every labelled patient of the other data set, by all folds together; no arm "
    "was trained on it. Only structures that both data sets know.",
    "Lost: what the arm has on its own test set, at the same instant and over all views and image "
    "qualities, minus what it has here. Nothing pairs the two: their patients are drawn "
    "independently.",
    "n: masks (one a sequence and instant). In brackets the 95 % interval over patients. Pooled "
    "Dice: 2 sum(I) / sum(A + B) over the pixels of all masks.",
    "HD95 in the unit of its own row; px are those of the data set's own pictures, so that two "
    "data sets in px do not compare.",
    MISSED_NOTE,
)


def write_external_table(
    own: Mapping[str, Path],
    others: Mapping[str, Path],
    titles: tuple[str, str],
    own_unit: Unit,
    folder: Path,
    settings: Mapping[str, Any],
) -> None:
    """Write the table of :func:`make_external` as external.tsv, .md, .tex and .html.

    Args:
        own: Arm -> its frames.tsv on its own test set.
        others: Arm -> its frames.tsv on the other data set.
        titles: Of the two data sets.
        own_unit: That of the distances in ``own``.
        folder: Gets the table.
        settings: The fields of :class:`TableSettings`, as they are for ``others``.
    """
    read = [{arm: read_tsv(path) for arm, path in side.items()} for side in (own, others)]
    table = make_external(read[0], read[1], titles, own_unit, TableSettings(**settings))
    write_table(table, folder, "external")


def make_external(
    own: Frames,
    others: Frames,
    titles: tuple[str, str],
    own_unit: Unit,
    settings: TableSettings,
) -> Table:
    """Return accuracy on another data set beside that on the own test set, and what is lost.

    Args:
        own: Rows of frames.tsv of each arm on its own test set.
        others: The same on the other data set.
        titles: Of the two data sets.
        own_unit: That of the distances in ``own``.
        settings: For the intervals; unit and label values are those of ``others``.
    """
    ours = replace(settings, unit=own_unit)
    rows = []
    for arm, structure, instant in _kinds(own, settings):
        home, away = (
            at_instant(select(side[arm], structure=structure), instant) for side in (own, others)
        )
        keys = {"arm": arm, "structure": structure, "instant": instant}
        everyone = {"dataset": titles[0], "grouping": "all", "group": "all"}
        rows.append(keys | everyone | _accuracy(home, ours))
        for group, found in split(away, {**BY_VIEW, **BY_QUALITY}):
            lost = _losses(home, found, settings)
            rows.append(keys | {"dataset": titles[1]} | group | _accuracy(found, settings) | lost)
    return Table(f"Accuracy on {titles[1]} of what {titles[0]} taught.", _COLUMNS, rows, _NOTES)


def _kinds(own: Frames, settings: TableSettings) -> Iterator[tuple[str, str, str]]:
    for arm in own:
        for structure in settings.structures:
            for instant in INSTANTS:
                yield arm, structure, instant


def _accuracy(rows: pd.DataFrame, settings: TableSettings) -> dict[str, Any]:
    found = summarise_overlap(rows, settings)
    # Rows of both units stand in one column.
    hd95 = f"hd95_{settings.unit}"
    return {"unit": settings.unit} | {
        name.replace(hd95, "hd95"): value for name, value in found.items()
    }


def _losses(own: pd.DataFrame, other: pd.DataFrame, settings: TableSettings) -> dict[str, float]:
    """Return what is lost from ``own`` to ``other``, with the intervals."""
    dice = _dice_sums(own), _dice_sums(other)
    pixels = _pixel_sums(own), _pixel_sums(other)
    return {
        **_loss("dice_loss", dice, mean_of_draws, settings),
        **_loss("pooled_dice_loss", pixels, pooled_dice_of_draws, settings),
    }


def _loss(
    name: str,
    sides: tuple[Values, Values],
    statistic: Callable[[Values], Values],
    settings: TableSettings,
) -> dict[str, float]:
    own, other = (float(statistic(side[None])[0]) if len(side) else math.nan for side in sides)
    ends = bootstrap_difference(*sides, statistic, settings.bootstrap_samples, settings.seed)
    return {name: own - other, **dict(zip(interval_keys(name), ends, strict=True))}


def _dice_sums(rows: pd.DataFrame) -> Values:
    """Return sum and count of the Dice of each patient [P, 2]."""
    known = rows[rows["dice"].notna()]
    return np.asarray(known.groupby("patient")["dice"].agg(["sum", "count"]), float)


def _pixel_sums(rows: pd.DataFrame) -> Values:
    """Return the shared and the total pixels of each patient [P, 2]."""
    return np.asarray(dice_counts(rows).groupby(rows["patient"]).sum(), float)
