"""Which patients a registration network trains on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from echoweave.errors import InputError, Problem
from echoweave.io.tables import read_tsv
from echoweave.logs import LOGGER
from echoweave.shuffle import stable_order

# What networks know of a patient, the fair judge first.
ROLES = ("hold-out", "validation", "training")


class PatientSplit(NamedTuple):
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
) -> PatientSplit:
    """Split the training patients of the cohort; each list of the result is sorted.

    Who is drawn follows from the ids: one patient more or less gives at most two others another
    role.

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
    if holdout == "ted" and not held:
        LOGGER.warning("Warning: no training patient is in TED, so none is held out")
    problems = split_problems(len(patients), len(held), validation_patients)
    if problems:
        raise InputError(problems)
    rest = [patient for patient in _order(patients, seed) if patient not in held]
    validation, training = rest[:validation_patients], rest[validation_patients:]
    return PatientSplit(sorted(training), sorted(validation), sorted(held))


def split_caches(
    caches: Sequence[Path], ted_pairs: Path, settings: Mapping[str, Any]
) -> PatientSplit:
    """Split the training patients as the jobs know them.

    Args:
        caches: ``{patient}.h5`` of every training patient of the cohort.
        ted_pairs: TSV with the column ``patient``: those who are also in TED.
        settings: ``{"holdout", "validation_patients", "seed"}``.

    Raises:
        InputError: See :func:`split_patients`.
    """
    return split_patients(
        [path.stem for path in caches],
        list(read_tsv(ted_pairs)["patient"]),
        settings["holdout"],
        settings["validation_patients"],
        settings["seed"],
    )


def split_problems(patients: int, held: int, validation_patients: int) -> list[Problem]:
    """Return why nobody would be left to train on; nothing if somebody is.

    Args:
        patients: How many training patients there are.
        held: How many of them are held out.
        validation_patients: How many of the rest choose the checkpoint.
    """
    if patients - held > validation_patients:
        return []
    what = f"{patients} training patients less {held} held out"
    if patients - held >= 2:
        what += f" and {validation_patients} for validation leave none to train on"
        remedy = f"set it to {patients - held - 1} or less"
        return [Problem("config", "registration.validation_patients", what, remedy)]
    what += " leave none for both training and validation"
    remedy = f"hold out at most {patients - 2}, by a number or a list"
    if patients < 2:
        remedy = "add patients: a network needs two"
    return [Problem("config", "registration.holdout", what, remedy)]


def role_of(patient: str, splits: Iterable[PatientSplit]) -> str:
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
            return set(_order(patients, seed)[:holdout])
        case _:
            return _known(holdout, patients)


def _order(patients: Collection[str], seed: int) -> list[str]:
    return stable_order(patients, seed, "registration")


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
