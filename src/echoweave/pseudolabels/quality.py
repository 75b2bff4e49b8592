"""How good the pseudo-labels are, judged without other truth than the two reference masks."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from echoweave.geometry.distance import hausdorff_mm
from echoweave.geometry.warp import jacobian_determinant
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.labels import STRUCTURES, structure_mask
from echoweave.pseudolabels.propagate import Carried

# "epi" is cavity and myocardium again, so it has columns but no say in the score.
SCORED = ("cavity", "myocardium", "atrium")

# What the fused label of a frame midway loses of Dice for each unit of disagreement in that frame
# and of missed closure; `python benchmarks/score.py` fits them on phantoms with dense truth.
WEIGHTS = (0.19, 0.07)

COLUMNS = (
    "sequence",
    "frame",
    "reference",
    *(f"agreement_dice_{structure}" for structure in STRUCTURES),
    *(f"agreement_hd_mm_{structure}" for structure in STRUCTURES),
    "folded_forward",
    "folded_backward",
    "score",
)


def quality_rows(
    sequence: str,
    forward: Carried,
    backward: Carried,
    ed: int,
    es: int,
    sector: NDArray[np.bool_],
    spacing_mm: tuple[float, float],
) -> pd.DataFrame:
    """Return one row a frame with ``COLUMNS``; frames count from 0.

    - ``agreement_*``: forward against backward labels. In the frame with ``reference`` "ED" or
      "ES" this is the closure: the mask carried over the whole sequence against the manual one.
      A structure that neither has is left empty; one that only one has gets Dice 0 and no HD.
    - ``folded_*``: share of the sector's pixels where the field to the reference folds
      (det J <= 0).
    - ``score``: see :func:`score_terms`; 1 less their sum with ``WEIGHTS``, 0 at least.
    """
    folded = [_folded_share(carried.to_reference, sector) for carried in (forward, backward)]
    rows = []
    for frame, (ahead, back) in enumerate(zip(forward.labels, backward.labels, strict=True)):
        row: dict[str, str | int | float] = {
            "sequence": sequence,
            "frame": frame,
            "reference": {ed: "ED", es: "ES"}.get(frame, ""),
            "folded_forward": folded[0][frame],
            "folded_backward": folded[1][frame],
        }
        for structure in STRUCTURES:
            first, second = structure_mask(ahead, structure), structure_mask(back, structure)
            row[f"agreement_dice_{structure}"] = dice(first, second)
            row[f"agreement_hd_mm_{structure}"] = hausdorff_mm(first, second, spacing_mm)
        rows.append(row)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.assign(score=(1 - score_terms(table) @ WEIGHTS).clip(0))


def score_terms(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return what the score of every frame of a sequence is made of, float64 [T, 2].

    Both terms are losses 1 - D F, with D the mean agreement (Dice) of cavity, myocardium and
    atrium and F the share of pixels that do not fold in the worse direction: that of the frame,
    and the mean of those at ED and ES, the closure. Between ED and ES they count sin(pi t / N),
    with t = 0 at ED and t = N at ES, since what the fused labels get wrong vanishes there. At ED
    and ES the labels are the manual ones and the score judges the motion: both terms count in
    full, as they do midway. So they do beyond, where a reference is on one side only.

    Args:
        rows: The rows of one sequence with ``COLUMNS``, in time order.
    """
    overlap = rows[[f"agreement_dice_{name}" for name in SCORED]].mean(axis=1).to_numpy(float)
    folded = rows[["folded_forward", "folded_backward"]].max(axis=1).to_numpy(float)
    loss = 1 - overlap * (1 - folded)
    ed, es = (int(np.flatnonzero(rows["reference"] == name)[0]) for name in ("ED", "ES"))
    share = (np.arange(len(rows)) - ed) / (es - ed)
    counts = np.where((share <= 0) | (share >= 1), 1.0, np.sin(np.pi * share))
    closure = np.full(len(rows), (loss[ed] + loss[es]) / 2)
    return np.asarray(counts[:, None] * np.stack((loss, closure), axis=1))


def merge_quality(chunks: list[Path], output: Path) -> None:
    """Write the tables of all chunks as one, sorted by sequence and frame."""
    table = pd.concat([read_tsv(chunk) for chunk in chunks])
    write_tsv(table.sort_values(["sequence", "frame"]), output)


def dice(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Return the Dice overlap of two masks; NaN if both are empty."""
    total = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / total if total else float("nan")


def _folded_share(fields: NDArray[np.float32], sector: NDArray[np.bool_]) -> list[float]:
    determinants = (jacobian_determinant(torch.from_numpy(field)[None])[0] for field in fields)
    return [float((determinant.numpy()[sector] <= 0).mean()) for determinant in determinants]
