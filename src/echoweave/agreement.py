"""Check the configuration against the cohort: what would stop a job hours later.

Rules call it while they are parsed: it needs nothing slow.
"""

from collections.abc import Collection, Mapping
from typing import Any

from echoweave.cache.pairing import pairing_problems, read_pairing
from echoweave.datasets.cohort import Cohort
from echoweave.errors import InputError, Problem
from echoweave.logs import LOGGER, log_to_terminal
from echoweave.registration.split import split_problems


def check_agreement(config: Mapping[str, Any], cohort: Cohort) -> None:
    """Check that ``config`` asks for nothing that ``cohort`` does not have.

    How many patients TED holds out is known only when its clips have been paired, unless a table
    says it. If it may leave none to train on, that is a warning here, on stderr.

    Args:
        config: The whole configuration, sound in itself.
        cohort: What was loaded with it.

    Raises:
        InputError: Every value that does not fit, and what would.
    """
    paired, problems = _paired_patients(cohort)
    problems += _unknown_names(config, cohort)
    problems += _unit_problems(config, cohort)
    problems += _too_many_folds(config["folds"], len(cohort.training_patients))
    registration = config["registration"]
    if _trained_models(config):
        held = _held_out(registration["holdout"], cohort.training_patients, paired)
        validation = registration["validation_patients"]
        problems += split_problems(len(cohort.training_patients), held, validation)
    if problems:
        raise InputError(problems)
    if _trained_models(config) and registration["holdout"] == "ted" and cohort.pairing is None:
        _warn_of_ted(cohort, registration["validation_patients"])


def _warn_of_ted(cohort: Cohort, validation_patients: int) -> None:
    candidates = {source.patient for source in cohort.pairing_sources}
    most = min(len(cohort.ted), len(candidates))
    for problem in split_problems(len(cohort.training_patients), most, validation_patients):
        with log_to_terminal():
            LOGGER.warning("Warning: if all %d TED clips find their patient: %s", most, problem)


def _paired_patients(cohort: Cohort) -> tuple[set[str], list[Problem]]:
    """Return the patients that the user's table pairs, and what is wrong with the table."""
    if cohort.pairing is None:
        return set(), []
    if not cohort.ted:
        what, remedy = "there is no TED clip to pair", "set data.ted.root, or this to null"
        return set(), [Problem("config", "data.ted.pairing", what, remedy)]
    patients = {source.patient for source in cohort.pairing_sources}
    try:
        rows = read_pairing(cohort.pairing)
    except InputError as error:
        return set(), error.problems
    problems = pairing_problems(cohort.pairing, rows, {one.ted_id for one in cohort.ted}, patients)
    return {patient for _, patient in rows} & patients, problems


def _unknown_names(config: Mapping[str, Any], cohort: Cohort) -> list[Problem]:
    holdout, sequences = config["registration"]["holdout"], config["figures"]["sequences"]
    listed: dict[str, tuple[list[str], Collection[str]]] = {
        "registration.holdout": (
            holdout if isinstance(holdout, list) else [],
            cohort.training_patients,
        ),
        "figures.sequences": (sequences or [], [source.name for source in cohort.testing]),
    }
    return [
        Problem("config", key, f"there is no {name!r} to choose", _examples(known))
        for key, (names, known) in listed.items()
        for name in names
        if name not in known
    ]


def _examples(known: Collection[str]) -> str:
    shown = ", ".join(sorted(known)[:3])
    return f"choose among {shown}{', ...' if len(known) > 3 else ''}" if known else "leave it out"


def _unit_problems(config: Mapping[str, Any], cohort: Cohort) -> list[Problem]:
    """Return why lengths cannot be compared, or not with what the config gives in mm."""
    unknown = [one for one in cohort.sequences if one.facts.native_spacing_mm is None]
    problems = []
    if 0 < len(unknown) < len(cohort.sequences):
        what = (
            f"{len(unknown)} of {len(cohort.sequences)} sequences do not tell the size of their "
            "pixels: lengths in px and in mm cannot stand in one table"
        )
        remedy = "add the spacing, or take these sequences out of the data"
        problems.append(Problem(str(unknown[0].files.sequence), "spacing", what, remedy))
    if unknown and config["pseudolabels"]["quality"]["ignore_over_mm"] is not None:
        what = "the size of the pixels is unknown, so there are no mm"
        key = "pseudolabels.quality.ignore_over_mm"
        problems.append(Problem("config", key, what, "set it to null"))
    return problems


def _too_many_folds(folds: int | str, patients: int) -> list[Problem]:
    if isinstance(folds, str) or folds <= patients:
        return []
    what = f"{folds} folds for {patients} training patients"
    remedy = f"set it to {patients} or less" if patients > 1 else "add patients: two are the least"
    return [Problem("config", "folds", what, remedy)]


def _trained_models(config: Mapping[str, Any]) -> list[str]:
    registration = config["registration"]
    return [
        name
        for name in config["pseudolabels"]["estimators"]
        if name in registration["models"] and name not in registration["pretrained"]
    ]


def _held_out(holdout: str | int | list[str], patients: list[str], paired: set[str]) -> int:
    """Return how many ``patients`` are held out, at least: not all of ``paired`` may be known."""
    if isinstance(holdout, int):
        return holdout
    return len(paired if holdout == "ted" else set(holdout) & set(patients))
