"""Which cases are registered to each other: the random pairs of a training, and listed ones."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from echoweave.errors import InputError, Problem
from echoweave.learn2reg.store import CaseHeader, load_header
from echoweave.logs import LOGGER


class StoredCase(NamedTuple):
    """A case in the store.

    Attributes:
        path: Its ``{name}.h5``.
        header: What it is.
    """

    path: Path
    header: CaseHeader


class CasePair(NamedTuple):
    """Two cases of one cohort.

    Attributes:
        fixed: The case that the other one is brought to.
        moving: The one that is warped.
    """

    fixed: StoredCase
    moving: StoredCase


def stored_cases(paths: Sequence[Path]) -> list[StoredCase]:
    """Return the cases of the files, sorted by name.

    Raises:
        InputError: They are not all on one grid.
    """
    cases = sorted(
        (StoredCase(path, load_header(path)) for path in paths), key=lambda case: case.header.name
    )
    shapes = {case.header.shape for case in cases}
    if len(shapes) > 1:
        what = f"cases of different sizes: {', '.join(map(str, sorted(shapes)))}"
        remedy = "delete the stored cases, and prepare all of them with one reference"
        raise InputError(Problem(str(paths[0].parent), "", what, remedy))
    return cases


def partnered(cases: Sequence[StoredCase], network: str) -> list[list[StoredCase]]:
    """Return for each case of a cohort with others those others after it, itself the first.

    What is left out, for want of a partner in its cohort, is logged by name.

    Args:
        cases: To train on.
        network: Name of what is trained, for errors.

    Raises:
        InputError: Nothing is left.
    """
    cohorts: dict[str, list[StoredCase]] = defaultdict(list)
    for case in cases:
        cohorts[case.header.cohort].append(case)
    for cohort, own in cohorts.items():
        if len(own) == 1:
            name = own[0].header.name
            LOGGER.warning("%s is left out: no other case of %s to pair it with", name, cohort)
    rows = [
        [case, *(other for other in cohorts[case.header.cohort] if other is not case)]
        for case in cases
        if len(cohorts[case.header.cohort]) > 1
    ]
    if not rows:
        what = f"no cohort has two cases to train {network} on, of {len(cases)} cases"
        remedy = "add cases, or set fewer choosing_cases aside"
        raise InputError(Problem("config", "learn2reg.root", what, remedy))
    return rows


def draw_case_pairs(
    rows: Sequence[Sequence[StoredCase]], count: int, generator: np.random.Generator
) -> list[CasePair]:
    """Return random pairs: any case moves, to another one of its cohort.

    Args:
        rows: As :func:`partnered` returns them.
        count: How many.
        generator: Decides.
    """
    pairs = []
    for _ in range(count):
        moving, *others = rows[int(generator.integers(len(rows)))]
        pairs.append(CasePair(others[int(generator.integers(len(others)))], moving))
    return pairs


def every_two(cases: Sequence[StoredCase]) -> list[CasePair]:
    """Return every two cases once, as the challenge lists them: the fixed one comes first by name.

    Raises:
        InputError: There are no two cases.
    """
    if len(cases) < 2:
        what = f"{len(cases)} cases choose the checkpoint: no pair"
        remedy = "set at least 2 aside"
        raise InputError(Problem("config", "learn2reg.choosing_cases", what, remedy))
    return [CasePair(*pair) for pair in combinations(cases, 2)]
