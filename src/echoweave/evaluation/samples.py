"""Reduce measured rows to the numbers that the tables show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from echoweave.evaluation.statistics import (
    Values,
    agree,
    bias_of_draws,
    bootstrap,
    correlation_of_draws,
    describe,
    mae_of_draws,
    mean_of_draws,
    pooled_dice_of_draws,
)
from echoweave.evaluation.table import Column
from echoweave.labels import parts_of, structures_of
from echoweave.units import UNITS, Unit, Units

Groupings = Mapping[str, tuple[str, Sequence[str]]]
# Grouping -> column of the measured rows and its groups.
BY_QUALITY: Groupings = {"image quality": ("quality", ("Good", "Medium", "Poor"))}
BY_VIEW: Groupings = {"view": ("view", ("2CH", "4CH"))}
# Of a table that shows both instants together, too.
INSTANTS = ("overall", "ED", "ES")
# Of every table that counts them, see :func:`count_missed`.
MISSED_NOTE = (
    "Missed: structures that the prediction or the reference alone has; Dice 0, no distance."
)
AGREEMENT_INTERVALS = {
    "correlation": correlation_of_draws,
    "bias": bias_of_draws,
    "mae": mae_of_draws,
}


@dataclass(frozen=True)
class TableSettings:
    """Settings of the tables.

    Attributes:
        simpson_mode: The volumes that Table 2 shows, "ase" or "camus".
        bootstrap_samples: Draws for the 95 % intervals.
        seed: Seed of the draws.
        label_values: What the masks of the data set tell apart, background included.
        unit: That of the spacing of every sequence.
    """

    simpson_mode: str
    bootstrap_samples: int
    seed: int
    label_values: Sequence[int]
    unit: Unit

    @property
    def structures(self) -> list[str]:
        """What the masks show."""
        return structures_of(self.label_values)

    @property
    def parts(self) -> list[str]:
        """Those of ``structures`` that do not overlap."""
        return parts_of(self.label_values)

    @property
    def units(self) -> Units:
        """The units of the measured columns."""
        return UNITS[self.unit]


def summarise(rows: pd.DataFrame, measure: str, settings: TableSettings) -> dict[str, Any]:
    """Return n, mean, SD, median, quartiles and 95 % interval of a measure.

    Args:
        rows: Measured rows with the columns patient and ``measure``; NaN is left out.
        measure: Which column.
        settings: For the interval, which is drawn over patients.

    Returns:
        Keys {measure}_n, _mean, _sd, _median, _q1, _q3, _low, _high.
    """
    found = describe(rows[measure].to_numpy(float))
    known = rows[rows[measure].notna()]
    per_patient = known.groupby("patient")[measure].agg(["sum", "count"]).to_numpy(float)
    low, high = bootstrap(per_patient, mean_of_draws, settings.bootstrap_samples, settings.seed)
    values = vars(found) | {"low": low, "high": high}
    return {f"{measure}_{name}": value for name, value in values.items()}


def summarise_overlap(rows: pd.DataFrame, settings: TableSettings) -> dict[str, float]:
    """Return what tables say of the overlap in some rows of frames.tsv, over those that show it.

    Returns:
        n, patients, missed, what :func:`summarise_pooled_dice` returns, and what :func:`summarise`
        returns of Dice and HD95.
    """
    # Neither mask has the structure: nothing to overlap, and no frame to draw.
    shown = rows[rows["dice"].notna()]
    return {
        "n": len(shown),
        "patients": shown["patient"].nunique(),
        "missed": count_missed(shown, settings.unit),
        **summarise_pooled_dice(shown, settings),
        **summarise(shown, "dice", settings),
        **summarise(shown, f"hd95_{settings.unit}", settings),
    }


def summarise_pooled_dice(rows: pd.DataFrame, settings: TableSettings) -> dict[str, float]:
    """Return the Dice of all rows of frames.tsv together, with its 95 % interval over patients.

    Returns:
        pooled_dice, 2 sum(I) / sum(A + B), and pooled_dice_low and _high; NaN without any pixel.
    """
    counts = dice_counts(rows)
    per_patient = counts.groupby(rows["patient"]).sum().to_numpy(float)
    low, high = bootstrap(
        per_patient, pooled_dice_of_draws, settings.bootstrap_samples, settings.seed
    )
    pooled = float(pooled_dice_of_draws(counts.to_numpy(float)[None])[0])
    return {"pooled_dice": pooled, "pooled_dice_low": low, "pooled_dice_high": high}


def dice_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the pixels of each row of frames.tsv that both masks have, and those of both added."""
    total = rows["predicted_pixels"] + rows["reference_pixels"]
    return pd.DataFrame({"shared": rows["intersection_pixels"], "total": total})


def summarise_agreement(pairs: Values, settings: TableSettings) -> dict[str, float]:
    """Return how pairs [P, 2] (automatic, reference), one a patient, agree.

    Returns:
        The fields of :class:`echoweave.evaluation.statistics.Agreement`, and the ends {name}_low
        and {name}_high of the 95 % interval of each of ``AGREEMENT_INTERVALS``.
    """
    values = dict(vars(agree(pairs[:, 0], pairs[:, 1])))
    for name, statistic in AGREEMENT_INTERVALS.items():
        low, high = bootstrap(pairs, statistic, settings.bootstrap_samples, settings.seed)
        values |= {f"{name}_low": low, f"{name}_high": high}
    return values


def summary_columns(measure: str, heading: str, decimals: int) -> list[Column]:
    """Return the columns of :func:`summarise`; readers see "mean ± SD"."""
    shown = Column(f"{measure}_mean", heading, decimals, spread=f"{measure}_sd")
    hidden = ("n", "median", "q1", "q3", "low", "high")
    return [shown, *(Column(f"{measure}_{name}", tsv_only=True) for name in hidden)]


def interval_keys(measure: str) -> tuple[str, str]:
    """Return the keys of the ends of the 95 % interval of a measure."""
    return f"{measure}_low", f"{measure}_high"


def is_missed(rows: pd.DataFrame, unit: Unit) -> "pd.Series[bool]":
    """Whether the prediction misses or invents the structure: overlap is 0, no distance."""
    return (rows["dice"] == 0) & rows[f"hd_{unit}"].isna()


def count_missed(rows: pd.DataFrame, unit: Unit) -> int:
    """Return how many structures the prediction misses or invents."""
    return int(is_missed(rows, unit).sum())


def sequence_means(
    rows: pd.DataFrame, keys: Sequence[str], measures: Sequence[str]
) -> pd.DataFrame:
    """Return the mean of each measure over the frames of each sequence; NaN is left out."""
    return rows.groupby(list(keys), as_index=False, sort=False)[list(measures)].mean()


def split(
    rows: pd.DataFrame, groupings: Groupings
) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Yield all rows, then those of each group, with the keys "grouping" and "group"."""
    yield {"grouping": "all", "group": "all"}, rows
    for grouping, (column, groups) in groupings.items():
        for group in groups:
            yield {"grouping": grouping, "group": group}, select(rows, **{column: group})


def at_instant(rows: pd.DataFrame, instant: str) -> pd.DataFrame:
    """Return the rows at one of ``INSTANTS``."""
    return rows if instant == "overall" else select(rows, instant=instant)


def select(rows: pd.DataFrame, **values: Any) -> pd.DataFrame:
    """Return the rows whose columns have these values."""
    chosen = np.ones(len(rows), bool)
    for column, value in values.items():
        chosen &= (rows[column] == value).to_numpy(bool)
    return rows[chosen]
