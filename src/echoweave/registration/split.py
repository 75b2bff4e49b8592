"""Which patients a registration network trains on."""

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

import numpy as np

from echoweave.errors import InputError, Problem

# What networks know of a patient, the fair judge first.
ROLES = ("hold-out", "validation", "training")


class Split(NamedTuple):
    """Patients by role; no patient has two.

    Attributes:
        training: The network learns from these.
        validation: These choose the best checkpoint.
        holdout: These are seen by neither.
    """

    training: list[str]
    validation: list[str]
    holdout: list[str]


def split_patients(
    patients: Collection[str],
    ted_patients: Collection[str],
    holdout: Literal["ted"] | int | list[str],
    validation_patients: int,
    seed: int,
) -> Split:
    """Split the training patients of the cohort; each list of the result is sorted.

    Args:
        patients: Every patient of the training split; testing patients must not be among them.
        ted_patients: Those of them that are also in TED.
        holdout: ``"ted"``, how many patients, or which.
        validation_patients: How many of the rest choose the checkpoint.
        seed: Chooses who is drawn.

    Raises:
        InputError: An unknown patient is listed, or nobody would be left to train on.
    """
    held = held_out(patients, ted_patients, holdout, seed)
    rest = [patient for patient in _shuffled(patients, seed) if patient not in held]
    if len(rest) <= validation_patients:
        raise InputError(
            Problem(
                "config",
                "registration.validation_patients",
                f"{len(patients)} patients less {len(held)} held out and {validation_patients} "
                "for validation leave none to train on",
                "lower it, or lower registration.holdout",
            )
        )
    validation, training = rest[:validation_patients], rest[validation_patients:]
    return Split(sorted(training), sorted(validation), sorted(held))


def role_of(patient: str, splits: Iterable[Split]) -> str:
    """Return the one of ``ROLES`` that a patient has for several networks together.

    Whom one of them trained on is a training patient; whom none has seen is held out. So networks
    with different splits, and estimators that never train, are judged on the same patients.
    """
    splits = list(splits)
    if any(patient in split.training for split in splits):
        return "training"
    return "validation" if any(patient in split.validation for split in splits) else "hold-out"


def held_out(
    patients: Collection[str],
    ted_patients: Collection[str],
    holdout: Literal["ted"] | int | list[str],
    seed: int,
) -> set[str]:
    """Return the training patients that no network may see; see :func:`split_patients`."""
    match holdout:
        case "ted":
            return set(ted_patients) & set(patients)
        case int():
            return set(_shuffled(patients, seed)[:holdout])
        case _:
            return _known(holdout, patients)


def _shuffled(patients: Collection[str], seed: int) -> list[str]:
    return [str(name) for name in np.random.default_rng(seed).permutation(sorted(patients))]


def _known(listed: Collection[str], patients: Collection[str]) -> set[str]:
    problems = [
        Problem(
            "config",
            "registration.holdout",
            f"{patient} is not a training patient",
            "use names such as patient0001 from cohort.tsv",
        )
        for patient in listed
        if patient not in patients
    ]
    if problems:
        raise InputError(problems)
    return set(listed)
