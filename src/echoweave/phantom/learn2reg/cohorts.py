"""Cohorts of which a part is labelled, as they are released: where files lie and what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echoweave.phantom.learn2reg.scan import AbdomenScan, Template, VoxelGrid

# Standard deviation of where the middle of a scan lies, (z, y, x) in mm.
_PLACED_MM = (20.0, 10.0, 10.0)


@dataclass(frozen=True)
class PhantomCohort:
    """A cohort in its released form.

    Attributes:
        number: Its people's, among those of all cohorts.
        folder: Below the phantom.
        image: Path of a case's image, with its number.
        labels: The same of its labels.
        axes: Where the axes of its files run, in ITK's letters.
        voxel: (z, y, x), its voxels' sides over those of the target.
        extent_mm: (z, y, x) of what a scan shows.
        values: Organ of Learn2Reg -> value in the label files.
        tumour_in: The organs that may have a tumour, () for the colon; None if tumours are not
            labelled.
        tumour: Value of a tumour in the label files.
        described: Names of the values as dataset.json gives them; None where there is none.
    """

    number: int
    folder: str
    image: str
    labels: str
    axes: str
    voxel: tuple[float, float, float]
    extent_mm: tuple[float, float, float]
    values: Mapping[int, int]
    tumour_in: tuple[int, ...] | None
    tumour: int
    described: tuple[str, ...] | None = None

    def grid(self, template: Template, number: int) -> VoxelGrid:
        """Return where a case is scanned."""
        rng = np.random.default_rng([template.seed, 23, self.number, number])
        z, y, x = (float(place) for place in rng.normal(0, _PLACED_MM))
        sz, sy, sx = (
            side * own for side, own in zip(template.grid.spacing, self.voxel, strict=True)
        )
        return VoxelGrid.covering(self.extent_mm, (sz, sy, sx), (z, y, x))

    def stored_labels(self, scan: AbdomenScan) -> NDArray[np.uint8]:
        """Return what the label file holds, uint8 [Z, Y, X]."""
        table = np.zeros(256, np.uint8)
        table[list(self.values)] = list(self.values.values())
        labels: NDArray[np.uint8] = table[scan.labels]
        labels[scan.tumour] = self.tumour
        return labels


OTHER_COHORTS = (
    PhantomCohort(
        number=1,
        folder="Task03_Liver",
        image="imagesTr/liver_{}.nii.gz",
        labels="labelsTr/liver_{}.nii.gz",
        axes="RAS",
        voxel=(1.25, 0.9, 0.9),
        extent_mm=(440, 320, 380),
        values={6: 1},
        tumour_in=(6,),
        tumour=2,
        described=("background", "liver", "cancer"),
    ),
    PhantomCohort(
        number=2,
        folder="Task07_Pancreas",
        image="imagesTr/pancreas_{:03d}.nii.gz",
        labels="labelsTr/pancreas_{:03d}.nii.gz",
        axes="LAS",
        voxel=(0.8, 1.05, 1.05),
        extent_mm=(380, 330, 400),
        values={11: 1},
        tumour_in=(11,),
        tumour=2,
        described=("background", "pancreas", "cancer"),
    ),
    PhantomCohort(
        number=3,
        folder="Task09_Spleen",
        image="imagesTr/spleen_{}.nii.gz",
        labels="labelsTr/spleen_{}.nii.gz",
        axes="LPS",
        voxel=(1.1, 1.0, 1.0),
        extent_mm=(420, 340, 370),
        values={1: 1},
        tumour_in=None,
        tumour=0,
        described=("background", "spleen"),
    ),
    PhantomCohort(
        number=4,
        folder="Task10_Colon",
        image="imagesTr/colon_{:03d}.nii.gz",
        labels="labelsTr/colon_{:03d}.nii.gz",
        axes="RPS",
        voxel=(1.2, 0.95, 0.95),
        extent_mm=(480, 330, 390),
        values={},
        tumour_in=(),
        tumour=1,
        described=("background", "colon cancer primaries"),
    ),
    PhantomCohort(
        number=5,
        folder="kits19/data",
        image="case_{:05d}/imaging.nii.gz",
        labels="case_{:05d}/segmentation.nii.gz",
        axes="IPL",
        voxel=(0.75, 1.0, 1.0),
        extent_mm=(400, 320, 390),
        values={2: 1, 3: 1},
        tumour_in=(2, 3),
        tumour=2,
    ),
)
