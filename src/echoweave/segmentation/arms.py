"""The arms that can be trained and compared, and those that a run does.

Rules import this module while they are parsed: it needs neither torch nor nnU-Net.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from echoweave.errors import Problem
from echoweave.segmentation.arm import CONFIGURATIONS, MASKED, SCRATCH, Arm

# Colours are Okabe and Ito's, see figures/style.py; an arm of another start is a lighter shade.
_SPARSE2D = Arm("sparse2d", 570, "2DSparse", "manual", "frames", "2D sparse", "#D55E00")
_DENSE2D = Arm("dense2d", 571, "2DDense", "pseudo", "frames", "2D dense", "#0072B2")
_DENSE3D = Arm("dense3d", 572, "3DDense", "pseudo", "sequences", "2D+time dense", "#009E73")
_WEAK3D = Arm("weak3d", 573, "3DWeak", "manual", "sequences", "2D+time weak", "#5D3A9B")
# In the order of tables and figures.
_REGISTERED = (
    _SPARSE2D,
    _DENSE2D,
    _DENSE3D,
    _DENSE3D._replace(
        name="dense3d-ssl", title="2D+time dense, pretrained", colour="#7FD1B9", start=MASKED
    ),
    _WEAK3D,
    _WEAK3D._replace(
        name="weak3d-ssl", title="2D+time weak, pretrained", colour="#B78BE0", start=MASKED
    ),
    _WEAK3D._replace(name="superimage", title="Super image weak", colour="#B8860B", tiled=True),
)
ARMS: Mapping[str, Arm] = MappingProxyType({arm.name: arm for arm in _REGISTERED})
# Not an arm: the network that hidden frames are rebuilt with. Its cases are those of weak3d.
PRETRAINING = _WEAK3D._replace(name="pretraining")
# Nor this one: as sparse2d, on the patients whom registration networks train on, for these to learn
# from what it makes of every frame.
TEACHER = _SPARSE2D._replace(name="teacher", number=574, suffix="2DTeacher")


def trained_arms(listed: Sequence[str], data_set: str) -> dict[str, Arm]:
    """Return the arms of a run by name, in the order of the registry.

    Args:
        listed: ``segmentation.arms`` of the config, in any order.
        data_set: Title of the data set, for nnU-Net's names.
    """
    return {name: arm._replace(data_set=data_set) for name, arm in ARMS.items() if name in listed}


def data_sets(arms: Iterable[Arm]) -> list[Arm]:
    """Return for each of nnU-Net's data sets the first arm of the registry that has it.

    Those are what is prepared for ``arms``, and for what they start from.
    """
    owners = [_owner(arm) for arm in _with_pretraining(arms)]
    return list({owner.dataset: owner for owner in owners}.values())


def prepared_networks(
    arms: Iterable[Arm], trained: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return the configurations that are planned for each data set, by the name of its first arm.

    Args:
        arms: The arms of a run.
        trained: The configurations that each of them trains.
    """
    found: dict[str, list[str]] = {}
    for arm in _with_pretraining(arms):
        needed = trained.get(arm.name, _usual(arm))
        found.setdefault(_owner(arm).name, []).extend(needed)
    return {name: _in_order(needed) for name, needed in found.items()}


def _owner(arm: Arm) -> Arm:
    first = next(one for one in ARMS.values() if one.number == arm.number)
    return first._replace(data_set=arm.data_set)


def _with_pretraining(arms: Iterable[Arm]) -> list[Arm]:
    listed = list(arms)
    started = [arm for arm in listed if arm.start == MASKED]
    return [*listed, *(PRETRAINING._replace(data_set=arm.data_set) for arm in started[:1])]


def candidates(
    arms: Mapping[str, Arm], listed: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return the configurations that each arm trains, the simpler first.

    Args:
        arms: The arms by name.
        listed: ``segmentation.candidates`` of the config: of arms of whole sequences those that
            train other than 3d_fullres alone. There is one network for single frames, 2d.
    """
    return {name: _in_order(listed.get(name, _usual(arm))) for name, arm in arms.items()}


def manual_arm(arms: Iterable[str]) -> str | None:
    """Return the first arm that learns from the manual masks alone, if there is one.

    Its predictions are what pseudo-labels are compared with: it had no use of them.
    """
    return next((arm for arm in arms if ARMS[arm].labels == "manual"), None)


def arm_problems(settings: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the arms that ``segmentation`` of the config names.

    The arm that another one starts from must be trained in the same run, with the same networks.
    """
    listed, networks = settings["arms"], settings["candidates"]
    problems = _unknown("segmentation.arms", listed, ARMS, "arm")
    choosing = [name for name, arm in ARMS.items() if _may_choose(arm)]
    problems += _unknown("segmentation.candidates", networks, choosing, "choice of networks for")
    return problems or _missing_starts(listed, candidates(ARMS, networks))


def _may_choose(arm: Arm) -> bool:
    """Whether a network of single frames can learn what the arm learns: every frame has labels."""
    dense = arm.sees == "sequences" and arm.labels == "pseudo"
    return dense and arm.start != MASKED


def _usual(arm: Arm) -> tuple[str]:
    return ("2d",) if arm.sees == "frames" else ("3d_fullres",)


def _in_order(configurations: Sequence[str]) -> list[str]:
    return [one for one in CONFIGURATIONS if one in configurations]


def _unknown(key: str, names: Iterable[str], known: Collection[str], what: str) -> list[Problem]:
    remedy = f"choose among {', '.join(known)}"
    return [
        Problem("config", key, f"there is no {what} {name!r}", remedy)
        for name in names
        if name not in known
    ]


def _missing_starts(listed: Sequence[str], trained: Mapping[str, Sequence[str]]) -> list[Problem]:
    problems = []
    for name in listed:
        start = ARMS[name].start
        if start in (SCRATCH, MASKED):
            continue
        if start not in listed:
            what, remedy = f"{name!r} starts from {start!r}, which is not listed", "list it, too"
            problems.append(Problem("config", "segmentation.arms", what, remedy))
        elif missing := [one for one in trained[name] if one not in trained[start]]:
            what = f"{name!r} starts from {start!r}, which has no {' and no '.join(missing)}"
            remedy = "give both the same networks"
            problems.append(Problem("config", f"segmentation.candidates.{name}", what, remedy))
    return problems
