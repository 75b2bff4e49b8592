"""Take over a checkpoint that was given instead of trained."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.tables import read_tsv
from echoweave.logs import LOGGER
from echoweave.registration.checkpoint import Checkpoint, build, load_checkpoint
from echoweave.registration.settings import ModelSettings
from echoweave.registration.split import held_out

# What a checkpoint was trained with may differ from the config. What it is may not.
_MUST_AGREE = (
    "architecture",
    "size",
    "grid_spacing_px",
    "kernels",
    "affine_first",
    "smoothing_px",
    "standardise",
)
# Patients that an error names.
_NAMED = 5


def adopt_checkpoint(
    path: Path,
    ted_pairs: Path,
    model_out: Path,
    model: str,
    training_patients: Collection[str],
    test_patients: Collection[str],
    settings: Mapping[str, Any],
) -> None:
    """Copy a given checkpoint to ``model_out`` if it may stand for the network of the config.

    It must be the network that the config describes, and must not have seen a patient whom the
    study holds out or tests. Patients are known by their names alone: so a network that was trained
    on other data is refused, too, if its patients have the names of these.

    Args:
        path: The given checkpoint.
        ted_pairs: TSV with the column ``patient``: those who are also in TED.
        model_out: Where the trained network would be.
        model: Its name in the config.
        training_patients: Those of the cohort.
        test_patients: Those of the cohort.
        settings: ``{model: its slice of registration.models, "rim_share", "holdout",
            "seed"}``.

    Raises:
        InputError: It cannot be read, differs from the config, or has seen such patients.
    """
    checkpoint = load_checkpoint(path)
    described = settings[model] | {"rim_share": settings["rim_share"]}
    ted = list(read_tsv(ted_pairs)["patient"])
    held = held_out(training_patients, ted, settings["holdout"], settings["seed"])
    problems = [
        *_other_network(path, checkpoint.settings, model, described),
        *_seen(path, checkpoint, model, {"holds out": held, "tests": test_patients}),
    ]
    if problems:
        raise InputError(problems)
    # Only now: a network is as large as its settings say, and these come from elsewhere.
    build(checkpoint, path)
    with whole_file(model_out) as temporary:
        temporary.write_bytes(path.read_bytes())
    _log_origin(path, checkpoint, described)


def _other_network(
    path: Path, given: ModelSettings, model: str, config: Mapping[str, Any]
) -> Iterator[Problem]:
    section = f"registration.models.{model}"
    wanted = ModelSettings.from_config(config, section)
    for key in _MUST_AGREE:
        here, there = getattr(given, key), getattr(wanted, key)
        if here != there:
            yield Problem(
                str(path),
                key,
                f"it is {here!r} here, but {there!r} in {section}",
                f"give another file as registration.pretrained.{model}, or change the config",
            )


def _seen(
    path: Path, checkpoint: Checkpoint, model: str, protected: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    key, split = f"registration.pretrained.{model}", checkpoint.split
    if not split.training:
        yield Problem(
            str(path), key, "it does not say on whom it was trained", "leave it out and train here"
        )
    for role, patients in protected.items():
        seen = sorted({*split.training, *split.validation} & set(patients))
        if seen:
            others = f" and {len(seen) - _NAMED} more" if len(seen) > _NAMED else ""
            yield Problem(
                str(path),
                key,
                f"it has seen {len(seen)} of the patients that this study {role}: "
                f"{', '.join(seen[:_NAMED])}{others}",
                "leave it out and train here, or give one that has not seen them"
                + (", or change registration.holdout" if role == "holds out" else ""),
            )


def _log_origin(path: Path, checkpoint: Checkpoint, config: Mapping[str, Any]) -> None:
    """Say what the network was trained on, and in what its training differs from the config."""
    differing = [
        f"{key} {value!r} ({config[key]!r})"
        for key, value in asdict(checkpoint.settings).items()
        if value != config[key]
    ]
    LOGGER.info(
        "using %s, trained by EchoWeave %s (here %s) on %d patients; other than in the config: %s",
        path,
        checkpoint.version,
        version("echoweave"),
        len(checkpoint.split.training),
        ", ".join(differing) or "nothing",
    )
