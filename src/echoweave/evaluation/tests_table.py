"""Paired comparison of the arms."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from echoweave.evaluation.accuracy_tables import MEASURES
from echoweave.evaluation.samples import Settings, select
from echoweave.evaluation.statistics import holm, paired_p
from echoweave.evaluation.table import Column, Table
from echoweave.evaluation.volume_table import QUANTITIES
from echoweave.labels import STRUCTURES


def make_tests(
    tables: Mapping[str, pd.DataFrame], arms: Sequence[str], settings: Settings
) -> Table:
    """Return Wilcoxon's signed-rank test for each pair of arms and measure, Holm-corrected.

    Args:
        tables: Rows of frames.tsv, volumes.tsv and smoothness.tsv of all arms, by those names.
        arms: The arms.
        settings: The volume mode.
    """
    samples = _samples(tables, settings.simpson_mode)
    rows: list[dict[str, Any]] = []
    for first, second in combinations(arms, 2):
        for measure, structure, values in samples:
            # One column an arm, one row a patient; an arm without predictions has no column.
            pairs = values.reindex(columns=[first, second]).dropna().to_numpy(float)
            difference = pairs[:, 0] - pairs[:, 1]
            rows.append(
                {
                    "first": first,
                    "second": second,
                    "measure": measure,
                    "structure": structure,
                    "n": len(pairs),
                    "median_difference": np.median(difference) if len(pairs) else np.nan,
                    "p": paired_p(pairs[:, 0], pairs[:, 1]),
                }
            )
    for row, adjusted in zip(rows, holm(np.array([row["p"] for row in rows])), strict=True):
        row["p_holm"] = adjusted
    columns = [
        *(Column("first", "First"), Column("second", "Second"), Column("measure", "Measure")),
        *(Column("structure", "Structure"), Column("n", "n")),
        Column("median_difference", "Median difference", 3),
        *(Column("p", "p", 4), Column("p_holm", "p (Holm)", 4)),
    ]
    notes = (
        "Wilcoxon signed-rank test, two-sided, on one value a patient (mean over views and "
        "instants); differences are first - second; n patients with both values.",
        "Holm's correction over all rows of this table. No p for fewer than two patients.",
    )
    return Table("Paired comparison of the arms.", columns, rows, notes)


def _samples(tables: Mapping[str, pd.DataFrame], mode: str) -> list[tuple[str, str, pd.DataFrame]]:
    """Return (measure, structure, values with one row a patient and one column an arm)."""
    frames, smoothness = tables["frames"], tables["smoothness"]
    volumes = select(tables["volumes"], mode=mode)
    samples = []
    for structure in STRUCTURES:
        chosen = select(frames, structure=structure)
        samples += [(measure, structure, _by_patient(chosen, measure)) for measure in MEASURES]
    for structure in STRUCTURES:
        chosen = select(smoothness, structure=structure)
        measure = "smoothness_normalised"
        samples.append((measure, structure, _by_patient(chosen, measure)))
    for quantity in QUANTITIES:
        errors = volumes.assign(error=(volumes[quantity] - volumes[f"ref_{quantity}"]).abs())
        samples.append((f"{quantity}_error", "", _by_patient(errors, "error")))
    return samples


def _by_patient(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    return rows.pivot_table(index="patient", columns="arm", values=measure, aggfunc="mean")
