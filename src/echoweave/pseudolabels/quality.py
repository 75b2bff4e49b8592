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
_SCORED = ("cavity", "myocardium", "atrium")

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
    - ``score``: 1 - sin(pi t / N) (1 - D F), with t = 0 at ED and t = N at ES, D the mean agreement
      (Dice) of cavity, myocardium and atrium, and F the share of pixels that do not fold in the
      worse direction. Both directions disagree about as much in every frame, but what the fused
      labels get wrong vanishes at the references, hence the sine. Beyond ED and ES it is D F.
    """
    folded = [_folded_share(carried.to_reference, sector) for carried in (forward, backward)]
    doubt = _doubt(len(forward.labels), ed, es)
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
        row["score"] = 1 - doubt[frame] * (1 - _trust(row))
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


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


def _trust(row: dict[str, str | int | float]) -> float:
    overlaps = np.array([row[f"agreement_dice_{structure}"] for structure in _SCORED], float)
    folded = max(float(row["folded_forward"]), float(row["folded_backward"]))
    return float(np.nanmean(overlaps)) * (1 - folded)


def _doubt(n_frames: int, ed: int, es: int) -> NDArray[np.float64]:
    """Return how much of the disagreement counts in every frame: none at ED and ES."""
    share = (np.arange(n_frames) - ed) / (es - ed)
    doubt = np.where((share < 0) | (share > 1), 1.0, np.sin(np.pi * share))
    doubt[[ed, es]] = 0
    return doubt
