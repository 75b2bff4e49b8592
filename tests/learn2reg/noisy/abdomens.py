"""Thirteen ellipsoids for organs, in cohorts of which each labels some of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.learn2reg.store import store_case
from echoweave.learn2reg.volume import CaseVolume

SHAPE = (32, 24, 40)
SPACING = (2.0, 2.0, 2.0)
# (z, y, x) of the centre and half axes, as shares of the grid, and the grey value in HU.
ORGANS = {
    1: ((0.65, 0.65, 0.82), (0.14, 0.14, 0.1), 120),
    2: ((0.35, 0.7, 0.27), (0.16, 0.12, 0.08), 190),
    3: ((0.35, 0.7, 0.73), (0.16, 0.12, 0.08), 190),
    4: ((0.5, 0.25, 0.32), (0.08, 0.08, 0.06), 10),
    5: ((0.85, 0.6, 0.55), (0.12, 0.06, 0.05), 50),
    6: ((0.7, 0.4, 0.25), (0.22, 0.25, 0.17), 100),
    7: ((0.7, 0.32, 0.65), (0.15, 0.15, 0.12), 40),
    8: ((0.4, 0.75, 0.53), (0.35, 0.06, 0.04), 230),
    9: ((0.4, 0.7, 0.45), (0.35, 0.06, 0.04), 150),
    10: ((0.52, 0.5, 0.5), (0.06, 0.06, 0.14), 170),
    11: ((0.42, 0.45, 0.55), (0.07, 0.08, 0.15), 80),
    12: ((0.55, 0.72, 0.35), (0.06, 0.06, 0.05), 60),
    13: ((0.55, 0.72, 0.65), (0.06, 0.06, 0.05), 60),
}
# The cohorts with the organs that each has labelled, none in the last.
COHORTS = {"l2r": tuple(ORGANS), "liver": (6,), "kidneys": (2, 3), "colon": ()}


def make_abdomen(seed: int, shape: tuple[int, int, int] = SHAPE) -> CaseVolume:
    """Return an abdomen with all organs labelled, each moved and stretched a little."""
    draw = np.random.default_rng(seed)
    labels = np.zeros(shape, np.uint8)
    grey = np.full(shape, -1024.0)
    grey[_ellipsoid(shape, (0.5, 0.5, 0.5), (0.9, 0.47, 0.47))] = -20
    for label, (centre, half, value) in ORGANS.items():
        moved = np.array(centre) + draw.normal(0, 0.02, 3)
        inside = _ellipsoid(shape, moved, np.array(half) * draw.uniform(0.85, 1.15, 3))
        labels[inside] = label
        grey[inside] = value
    image = np.clip(grey + draw.normal(0, 12, shape), -1024, 1500).astype(np.int16)
    return CaseVolume(f"l2r_{seed:04d}", "l2r", image, labels, tuple(ORGANS), SPACING, "LPS")


def as_cohort(case: CaseVolume, cohort: str) -> CaseVolume:
    """Return a case with nothing but the labels that a cohort has."""
    assert case.labels is not None
    known = COHORTS[cohort]
    labels = np.where(np.isin(case.labels, known), case.labels, 0).astype(np.uint8)
    name = case.name.replace("l2r", cohort)
    return replace(case, name=name, cohort=cohort, known=known, labels=labels if known else None)


def store_cases(folder: Path, numbers: dict[str, list[int]]) -> dict[str, list[Path]]:
    """Store the numbered cases of cohorts; return their files by cohort."""
    return {
        cohort: [_store(folder, as_cohort(make_abdomen(one), cohort)) for one in listed]
        for cohort, listed in numbers.items()
    }


def _store(folder: Path, case: CaseVolume) -> Path:
    path = folder / f"{case.name}.h5"
    store_case(path, case)
    return path


def _ellipsoid(shape: tuple[int, int, int], centre: object, half: object) -> NDArray[np.bool_]:
    axes = np.meshgrid(*((np.arange(side) + 0.5) / side for side in shape), indexing="ij")
    places = zip(axes, np.asarray(centre), np.asarray(half), strict=True)
    distance: NDArray[np.float64] = sum(((axis - at) / by) ** 2 for axis, at, by in places)
    return np.asarray(distance < 1)
