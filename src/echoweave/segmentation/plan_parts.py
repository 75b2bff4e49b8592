"""Check the parts of nnU-Net's plans that the configuration replaces.

Rules call it while they are parsed: it needs nothing slow.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from echoweave.errors import Problem

_AXES = {"2d": "[Y, X]", "3d_fullres": "[T or Z, Y, X]"}
_PER_STAGE = ("features_per_stage", "strides", "kernel_sizes", "blocks_per_stage")


def plan_problems(plans: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    """Return what is wrong with ``segmentation.plans``, as far as the parts named there tell."""
    return [
        problem
        for configuration, parts in plans.items()
        for problem in part_problems(configuration, parts)
    ]


def part_problems(
    configuration: str, parts: Mapping[str, Any], place: str | None = None
) -> list[Problem]:
    """Return what a network could not be built or trained with; parts not named are passed over.

    Args:
        configuration: "2d" or "3d_fullres".
        parts: Any of patch_size, features_per_stage, strides, kernel_sizes and blocks_per_stage.
        place: Where the parts stand in the config; None: in ``segmentation.plans``.
    """
    found = _forms(configuration, parts) or _sizes(parts)
    place = place or f"segmentation.plans.{configuration}"
    return [replace(problem, key=f"{place}.{problem.key}".rstrip(".")) for problem in found]


def _forms(configuration: str, parts: Mapping[str, Any]) -> list[Problem]:
    """Check how many axes and stages each part is for."""
    axes = _AXES[configuration]
    n_axes = axes.count(",") + 1
    problems = []
    if len(parts.get("patch_size", range(n_axes))) != n_axes:
        what = f"{parts['patch_size']} is not a size {axes}"
        problems.append(_problem("patch_size", what, f"give {n_axes} numbers"))
    for key in ("strides", "kernel_sizes"):
        wrong = [entry for entry in parts.get(key, ()) if len(entry) != n_axes]
        if wrong:
            remedy = f"give each stage {n_axes} numbers"
            problems.append(_problem(key, f"{wrong[0]} is not {axes}", remedy))
    stages = {key: len(parts[key]) for key in _PER_STAGE if parts.get(key)}
    if len(set(stages.values())) > 1 or min(stages.values(), default=3) < 3:
        counts = ", ".join(f"{key} {count}" for key, count in stages.items())
        remedy = "give each of them one entry a stage, and 3 stages at least"
        problems.append(_problem("", f"stages differ or are too few: {counts}", remedy))
    return problems


def _sizes(parts: Mapping[str, Any]) -> list[Problem]:
    """Check that what goes down to the coarsest stage comes up again at the same size."""
    problems = []
    strides, kernels, patch = (
        list(parts.get(key, ())) for key in ("strides", "kernel_sizes", "patch_size")
    )
    if strides and set(strides[0]) != {1}:
        remedy = "let the first stage keep the size, with 1 for every axis"
        problems.append(_problem("strides", f"the first is {strides[0]}", remedy))
    even = [kernel for kernel in kernels if any(side % 2 == 0 for side in kernel)]
    if even:
        what, remedy = f"{even[0]} has no pixel in its middle", "give odd numbers"
        problems.append(_problem("kernel_sizes", what, remedy))
    if not (strides and patch):
        return problems
    total = [math.prod(steps) for steps in zip(*strides, strict=True)]
    if any(side % step for side, step in zip(patch, total, strict=True)):
        what = f"{patch} cannot be divided by all strides together, {total}"
        remedy = "make each side a multiple of that"
        problems.append(_problem("patch_size", what, remedy))
    elif math.prod(patch) == math.prod(total):
        what = f"{patch} is a single pixel in the coarsest stage"
        remedy = "make a side longer, or leave a stage out"
        problems.append(_problem("patch_size", what, remedy))
    return problems


def _problem(key: str, what: str, remedy: str) -> Problem:
    return Problem("config", key, what, remedy)
