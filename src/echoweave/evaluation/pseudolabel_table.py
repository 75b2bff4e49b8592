"""Quality of pseudo-labels against a reference mask of every frame."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from echoweave.evaluation.roles import HOLDOUT
from echoweave.evaluation.samples import (
    TableSettings,
    count_missed,
    select,
    sequence_means,
    summarise,
)
from echoweave.evaluation.table import Column, Table
from echoweave.registration.split import ROLES
from echoweave.segmentation.arms import manual_arm
from echoweave.units import Unit

_KEYS = ("estimator", "direction", "structure")
_NOTES = (
    "Hold-out: patients that no registration network has seen; these rows are the result. "
    "Validation: patients that chose a network's checkpoint. Training: patients that a network "
    "learned from; their rows flatter it.",
    "Means over the frames strictly between ED and ES of a sequence, then over the n sequences, "
    "with the 95 % interval over the patients. The mean distance pools both borders, as in the "
    "paper; px are pixels of frames of 512 x 512, the paper's size.",
    "Missed: frames where the labels or the truth alone have the structure; Dice 0, no distance.",
)


_SEEN = "The nnU-Net has not seen the patient in any row."
_NO_NETWORK = (
    "No arm of segmentation.arms learns from the manual masks alone: there is no nnU-Net to "
    "compare with (n = 0)."
)


def make_pseudolabels(rows: pd.DataFrame, arms: Sequence[str], settings: TableSettings) -> Table:
    """Return the quality per role of the patient, estimator, direction and structure.

    Args:
        rows: Rows of measure_pseudolabels of all estimators, with their roles, and of the
            nnU-Net that learned from the manual masks alone, if ``arms`` have one.
        arms: The arms.
        settings: For the intervals.
    """
    measures = _measures(settings.unit)
    means = sequence_means(rows, ("role", *_KEYS, "sequence", "patient"), list(measures))
    kinds = list(means[list(_KEYS)].drop_duplicates().itertuples(index=False))
    lines = []
    for role in ROLES:
        for kind in kinds:
            keys = {"role": role, **dict(zip(_KEYS, kind, strict=True))}
            found = select(means, **keys)
            if len(found):
                missed = count_missed(select(rows, **keys), settings.unit)
                lines.append(keys | _line(found, missed, settings))
    notes = [*_NOTES, _SEEN if manual_arm(arms) else _NO_NETWORK]
    if not any(line["role"] == HOLDOUT for line in lines):
        notes.append("No hold-out sequence has a reference mask for every frame (n = 0).")
    return Table("Pseudo-labels against dense reference masks.", _columns(measures), lines, notes)


def _measures(unit: Unit) -> dict[str, tuple[str, int]]:
    """Return column -> heading and decimals; the pixels are those of the paper's size."""
    # Where a length is in px of its own picture, the others say which they are.
    units = {"mm": "mm", "px512": "px"} if unit == "mm" else {"px": "px", "px512": "px at 512"}
    found = {"dice": ("Dice", 3)}
    for key, shown in units.items():
        found[f"mean_surface_distance_{key}"] = (f"Mean distance ({shown})", 2)
        found[f"rms_{key}"] = (f"RMS ({shown})", 2)
        found[f"hd_{key}"] = (f"HD ({shown})", 2)
    return found


def _line(found: pd.DataFrame, missed: int, settings: TableSettings) -> dict[str, Any]:
    line = {"n": len(found), "patients": found["patient"].nunique(), "missed": missed}
    for measure in _measures(settings.unit):
        line |= summarise(found, measure, settings)
    return line


def _columns(measures: Mapping[str, tuple[str, int]]) -> list[Column]:
    columns = [
        *(Column("role", "Patients"), Column("estimator", "Estimator")),
        *(Column("direction", "Direction"), Column("structure", "Structure")),
        *(Column("n", "n"), Column("patients", "of patients"), Column("missed", "Missed")),
    ]
    for measure, (heading, decimals) in measures.items():
        interval = f"{measure}_low", f"{measure}_high"
        columns.append(Column(f"{measure}_mean", heading, decimals, interval=interval))
        hidden = ("n", "sd", "median", "q1", "q3")
        columns += [Column(f"{measure}_{name}", tsv_only=True) for name in hidden]
    return columns
