"""Quality of pseudo-labels against a reference mask of every frame."""

import pandas as pd

from echoweave.evaluation.samples import (
    Settings,
    count_missed,
    select,
    sequence_means,
    summarise,
    summary_columns,
)
from echoweave.evaluation.table import Column, Table

# Measure -> heading, decimals.
_MEASURES = {
    "dice": ("Dice", 3),
    "mean_surface_distance_mm": ("Mean distance (mm)", 2),
    "rms_mm": ("RMS (mm)", 2),
    "hd_mm": ("HD (mm)", 2),
    "mean_surface_distance_px512": ("Mean distance (px)", 2),
    "rms_px512": ("RMS (px)", 2),
    "hd_px512": ("HD (px)", 2),
}
_KEYS = ("estimator", "direction", "structure")


def make_pseudolabels(rows: pd.DataFrame, settings: Settings) -> Table:
    """Return the quality per estimator, direction and structure.

    Args:
        rows: Rows of measure_pseudolabels of all estimators.
        settings: For the intervals.
    """
    means = sequence_means(rows, (*_KEYS, "sequence", "patient"), list(_MEASURES))
    kinds = means[list(_KEYS)].drop_duplicates().itertuples(index=False)
    lines = []
    for estimator, direction, structure in kinds:
        keys = dict(zip(_KEYS, (estimator, direction, structure), strict=True))
        found = select(means, **keys)
        line = keys | {"n": len(found), "missed": count_missed(select(rows, **keys))}
        for measure in _MEASURES:
            line |= summarise(found, measure, settings)
        lines.append(line)
    columns = [
        *(Column("estimator", "Estimator"), Column("direction", "Direction")),
        *(Column("structure", "Structure"), Column("n", "n"), Column("missed", "Missed")),
    ]
    for measure, (heading, decimals) in _MEASURES.items():
        columns += summary_columns(measure, heading, decimals)
    notes = [
        "Means over the frames strictly between ED and ES of a sequence, then mean ± SD over n "
        "sequences. The mean distance pools both borders, as in the paper; px are pixels of "
        "frames of 512 x 512, the paper's size.",
        "Missed: frames where the labels or the truth alone have the structure; Dice 0, no "
        "distance.",
    ]
    if not lines:
        notes.append("No sequence has a reference mask for every frame (n = 0).")
    return Table("Pseudo-labels against dense reference masks.", columns, lines, notes)
