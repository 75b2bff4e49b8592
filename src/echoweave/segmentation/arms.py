"""The arms that can be trained and compared, and those that a run does.

Rules import this module while they are parsed: it needs neither torch nor nnU-Net.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from echoweave.errors import Problem
from echoweave.segmentation.arm import CONFIGURATIONS, SCRATCH, Arm

# In the order of tables and figures. Colours are Okabe and Ito's, see figures/style.py.
_REGISTERED = (
    Arm("sparse2d", 570, "2DSparse", "manual", "frames", "2D sparse", "#D55E00"),
    Arm("dense2d", 571, "2DDense", "pseudo", "frames", "2D dense", "#0072B2"),
    Arm("dense3d", 572, "3DDense", "pseudo", "sequences", "2D+time dense", "#009E73"),
)
ARMS: Mapping[str, Arm] = MappingProxyType({arm.name: arm for arm in _REGISTERED})


def trained_arms(listed: Sequence[str], data_set: str) -> dict[str, Arm]:
    """Return the arms of a run by name, in the order of the registry.

    Args:
        listed: ``segmentation.arms`` of the config, in any order.
        data_set: Title of the data set, for nnU-Net's names.
    """
    return {name: arm._replace(data_set=data_set) for name, arm in ARMS.items() if name in listed}


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
    wholes = [name for name, arm in ARMS.items() if arm.sees == "sequences"]
    problems += _unknown("segmentation.candidates", networks, wholes, "arm of whole sequences")
    return problems or _missing_starts(listed, candidates(ARMS, networks))


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
        if start == SCRATCH:
            continue
        if start not in listed:
            what, remedy = f"{name!r} starts from {start!r}, which is not listed", "list it, too"
            problems.append(Problem("config", "segmentation.arms", what, remedy))
        elif missing := [one for one in trained[name] if one not in trained[start]]:
            what = f"{name!r} starts from {start!r}, which has no {' and no '.join(missing)}"
            remedy = "give both the same networks"
            problems.append(Problem("config", f"segmentation.candidates.{name}", what, remedy))
    return problems
