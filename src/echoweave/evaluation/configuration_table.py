"""Which nnU-Net of an arm was chosen, and from which."""

from collections.abc import Mapping, Sequence
from typing import Any

from echoweave.evaluation.table import Column, Table
from echoweave.labels import LABEL_NAMES
from echoweave.segmentation.arm import ensemble_name


def make_configurations(
    choices: Mapping[str, Mapping[str, Any]], label_values: Sequence[int]
) -> Table:
    """Return the cross-validated Dice of each candidate of each arm.

    Args:
        choices: Arm -> content of its best.json, see :mod:`echoweave.segmentation.select`.
        label_values: What the masks tell apart; nnU-Net numbers them in this order.
    """
    names = [LABEL_NAMES[value] for value in label_values]
    lines = [line for arm, choice in choices.items() for line in _lines(arm, choice, names)]
    columns = [
        *(Column("arm", "Arm"), Column("candidate", "Candidate"), Column("n", "n")),
        *(Column("dice", "Dice", 4), Column("chosen", "Chosen")),
        Column("dice_postprocessed", "Dice after postprocessing", 4),
        Column("largest_component", "Only the largest component of"),
    ]
    notes = [
        "Mean Dice over structures and the n validation cases of all folds (a case is a frame in "
        "the 2D arms and a sequence in the 2D+time arm), each predicted by the fold that had not "
        "seen its patient, against the labels of the data set: pseudo-labels in the dense arms.",
        "The candidate with the highest Dice predicts; a + is the mean of the probabilities of "
        "both networks. Postprocessing is what improved the Dice of the chosen one.",
    ]
    return Table("Choice among the candidates of every arm.", columns, lines, notes)


def _lines(arm: str, choice: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    chosen, lines = ensemble_name(choice["configurations"]), []
    for candidate, dice in choice["candidates"].items():
        line = {"arm": arm, "candidate": candidate, "n": choice["cases"], "dice": dice}
        if candidate == chosen:
            line |= {
                "chosen": "yes",
                "dice_postprocessed": choice["dice_postprocessed"],
                "largest_component": _names(choice["keep_largest"], names) or "nothing",
            }
        lines.append(line)
    return lines


def _names(kept: Sequence[int | Sequence[int]], names: Sequence[str]) -> str:
    """Return "all foreground, atrium" for [[1, 2, 3], 3]."""
    return ", ".join(names[one] if isinstance(one, int) else "all foreground" for one in kept)
