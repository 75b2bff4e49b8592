"""The motion estimators by name: a new one is a file beside this one and a line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from echoweave.errors import InputError, Problem
from echoweave.pseudolabels.estimators.base import Estimator
from echoweave.pseudolabels.estimators.dis import DenseInverseSearch
from echoweave.pseudolabels.estimators.farneback import Farneback
from echoweave.pseudolabels.estimators.still import Still
from echoweave.pseudolabels.settings import Fusion, Settings
from echoweave.registration.settings import Refinement


@dataclass(frozen=True)
class Entry:
    """An estimator that needs no training.

    Attributes:
        build: Makes one that leaves a rim of this share of the sector's width out.
        fusion: The only fusion that makes sense for it; None leaves the choice to the config.
    """

    build: Callable[[float], Estimator]
    fusion: Fusion | None = None

    def adapt(self, settings: Settings) -> Settings:
        """Return ``settings`` with the fusion that makes sense, and no correction on top of it."""
        if self.fusion is None:
            return settings
        return replace(settings, fusion=self.fusion, drift_correction=False)


UNTRAINED = {
    "still": Entry(lambda rim_share: Still(), fusion="nearest"),
    "farneback": Entry(Farneback),
    "dis": Entry(DenseInverseSearch),
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


def make_estimator(
    name: str,
    checkpoint: Path | None,
    refinement: Refinement | None = None,
    rim_share: float = 0.0,
) -> Estimator:
    """Return the estimator ``name``: the network in ``checkpoint``, or an untrained one.

    Args:
        name: A name of ``pseudolabels.estimators``.
        checkpoint: Weights of the network.
        refinement: How its fields are refined, if at all.
        rim_share: Width of the sector's rim, where untrained estimators do not look for motion, as
            a share of the sector's width.

    Raises:
        InputError: There is no checkpoint and no untrained estimator of that name, or the
            checkpoint cannot be used.
    """
    if checkpoint is not None:
        # torch takes seconds to import, and whoever only checks names can go without.
        from echoweave.registration.apply import Registrar

        return Registrar.load(checkpoint, refinement)
    problems = unknown_estimators([name], [])
    if problems:
        raise InputError(problems)
    return UNTRAINED[name].build(rim_share)
