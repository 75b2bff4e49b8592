"""Which animals train, validate and test: never one animal in two of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from echoweave.errors import InputError, Problem
from echoweave.mmode.strips.recording import SPLITS, StripRecording
from echoweave.shuffle import stable_order


def split_animals(
    source: Path,
    recordings: Sequence[StripRecording],
    validation_percent: float,
    test_percent: float,
    seed: int,
) -> dict[str, str]:
    """Return the split of each animal: as the table says, or else drawn.

    Args:
        source: What lists the recordings, for what is wrong.
        recordings: All of them.
        validation_percent: See :func:`draw_splits`.
        test_percent: See there.
        seed: See there.

    Raises:
        InputError: An animal is in two splits, some recordings have none, or no animal is left to
            train or to test.
    """
    told = {one.animal: one.split for one in recordings if one.split}
    if told:
        _check_told(source, recordings, told)
    animals = {one.animal for one in recordings}
    splits = told or draw_splits(animals, validation_percent, test_percent, seed)
    problems = [
        Problem(
            str(source),
            "split",
            f"of {len(animals)} animals none is for {name}",
            "add animals, or give each its split in strips.tsv",
        )
        for name in ("training", "testing")
        if name not in splits.values()
    ]
    if problems:
        raise InputError(problems)
    return splits


def draw_splits(
    animals: Collection[str], validation_percent: float, test_percent: float, seed: int
) -> dict[str, str]:
    """Return the split of each animal, drawn by a hash of its name.

    A share above 0 is one animal at least, but one always trains.
    """
    order = stable_order(animals, seed, "mmode")
    testing = _share(len(order), test_percent, len(order) - 1)
    validation = _share(len(order), validation_percent, len(order) - 1 - testing)
    splits = dict.fromkeys(order, "training")
    splits |= dict.fromkeys(order[:testing], "testing")
    return splits | dict.fromkeys(order[testing : testing + validation], "validation")


def _share(count: int, percent: float, most: int) -> int:
    return min(max(round(count * percent / 100), 1), most) if percent > 0 else 0


def _check_told(source: Path, recordings: Sequence[StripRecording], told: dict[str, str]) -> None:
    problems = []
    for one in recordings:
        if not one.split:
            what, remedy = "has no split, and others have", f"write {', '.join(SPLITS)}"
        elif one.split != told[one.animal]:
            what = f"is for {one.split}, and others of {one.animal} for {told[one.animal]}"
            remedy = "give all recordings of an animal one split"
        else:
            continue
        problems.append(Problem(str(source), f"{one.name}, split", what, remedy))
    if problems:
        raise InputError(problems)


def cohort_splits(
    patients: Iterable[str], testing: Collection[str], folds: Mapping[str, int]
) -> dict[str, str]:
    """Return the split of each patient of a B-mode cohort: its first fold validates.

    Args:
        patients: Those to tell of.
        testing: Test patients of the cohort.
        folds: The 0-based fold that validates a training patient.
    """
    splits = dict.fromkeys(patients, "training")
    for patient in splits:
        if patient in testing:
            splits[patient] = "testing"
        elif folds.get(patient) == 0:
            splits[patient] = "validation"
    return splits
