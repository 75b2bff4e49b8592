"""How good the pseudo-labels are, judged without other truth than the two reference masks."""

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from echoweave.geometry.overlap import dice
from echoweave.geometry.surfaces import surface_distances
from echoweave.geometry.warp import jacobian_determinant
from echoweave.io.cache import EchoSequence
from echoweave.labels import PARTS, structure_mask, structures_of
from echoweave.pseudolabels.propagate import Carried

# What a fused label loses of Dice for each unit of :func:`expected_loss`;
# `python benchmarks/score.py` fits it anew on phantom patients with dense truth.
LOST_DICE = 0.37


def quality_columns(echo: EchoSequence) -> list[str]:
    """Return the columns of quality.tsv for what is known of ``echo``."""
    structures = structures_of(echo.label_values)
    return [
        *("sequence", "frame", "reference"),
        *(f"agreement_dice_{structure}" for structure in structures),
        *(f"agreement_hd_{echo.unit}_{structure}" for structure in structures),
        *("folded_forward", "folded_backward", "score"),
    ]


def quality_rows(
    echo: EchoSequence, forward: Carried, backward: Carried, sector: NDArray[np.bool_]
) -> pd.DataFrame:
    """Return one row a frame with :func:`quality_columns`; frames count from 0.

    - ``agreement_*``: forward against backward labels. In the frame with ``reference`` "ED" or
      "ES" this is the closure: the mask carried over the whole sequence against the manual one.
      A structure that neither has is left empty; one that only one has gets Dice 0 and no HD.
    - ``folded_*``: share of the sector's pixels where the field to the reference folds
      (det J <= 0).
    - ``score``: 1 - ``LOST_DICE`` :func:`expected_loss`. Between ED and ES it predicts the Dice of
      the fused label, the mean of the structures that do not overlap.
    """
    folded = [_folded_share(carried.to_reference, sector) for carried in (forward, backward)]
    rows = []
    for frame, (ahead, back) in enumerate(zip(forward.labels, backward.labels, strict=True)):
        row: dict[str, str | int | float] = {
            "sequence": echo.name,
            "frame": frame,
            "reference": {echo.ed: "ED", echo.es: "ES"}.get(frame, ""),
            "folded_forward": folded[0][frame],
            "folded_backward": folded[1][frame],
        }
        for structure in structures_of(echo.label_values):
            first, second = structure_mask(ahead, structure), structure_mask(back, structure)
            row[f"agreement_dice_{structure}"] = dice(first, second)
            distances = surface_distances(first, second, echo.spacing)
            row[f"agreement_hd_{echo.unit}_{structure}"] = distances.hd
        rows.append(row)
    table = pd.DataFrame(rows, columns=quality_columns(echo))
    return table.assign(score=1 - LOST_DICE * expected_loss(table))


def expected_loss(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return how much both directions disagree in every frame, float64 [T], weighted by time.

    The disagreement is 1 - D F, with D the mean agreement (Dice) of the known ``PARTS`` and F the
    share of pixels that do not fold in the worse direction. It is about the same in every frame,
    but what the fused labels get wrong vanishes at the references, hence between ED and ES it
    counts sin(pi t / N), with t = 0 at ED and t = N at ES. At ED and ES themselves the labels are
    the manual ones and there is nothing to predict. There the disagreement is the closure, which
    judges the motion, and counts in full, as it does midway. So it does beyond ED and ES, where
    only one side has a reference.

    Args:
        rows: The rows of one sequence with :func:`quality_columns`, in time order.
    """
    known = rows.columns.intersection([f"agreement_dice_{name}" for name in PARTS], sort=False)
    overlap = rows[known].mean(axis=1).to_numpy(float)
    folded = rows[["folded_forward", "folded_backward"]].max(axis=1).to_numpy(float)
    ed, es = (int(np.flatnonzero(rows["reference"] == name)[0]) for name in ("ED", "ES"))
    share = (np.arange(len(rows)) - ed) / (es - ed)
    counts = np.where((share <= 0) | (share >= 1), 1.0, np.sin(np.pi * share))
    return np.asarray(counts * (1 - overlap * (1 - folded)))


def _folded_share(fields: NDArray[np.float32], sector: NDArray[np.bool_]) -> list[float]:
    determinants = (jacobian_determinant(torch.from_numpy(field)[None])[0] for field in fields)
    return [float((determinant.numpy()[sector] <= 0).mean()) for determinant in determinants]
