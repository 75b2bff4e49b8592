"""What a network finds in a test strip beside what its true mask gives, and the table of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.evaluation.statistics import bootstrap, mean_of_draws, pooled_dice_of_draws
from echoweave.evaluation.table import Column, Table
from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.function.borders import find_borders
from echoweave.mmode.function.measure import StripFunction, measure_strip
from echoweave.mmode.strip import LUMEN, UNKNOWN
from echoweave.mmode.study.store import STRIP_KINDS, StoredStrip

TRUE = "true_"
# Quantity -> column of its error, a heading and decimals for readers.
_ERRORS = {
    "lvid_error_px": ("lvid_error_px", "LVID (px)", 2),
    "lvidd_mm": ("lvidd_mae_mm", "LVIDd (mm)", 3),
    "lvids_mm": ("lvids_mae_mm", "LVIDs (mm)", 3),
    "lvidd_px": ("lvidd_mae_px", "LVIDd (px)", 2),
    "lvids_px": ("lvids_mae_px", "LVIDs (px)", 2),
    "ef_percent": ("ef_mae_percent", "EF (points)", 1),
    "fs_percent": ("fs_mae_percent", "FS (points)", 1),
    "heart_rate_bpm": ("heart_rate_mae_bpm", "HR (bpm)", 1),
}
_ENDS = ("low", "high")


def strip_row(stored: StoredStrip, analysis: StripAnalysis, network: str) -> dict[str, Any]:
    """Return one row: what was found in a strip and, where it has a mask, what is true.

    The truth is measured in the same way: borders of the mask, beats, medians over the beats that
    count. In a strip without a whole beat the largest and the least diameter in good columns stand
    for LVIDd and LVIDs, on both sides.

    Args:
        stored: The strip.
        analysis: What was found in it.
        network: Which network found it.
    """
    function, strip, good = analysis.function, stored.strip, good_columns(analysis)
    row: dict[str, Any] = {
        "network": network,
        "kind": stored.kind,
        "recording": stored.name,
        "animal": stored.animal,
        "beats": len(function.beats),
        "counted": function.counted,
        "good_share": function.good_share,
        **_numbers(function, analysis.diameter[good], analysis.length_unit),
    }
    if strip.mask is None:
        return row
    known = (strip.mask != UNKNOWN).all(axis=0)
    lumen = (strip.mask == LUMEN) & known
    # Where masks begin and end nothing goes on: a mask of one column alone is no island.
    ends = np.flatnonzero(np.diff(known)) + 1
    borders = find_borders(lumen.astype(np.float32), (*strip.breaks, *ends.tolist()))
    truth = measure_strip(
        np.where(known, borders.diameter, np.nan),
        strip.mm_per_row,
        strip.ms_per_column,
        analysis.species,
        strip.breaks,
        analysis.confidence,
        analysis.threshold,
    )
    curve = np.where(known & good, truth.rhythm.curve, np.nan)
    error = np.abs(function.rhythm.curve - curve)
    found = analysis.mask == LUMEN
    true = _numbers(truth, curve * analysis.row_length, analysis.length_unit)
    return row | {
        **_overlap("", found[:, known], lumen[:, known]),
        **_overlap("good_", found[:, known & good], lumen[:, known & good]),
        "lvid_error_px": float(np.nanmean(error)) if np.isfinite(error).any() else np.nan,
        **{f"{TRUE}{name}": value for name, value in true.items()},
    }


def _overlap(prefix: str, found: NDArray[np.bool_], true: NDArray[np.bool_]) -> dict[str, int]:
    """Return what Dice over several strips is made of."""
    return {
        f"{prefix}shared_px": int((found & true).sum()),
        f"{prefix}sizes_px": int(found.sum() + true.sum()),
    }


def good_columns(analysis: StripAnalysis) -> NDArray[np.bool_]:
    """Return which columns of a strip count, bool [X]: all where nothing was judged."""
    confidence = analysis.confidence
    if confidence is None or not np.isfinite(confidence).any():
        return np.ones(len(analysis.diameter), bool)
    return np.asarray(confidence >= analysis.threshold)


def make_networks_table(
    rows: pd.DataFrame, windows: pd.DataFrame, networks: Sequence[str], samples: int, seed: int
) -> Table:
    """Return how near the networks come to the true masks of test strips of either kind.

    Args:
        rows: Those of :func:`strip_row`, of all networks.
        windows: network, and of its test windows loss, dice and mse with their intervals.
        networks: In the order of the table.
        samples: Draws of the intervals.
        seed: Of the draws.
    """
    made = []
    for network in networks:
        for kind in STRIP_KINDS:
            ours = rows[(rows["network"] == network) & (rows["kind"] == kind)]
            # Strips without a true mask have no sizes, and nor has the table where none has one.
            ours = ours[ours["sizes_px"].notna()] if "sizes_px" in ours else ours[:0]
            if len(ours):
                made.append({"network": network, "kind": kind} | _errors(ours, samples, seed))
    columns = [
        Column("network", "Network"),
        Column("kind", "Strips"),
        Column("n_strips", "n"),
        Column("n_animals", "Animals"),
        Column("dice", "Dice", 3, interval=("dice_low", "dice_high")),
        Column("good_dice", "Dice, good", 3, interval=("good_dice_low", "good_dice_high")),
        *(
            Column(key, heading, decimals, interval=(f"{key}_low", f"{key}_high"))
            for key, heading, decimals in _ERRORS.values()
            if any(np.isfinite(one.get(key, np.nan)) for one in made)
        ),
    ]
    notes = (
        "Strips of test animals (patients) with a true mask; mean absolute errors against the same "
        "measured from that mask; 95 % intervals over animals.",
        "LVID: over all columns that count. LVIDd, LVIDs, EF, FS, HR: medians over the beats that "
        "count; of strips without a whole beat the largest and the least diameter in the columns "
        "that count, no EF, no HR.",
        "Dice: over all pixels of all strips together, and over those of good columns.",
        *_window_notes(windows),
    )
    return Table("The networks on test strips.", columns, made, notes)


def _numbers(function: StripFunction, diameter: NDArray[np.float64], unit: str) -> dict[str, float]:
    found = {
        name: np.nan if number.value is None else number.value
        for name, number in function.numbers.items()
    }
    if not len(function.beats) and np.isfinite(diameter).any():
        found[f"lvidd_{unit}"] = float(np.nanmax(diameter))
        found[f"lvids_{unit}"] = float(np.nanmin(diameter))
    return found


def _errors(rows: pd.DataFrame, samples: int, seed: int) -> dict[str, Any]:
    animals = rows["animal"]
    row: dict[str, Any] = {"n_strips": len(rows), "n_animals": animals.nunique()}
    for prefix in ("", "good_"):
        overlaps = rows[[f"{prefix}shared_px", f"{prefix}sizes_px"]].groupby(animals).sum()
        pairs = overlaps.to_numpy(float)
        dice = float(pooled_dice_of_draws(pairs[None])[0])
        ends = bootstrap(pairs, pooled_dice_of_draws, samples, seed)
        row[f"{prefix}dice"] = dice
        row |= {f"{prefix}dice_{end}": one for end, one in zip(_ENDS, ends, strict=True)}
    for quantity, (key, _, _) in _ERRORS.items():
        error = _absolute_error(rows, quantity)
        if error.notna().any():
            sums = error.groupby(animals).agg(["sum", "count"]).to_numpy(float)
            sums = sums[sums[:, 1] > 0]
            row[key] = float(error.mean())
            ends = bootstrap(sums, mean_of_draws, samples, seed)
            row |= {f"{key}_{end}": value for end, value in zip(_ENDS, ends, strict=True)}
    return row


def _absolute_error(rows: pd.DataFrame, quantity: str) -> "pd.Series[float]":
    if quantity not in rows:
        return pd.Series(np.nan, rows.index)
    if f"{TRUE}{quantity}" not in rows:
        return rows[quantity].astype(float)
    return (rows[quantity] - rows[f"{TRUE}{quantity}"]).abs()


def _window_notes(windows: pd.DataFrame) -> list[str]:
    return [_window_note(row) for row in windows.to_dict("records")]


def _window_note(row: Mapping[Any, Any]) -> str:
    parts = [
        f"{name} {row[key]:.3f}{_interval(row[f'{key}_low'], row[f'{key}_high'])}"
        for key, name in (("loss", "loss"), ("dice", "Dice"), ("mse", "MSE"))
    ]
    return f"{row['network']} on {row['n_windows']} test windows: {', '.join(parts)}."


def _interval(low: float, high: float) -> str:
    return f" ({low:.3f} to {high:.3f})" if np.isfinite(low) else ""
