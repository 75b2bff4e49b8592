"""Table 1 (accuracy at ED and ES), and the same measures by instant, image quality and view."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from echoweave.evaluation.names import display_name
from echoweave.evaluation.samples import (
    BY_QUALITY,
    BY_VIEW,
    MISSED_NOTE,
    Groupings,
    TableSettings,
    count_missed,
    select,
    split,
    summarise,
    summary_columns,
)
from echoweave.evaluation.table import Column, Table
from echoweave.units import UNITS, Unit

# Columns of the paper's Table 1; its "LV Myocardium" is the region inside the epicardium.
TABLE1_STRUCTURES = ("cavity", "epi", "atrium")


def measures(unit: Unit) -> dict[str, tuple[str, int]]:
    """Return column -> heading and decimals of what Table 1 and the tests compare."""
    return {
        "dice": ("Dice", 3),
        f"mad_{unit}": (f"MAD ({unit})", 2),
        f"hd_{unit}": (f"HD ({unit})", 2),
    }


def _all_measures(unit: Unit) -> dict[str, tuple[str, int]]:
    return {
        **measures(unit),
        "jaccard": ("Jaccard", 3),
        f"hd95_{unit}": (f"HD95 ({unit})", 2),
        f"rms_{unit}": (f"RMS ({unit})", 2),
    }


# What a published row of Table 1 can hold.
TABLE1_KEYS = frozenset(
    f"{structure}_{measure}_{name}"
    for structure in TABLE1_STRUCTURES
    for unit in UNITS
    for measure in measures(unit)
    for name in ("mean", "sd")
)
GROUPINGS: Groupings = {"instant": ("instant", ("ED", "ES")), **BY_QUALITY, **BY_VIEW}
_EPI = "LV epi is cavity and myocardium together: the column LV Myocardium of the paper's Table 1."


def make_table1(
    frames: pd.DataFrame,
    arms: Sequence[str],
    published: Sequence[dict[str, Any]],
    sources: Sequence[str],
    settings: TableSettings,
) -> Table:
    """Return accuracy at ED and ES per arm, in the shape of the paper's Table 1.

    Args:
        frames: Rows of frames.tsv of all arms.
        arms: The arms; one without rows is shown with n = 0.
        published: Rows of others, see :mod:`echoweave.evaluation.published`.
        sources: Where they come from.
        settings: For the intervals.
    """
    rows: list[dict[str, Any]] = []
    structures = [name for name in TABLE1_STRUCTURES if name in settings.structures]
    for instant in ("ED", "ES"):
        rows += [row for row in published if row["instant"] == instant]
        for arm in arms:
            found = select(frames, arm=arm, instant=instant)
            row: dict[str, Any] = {
                "method": arm,
                "instant": instant,
                "n": found["sequence"].nunique(),
                "missed": count_missed(found[found["structure"].isin(structures)], settings.unit),
            }
            for structure in structures:
                chosen = select(found, structure=structure)
                for measure in measures(settings.unit):
                    values = summarise(chosen, measure, settings)
                    row |= {f"{structure}_{key}": value for key, value in values.items()}
            rows.append(row)
    columns = [
        *(Column("instant", "Instant"), Column("method", "Method")),
        *(Column("n", "n"), Column("missed", "Missed")),
    ]
    for structure in structures:
        for measure, (heading, decimals) in measures(settings.unit).items():
            title = f"{display_name(structure)} {heading}"
            columns += summary_columns(f"{structure}_{measure}", title, decimals)
    notes = (
        "Mean ± SD over the sequences of the test patients with reference masks; n sequences.",
        *_notes(settings),
        *_published_notes(published, sources),
    )
    return Table("Accuracy at ED and ES, as in the paper's Table 1.", columns, rows, notes)


def make_strata(frames: pd.DataFrame, arms: Sequence[str], settings: TableSettings) -> Table:
    """Return accuracy per arm and structure: all, and by instant, image quality and view."""
    rows: list[dict[str, Any]] = []
    for arm in arms:
        for keys, found in split(select(frames, arm=arm), GROUPINGS):
            rows += _strata_rows(found, {"arm": arm, **keys}, settings)
    columns = [
        *(Column("arm", "Arm"), Column("grouping", "By"), Column("group", "Group")),
        *(Column("structure", "Structure"), Column("n", "n"), Column("missed", "Missed")),
    ]
    for measure, (heading, decimals) in _all_measures(settings.unit).items():
        columns += summary_columns(measure, heading, decimals)
    notes = ("n: masks (one a sequence and instant).", *_notes(settings))
    return Table("Accuracy by instant, image quality and view.", columns, rows, notes)


def _strata_rows(
    found: pd.DataFrame, keys: dict[str, Any], settings: TableSettings
) -> list[dict[str, Any]]:
    rows = []
    for structure in settings.structures:
        chosen = select(found, structure=structure)
        row = keys | {
            "structure": structure,
            "n": int(chosen["dice"].notna().sum()),
            "missed": count_missed(chosen, settings.unit),
        }
        for measure in _all_measures(settings.unit):
            row |= summarise(chosen, measure, settings)
        rows.append(row)
    return rows


def _notes(settings: TableSettings) -> list[str]:
    return [MISSED_NOTE, _EPI] if "epi" in settings.structures else [MISSED_NOTE]


def _published_notes(
    published: Sequence[dict[str, Any]], sources: Sequence[str]
) -> tuple[str, ...]:
    if not published:
        return ("No published numbers in resources/published_results.tsv for this table.",)
    return tuple(sources)
