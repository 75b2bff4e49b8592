"""Checkpoints of networks that register volumes."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from torch import Tensor

from echoweave.errors import InputError, Problem
from echoweave.io.checkpoint import fill_network, load_safely, save_plain, wrong_parts
from echoweave.learn2reg.network import PairNetwork
from echoweave.learn2reg.settings import PairModelSettings, PairTrainingSettings

_REMEDY = "give a model.pt that EchoWeave has trained on volumes, or delete it and train again"


@dataclass(frozen=True)
class PairCheckpoint:
    """A trained network and where it comes from.

    Attributes:
        weights: Its state.
        model: How it was built.
        training: How it was trained last.
        seen: Names of the cases it was trained on, by cohort; those of the checkpoint it started
            from included.
        choosing: Those that chose the iteration; and that of the checkpoint it started from.
        seed: Of the training.
        iteration: The iteration of the weights.
        version: Of EchoWeave at the time.
    """

    weights: dict[str, Tensor]
    model: PairModelSettings
    training: PairTrainingSettings
    seen: dict[str, list[str]]
    choosing: list[str]
    seed: int
    iteration: int
    version: str = version("echoweave")

    @property
    def trained_on(self) -> list[str]:
        """Return the names of the cases it has seen, of all cohorts."""
        return [name for names in self.seen.values() for name in names]


def save_pair_checkpoint(path: Path, checkpoint: PairCheckpoint) -> None:
    """Write ``checkpoint`` so that :func:`load_pair_checkpoint` can read it."""
    parts = {"model": asdict(checkpoint.model), "training": asdict(checkpoint.training)}
    save_plain(path, vars(checkpoint) | parts)


def load_pair_checkpoint(path: Path) -> PairCheckpoint:
    """Read a checkpoint onto the CPU.

    Raises:
        InputError: It is missing, damaged, or none of a network of volumes.
    """
    plain = load_safely(path, _REMEDY)
    if wrong := _wrong_parts(plain):
        raise InputError(Problem(str(path), "", wrong, _REMEDY))
    model, training = PairModelSettings(**plain["model"]), PairTrainingSettings(**plain["training"])
    return PairCheckpoint(**plain | {"model": model, "training": training})


def fill_pair_network(network: PairNetwork, checkpoint: PairCheckpoint, path: Path) -> None:
    """Put the weights of ``checkpoint``, read from ``path``, into ``network``.

    Raises:
        InputError: They do not fit, or are not finite.
    """
    fill_network(network, checkpoint.weights, path, "its own settings")


def check_same_model(checkpoint: PairCheckpoint, path: Path, settings: PairModelSettings) -> None:
    """Check that a training may start from ``checkpoint``, read from ``path``.

    Raises:
        InputError: Its network is built in another way: one problem for each setting.
    """
    theirs, ours = asdict(checkpoint.model), asdict(settings)
    problems = [
        Problem(
            str(path),
            key,
            f"{theirs[key]!r}, and {ours[key]!r} in learn2reg.network",
            "train the one to start from anew, or start from none",
        )
        for key in ours
        if _plain(theirs[key]) != _plain(ours[key])
    ]
    if problems:
        raise InputError(problems)


def check_unseen(path: Path, seen: Iterable[str], cases: Iterable[str]) -> None:
    """Check that a network does not know the cases that are to measure it.

    Args:
        path: Of its checkpoint.
        seen: Those it knows.
        cases: Those that are to be new to it.

    Raises:
        InputError: It knows one.
    """
    if both := sorted({*seen} & {*cases}):
        what = f"has seen {', '.join(both)}, which shall measure it"
        remedy = "train it without these cases, or leave their pairs out"
        raise InputError(Problem(str(path), "seen", what, remedy))


def _plain(value: Any) -> Any:
    """Return sequences within each other as lists, whatever they were."""
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _wrong_parts(plain: Mapping[str, Any]) -> str | None:
    kinds = {"": PairCheckpoint, "model": PairModelSettings, "training": PairTrainingSettings}
    if wrong := wrong_parts(plain, kinds):
        return wrong
    if not isinstance(plain["seen"], dict):
        return "it does not say which cases it has seen"
    return None
