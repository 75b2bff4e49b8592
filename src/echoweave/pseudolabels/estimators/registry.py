"""The motion estimators by name: a new one is a file beside this one and a line here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from echoweave.device import Device
from echoweave.errors import InputError, Problem
from echoweave.pseudolabels.estimators.base import Estimator
from echoweave.pseudolabels.estimators.still import Still
from echoweave.pseudolabels.settings import Fusion, PseudolabelSettings
from echoweave.registration.settings import JointSettings


@dataclass(frozen=True)
class Entry:
    """An estimator that needs no training.

    Attributes:
        build: Makes one of the values of ``keys``, by the last part of each name.
        keys: What it depends on in the config.
        fusion: The only fusion that makes sense for it; None leaves the choice to the config.
        on_gpu: Whether it takes a GPU where there is one.
    """

    build: Callable[[Mapping[str, Any]], Estimator]
    keys: tuple[str, ...] = ()
    fusion: Fusion | None = None
    on_gpu: bool = False

    def adapt(self, settings: PseudolabelSettings) -> PseudolabelSettings:
        """Return ``settings`` with the fusion that makes sense, and no correction on top of it."""
        if self.fusion is None:
            return settings
        return replace(settings, fusion=self.fusion, drift_correction=False)


# What estimators import takes up to seconds, and whoever only checks names can go without.


def _farneback(settings: Mapping[str, Any]) -> Estimator:
    from echoweave.pseudolabels.estimators.farneback import Farneback

    return Farneback(settings["rim_share"])


def _dis(settings: Mapping[str, Any]) -> Estimator:
    from echoweave.pseudolabels.estimators.dis import DenseInverseSearch

    return DenseInverseSearch(settings["rim_share"])


def _joint(settings: Mapping[str, Any]) -> Estimator:
    from echoweave.pseudolabels.estimators.joint import Joint

    return Joint(JointSettings(**settings["joint"], rim_share=settings["rim_share"]))


_RIM = "registration.rim_share"
# What is done with the motion, whoever found it.
_CARRYING = tuple(f"pseudolabels.{key}" for key in ("propagation", "fusion", "drift_correction"))
UNTRAINED = {
    "still": Entry(lambda _: Still(), fusion="nearest"),
    "farneback": Entry(_farneback, keys=(_RIM,)),
    "dis": Entry(_dis, keys=(_RIM,)),
    "joint": Entry(_joint, keys=(_RIM, "pseudolabels.joint"), on_gpu=True),
}


def unknown_estimators(names: Iterable[str], models: Iterable[str]) -> list[Problem]:
    """Return a problem for each name that is neither here nor a registration model."""
    known = [*UNTRAINED, *models]
    return [
        Problem(
            "config",
            "pseudolabels.estimators",
            f"there is no estimator {name!r}",
            f"choose among {', '.join(known)}, or add a model to registration.models",
        )
        for name in names
        if name not in known
    ]


def motion_keys(estimator: str) -> tuple[str, ...]:
    """Return the keys of the config that its motion depends on; a network has them inside."""
    return UNTRAINED[estimator].keys if estimator in UNTRAINED else ()


def label_keys(estimator: str) -> tuple[str, ...]:
    """Return the keys of the config that its labels depend on."""
    return (*_CARRYING, *motion_keys(estimator))


def device_of(estimator: str, device: Device) -> Device:
    """Return where it finds the motion: on ``device``, or on the CPU if it never takes a GPU."""
    on_gpu = estimator not in UNTRAINED or UNTRAINED[estimator].on_gpu
    return device if on_gpu else "cpu"


def make_estimator(name: str, checkpoint: Path | None, settings: Mapping[str, Any]) -> Estimator:
    """Return the estimator ``name``: the network in ``checkpoint``, or an untrained one.

    Args:
        name: A name of ``pseudolabels.estimators``.
        checkpoint: Weights of the network.
        settings: The values of its ``keys``; a network brings its own.

    Raises:
        InputError: There is no checkpoint and no untrained estimator of that name, or the
            checkpoint cannot be used.
    """
    if checkpoint is not None:
        from echoweave.registration.apply import Registrar

        return Registrar.load(checkpoint)
    problems = unknown_estimators([name], [])
    if problems:
        raise InputError(problems)
    return UNTRAINED[name].build(settings)
