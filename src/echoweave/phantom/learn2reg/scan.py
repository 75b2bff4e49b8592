"""One scan: a person on a grid of voxels, with labels and, in some cohorts, a tumour."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from echoweave.phantom.learn2reg.anatomy import (
    Depth,
    Places,
    body_depths,
    organ_depths,
    organ_labels,
)
from echoweave.phantom.learn2reg.appearance import Appearance, scan_abdomen
from echoweave.phantom.learn2reg.deformation import draw_velocity, flow
from echoweave.phantom.learn2reg.texture import Texture

# (z, y, x) in mm: what Learn2Reg's volumes of 192 x 160 x 256 voxels of 2 mm show.
FIELD_OF_VIEW_MM = (512.0, 320.0, 384.0)
# Where cancer of the colon sits, which is no organ of its own here.
_COLON: tuple[float, float, float] = (-70.0, -35.0, -100.0)
# Smallest and largest radius of a tumour, in mm.
_TUMOUR_MM = (14.0, 22.0)


@dataclass(frozen=True)
class VoxelGrid:
    """Voxels in the space of the template.

    Attributes:
        shape: (Z, Y, X).
        spacing: (sz, sy, sx) in mm.
        centre: (z, y, x) in mm, of the middle of the grid.
    """

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @classmethod
    def covering(
        cls,
        extent_mm: tuple[float, float, float],
        spacing: tuple[float, float, float],
        centre: tuple[float, float, float],
    ) -> "VoxelGrid":
        """Return the grid of voxels of that size that fill an extent."""
        z, y, x = (round(extent / step) for extent, step in zip(extent_mm, spacing, strict=True))
        return cls((z, y, x), spacing, centre)

    @property
    def first(self) -> NDArray[np.float32]:
        """Place of the first voxel, (z, y, x) in mm, float32 [3, 1, 1, 1]."""
        half = (np.array(self.shape) - 1) / 2 * self.spacing
        return (self.centre - half).astype(np.float32).reshape(3, 1, 1, 1)

    @property
    def step(self) -> NDArray[np.float32]:
        """The spacing, float32 [3, 1, 1, 1]."""
        return np.reshape(self.spacing, (3, 1, 1, 1)).astype(np.float32)

    @property
    def places(self) -> Places:
        """Return the place of every voxel, float32 [3, Z, Y, X] in mm."""
        return self.first + self.step * np.indices(self.shape, np.float32)

    def voxels(self, places: Places) -> NDArray[np.float32]:
        """Return places in mm in voxels from the first one."""
        return (places - self.first) / self.step


@dataclass(frozen=True)
class Template:
    """What all people of a phantom share: the grid of the target's volumes, and texture on it."""

    grid: VoxelGrid
    seed: int

    @cached_property
    def sides_mm(self) -> NDArray[np.float64]:
        """Sides of the grid."""
        return np.multiply(self.grid.shape, self.grid.spacing)

    @cached_property
    def texture(self) -> Texture:
        """Patterns on the grid."""
        return Texture.draw(np.random.default_rng([self.seed, 20]), self.grid.shape, self.sides_mm)

    def person(self, cohort: int, number: int) -> NDArray[np.float32]:
        """Return a person's velocity, float32 [3, Z, Y, X] in voxels of the grid."""
        rng = np.random.default_rng([self.seed, 21, cohort, number])
        return draw_velocity(rng, self.grid.shape, self.grid.spacing)


@dataclass(frozen=True)
class AbdomenScan:
    """A scan on its grid.

    Attributes:
        image: int16 [Z, Y, X] in HU.
        labels: uint8 [Z, Y, X], Learn2Reg's organs.
        tumour: bool [Z, Y, X].
    """

    image: NDArray[np.int16]
    labels: NDArray[np.uint8]
    tumour: NDArray[np.bool_]


def scan_person(
    template: Template,
    cohort: int,
    number: int,
    grid: VoxelGrid,
    tumour_in: tuple[int, ...] | None = None,
) -> AbdomenScan:
    """Draw a person and scan them.

    Args:
        template: What they share with others.
        cohort: Number of their cohort; people of two cohorts are not the same ones.
        number: Their number within it.
        grid: Of the scan.
        tumour_in: The organs that may have a tumour, () for the colon; None: no tumour.
    """
    rng = np.random.default_rng([template.seed, 22, cohort, number])
    moved = flow(template.person(cohort, number))
    at = template.grid.voxels(grid.places)
    if grid != template.grid:
        moved = np.stack([map_coordinates(one, at, order=1, mode="nearest") for one in moved])
    places = template.grid.first + template.grid.step * (at + moved)
    look = Appearance.draw(rng, template.texture, template.sides_mm)
    organs = organ_depths(places, body_depths(places)["cavity"])
    tumour = None if tumour_in is None else _tumour_depth(places, organs, tumour_in, rng)
    texture = look.texture.at(at + moved)
    image = scan_abdomen(places, organs, tumour, texture, look, grid.spacing, rng)
    shown = np.zeros(grid.shape, bool) if tumour is None else tumour > 0
    return AbdomenScan(image, organ_labels(organs), shown)


def _tumour_depth(
    places: Places,
    organs: Mapping[int, Depth],
    within: tuple[int, ...],
    rng: np.random.Generator,
) -> Depth:
    """Return the depth in a ball that ends where its organ does."""
    radius = np.float32(rng.uniform(*_TUMOUR_MM))
    centre = np.array(_COLON, np.float32) + rng.normal(0, 8, 3).astype(np.float32)
    if not within:
        return _ball(places, centre, radius)
    organ = organs[within[rng.integers(len(within))]]
    inside = np.argwhere(organ > 0.4 * organ.max())
    spot = inside[rng.integers(len(inside))]
    depth: Depth = np.minimum(_ball(places, places[:, *spot], radius), organ)
    return depth


def _ball(places: Places, centre: NDArray[np.float32], radius: np.float32) -> Depth:
    depth: Depth = radius - np.linalg.norm(places - centre.reshape(3, 1, 1, 1), axis=0)
    return depth
