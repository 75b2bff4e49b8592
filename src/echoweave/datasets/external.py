"""A second data set, to which the arms of a run are applied: every labelled patient of it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from echoweave.datasets.cohort import Cohort, load_cohort
from echoweave.datasets.padded import padded, picture_aspect
from echoweave.datasets.registry import DATASETS
from echoweave.errors import InputError, Problem
from echoweave.labels import structures_of

KEY = "evaluation.external"


def load_external(
    config: Mapping[str, Any], cohort: Cohort, results_dir: Path, threads: int = 1
) -> Cohort | None:
    """Find and check the data set that ``evaluation.external`` names; None where it names none.

    The cohort that comes back holds every sequence with reference masks at ED and ES, of training
    and test patients alike, for no arm has seen any of them. Pictures are padded to the aspect of
    those of ``cohort``, and masks show what both data sets know. There are no folds, no TED clips
    and no dense masks.

    Args:
        config: The whole configuration.
        cohort: What the arms are trained on.
        results_dir: Where the results go.
        threads: Files that are read at once.

    Raises:
        InputError: The key names no other data set, its section is missing, or the data are bad.
    """
    name = config["evaluation"]["external"]
    if name is None:
        return None
    data = _data_of(name, config["data"])
    found = load_cohort({**config, "data": data, "folds": 1}, results_dir / "external", threads)
    known = cohort.dataset.label_values
    common = tuple(value for value in found.dataset.label_values if value in known)
    aspect = picture_aspect(cohort.training)
    labelled = [source for source in found.sequences if source.files.labelled]
    if not labelled or not structures_of(common):
        why = "has no reference masks" if not labelled else "shows no structure that the arms know"
        raise InputError(Problem("config", KEY, f"{name!r} {why}", "set it to null to go without"))
    return replace(
        found,
        dataset=replace(found.dataset, label_values=common),
        sequences=tuple(padded(source, aspect, common) for source in labelled),
        folds={},
    )


def _data_of(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``data`` of the config as it would be if ``name`` were its data set.

    Raises:
        InputError: It cannot be.
    """
    others = [one for one in DATASETS if one != data["dataset"]]
    remedy = f"choose among {', '.join(others)}, or set it to null" if others else "set it to null"
    if name == data["dataset"]:
        what = f"{name!r} is the data set that the arms are trained on"
        raise InputError(Problem("config", KEY, what, remedy))
    if name not in DATASETS:
        raise InputError(Problem("config", KEY, f"there is no data set {name!r}", remedy))
    if name not in data:
        what, remedy = "the section is missing", "say in it where the data lie, root: /data/..."
        raise InputError(Problem("config", f"data.{name}", what, remedy))
    without = {"ted": {"root": None, "pairing": None}, "dense_truth": None}
    return {**data, "dataset": name, **without}
