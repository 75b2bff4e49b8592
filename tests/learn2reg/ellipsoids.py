"""Small cases with four organs: ellipsoids in fat that a known smooth field bends."""

from pathlib import Path

import numpy as np
import torch

from echoweave.geometry.bspline import dense_field, grid_size
from echoweave.geometry.warp import warp
from echoweave.learn2reg.store import store_case
from echoweave.learn2reg.volume import CaseVolume

SHAPE = (16, 16, 20)
# Label, centre and half axes as shares of the sides, Hounsfield units.
ORGANS = (
    (1, (0.6, 0.6, 0.75), (0.2, 0.2, 0.13), 120),
    (6, (0.6, 0.5, 0.3), (0.28, 0.3, 0.22), 80),
    (8, (0.5, 0.75, 0.5), (0.5, 0.08, 0.06), 200),
    (11, (0.3, 0.4, 0.6), (0.1, 0.15, 0.2), 30),
)
KNOWN = tuple(label for label, *_ in ORGANS)
_FAT = -100
# Of control points: their distance, and the deviation of their displacements.
_SPACING, _VOXELS = 16, 2.0


def atlas() -> tuple[torch.Tensor, torch.Tensor]:
    """Return grey values float [1, 1, Z, Y, X] and labels, the same."""
    places = torch.meshgrid(*(torch.linspace(0, 1, side) for side in SHAPE), indexing="ij")
    image = torch.full(SHAPE, float(_FAT))
    labels = torch.zeros(SHAPE)
    for label, centre, axes, grey in ORGANS:
        parts = zip(places, centre, axes, strict=True)
        inside = sum(((place - at) / half) ** 2 for place, at, half in parts) < 1
        image[inside], labels[inside] = grey, label
    return image[None, None], labels[None, None]


def smooth_field(seed: int) -> torch.Tensor:
    """Return a random field, float32 [1, 3, Z, Y, X]."""
    shape = (1, 3, *(grid_size(side, _SPACING) for side in SHAPE))
    control = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    return dense_field(control * _VOXELS, _SPACING, SHAPE)


def ellipsoid_case(
    name: str, cohort: str, number: int, known: tuple[int, ...] = KNOWN
) -> CaseVolume:
    """Return the atlas as one of four people has it, with noise; labels only of ``known``.

    Cases 5 to 8 are the people of cases 1 to 4 again.
    """
    dvf = smooth_field(number % 4)
    image, labels = atlas()
    noise = np.random.default_rng(number).normal(0, 10, SHAPE)
    grey = warp(image, dvf)[0, 0].numpy() + noise
    # The nearest voxel's label.
    warped = torch.stack([warp((labels == label).float(), dvf) for label in (0, *KNOWN)])
    bent = np.array([0, *KNOWN], np.uint8)[warped[:, 0, 0].argmax(dim=0).numpy()]
    kept = np.where(np.isin(bent, known), bent, 0).astype(np.uint8) if known else None
    return CaseVolume(name, cohort, grey.astype(np.int16), kept, known, (2.0, 2.0, 2.0), "LPS")


def write_cases(
    folder: Path, cohort: str, numbers: range, known: tuple[int, ...] = KNOWN
) -> list[Path]:
    """Write ``{cohort}_0001.h5`` and so on, and return where."""
    paths = [folder / f"{cohort}_{number:04}.h5" for number in numbers]
    for number, path in zip(numbers, paths, strict=True):
        store_case(path, ellipsoid_case(path.stem, cohort, number, known))
    return paths
