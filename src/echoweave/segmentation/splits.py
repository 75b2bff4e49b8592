"""Patient-grouped cross-validation splits, and the check that they are."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from echoweave.errors import InputError, Problem
from echoweave.segmentation.files import patient_of
from echoweave.shuffle import stable_order


class FoldSplit(TypedDict):
    """Case names of one fold, as nnU-Net's splits_final.json has them."""

    train: list[str]
    val: list[str]


def make_splits(cases: Sequence[str], folds: Mapping[str, int]) -> list[FoldSplit]:
    """Return one split a fold.

    Args:
        cases: Names of all training cases.
        folds: The 0-based fold that validates a patient; whom none does trains in all of them.

    Raises:
        InputError: A fold is left without a case.
    """
    fold_of = {case: folds.get(patient_of(case)) for case in cases}
    splits = [
        FoldSplit(
            train=sorted(case for case in cases if fold_of[case] != fold),
            val=sorted(case for case in cases if fold_of[case] == fold),
        )
        for fold in range(max(folds.values()) + 1)
    ]
    check_splits(splits, cases)
    return splits


def check_splits(splits: Sequence[FoldSplit], cases: Sequence[str]) -> None:
    """Check what nnU-Net takes on trust.

    Raises:
        InputError: A fold trains or validates on nothing, a case is validated more than once, or
            a patient is on both sides of a fold.
    """
    problems = []
    for fold, split in enumerate(splits):
        for side, names in split.items():
            if not names:
                problems.append(_problem(fold, f"there is no case to {side}"))
        shared = _patients(split["train"]) & _patients(split["val"])
        if shared:
            problems.append(_problem(fold, f"both sides hold {', '.join(sorted(shared))}"))
        if set(split["train"]) | set(split["val"]) != set(cases):
            problems.append(_problem(fold, "its cases are not those of the data set"))
    validated = Counter(case for split in splits for case in split["val"])
    wrong = sorted(case for case in cases if validated[case] > 1)
    if wrong:
        problems.append(Problem("splits_final.json", wrong[0], "validated more than once", _REMEDY))
    if problems:
        raise InputError(problems)


def share_of(cases: Sequence[str], share: float, seed: int) -> list[str]:
    """Return the cases of a share of their patients, one patient at least.

    Args:
        cases: In any order, which is kept.
        share: 0 to 1; a smaller share is part of a larger one.
        seed: Another seed, other patients.
    """
    order = stable_order({patient_of(case) for case in cases}, seed, "share of training")
    chosen = set(order[: max(1, round(share * len(order)))])
    return [case for case in cases if patient_of(case) in chosen]


def patients_of_splits(folder: Path) -> set[str]:
    """Return all patients in the splits_final.json of a folder, trained on or validated."""
    splits: list[FoldSplit] = json.loads((folder / "splits_final.json").read_text())
    return {patient for split in splits for patient in _patients(split["train"] + split["val"])}


_REMEDY = "use fewer folds, so that each has patients with masks"


def _problem(fold: int, what: str) -> Problem:
    return Problem("splits_final.json", f"fold {fold}", what, _REMEDY)


def _patients(cases: Sequence[str]) -> set[str]:
    return {patient_of(case) for case in cases}
