"""The left heart of the phantom at end-diastole: its outlines, in coordinates of the long axis.

Every view has its own pair of coordinates in mm: ``z`` runs down the long axis of the ventricle,
from the epicardial apex (0) to the mitral annulus (``length_mm``) and on to the roof of the
atrium; ``r`` is the signed distance from the axis, negative on the septal (left) side.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echoweave.labels import ATRIUM, BACKGROUND, CAVITY, MYOCARDIUM

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Anatomy:
    """The outlines of the left heart in one view at end-diastole.

    The cavity and the epicardium are ellipses about the same centre, cut off at the annulus; the
    atrium takes over from the cavity at the annulus and closes at its roof.

    Attributes:
        length_mm: From the epicardial apex to the plane of the mitral annulus.
        apex_wall_mm: Thickness of the wall at the apex.
        centre: Place of the largest diameter, as a fraction of the cavity's length.
        cavity_mm: Largest half width of the cavity.
        walls_mm: Thickness of the (septal, lateral) wall at the largest diameter.
        atrium_length_mm: From the annulus to the roof of the atrium.
        atrium_mm: Half width of the atrium at half of its length.
        right_heart: Whether the right ventricle and atrium are in view (4CH).
    """

    length_mm: float
    apex_wall_mm: float
    centre: float
    cavity_mm: float
    walls_mm: tuple[float, float]
    atrium_length_mm: float
    atrium_mm: float
    right_heart: bool

    @property
    def centre_mm(self) -> float:
        """``z`` of the largest diameter."""
        return self.apex_wall_mm + self.centre * (self.length_mm - self.apex_wall_mm)

    @property
    def roof_mm(self) -> float:
        """``z`` of the roof of the atrium."""
        return self.length_mm + self.atrium_length_mm

    def lumen_squared(self, z: Float) -> Float:
        """Return the squared half width of cavity and atrium at ``z``, mm^2; 0 beyond both."""
        return np.maximum(self._lumen(z), 0.0)

    def epicardium(self, r: Float, z: Float) -> Float:
        """Return the half width of the epicardium at ``z``, on the side of ``r``; 0 above z = 0."""
        squared = np.maximum(1 - ((z - self.centre_mm) / self.centre_mm) ** 2, 0.0)
        return self._epicardial_mm(r) * np.sqrt(squared)

    def lumen_distance(self, r: Float, z: Float) -> Float:
        """Return about how far (r, z) is outside cavity and atrium, mm; negative inside."""
        lumen = self._lumen(z)
        slope = self._lumen(z + 0.5) - self._lumen(z - 0.5)
        return (r**2 - lumen) / np.sqrt(4 * r**2 + slope**2 + 1.0)

    def epicardium_distance(self, r: Float, z: Float) -> Float:
        """Return about how far (r, z) is outside the epicardial ellipse, mm; negative inside."""
        across, along = r / self._epicardial_mm(r), (z - self.centre_mm) / self.centre_mm
        level = np.hypot(across, along)
        slope = np.hypot(across / self._epicardial_mm(r), along / self.centre_mm)
        return (level - 1) * level / np.maximum(slope, 1e-6)

    def labels(self, r: Float, z: Float) -> NDArray[np.uint8]:
        """Return the label of each point (r, z) of the end-diastolic heart, uint8."""
        inside = r**2 < self.lumen_squared(z)
        ventricle = (z >= 0) & (z <= self.length_mm)
        wall = ventricle & (np.abs(r) < self.epicardium(r, z))
        return np.select(
            [inside & ventricle, wall, inside], [CAVITY, MYOCARDIUM, ATRIUM], BACKGROUND
        ).astype(np.uint8)

    def cavity_outline(self, points: int) -> tuple[Float, Float]:
        """Return (r, z) along the endocardium from the septal annulus to the apex and back down.

        Args:
            points: How many on each side.
        """
        # Closer together near the apex, where the outline turns.
        share = np.linspace(0, 1, points) ** 2
        z = self.apex_wall_mm + (self.length_mm - self.apex_wall_mm) * share
        half_width = np.sqrt(self.lumen_squared(z))
        return np.concatenate([-half_width[::-1], half_width]), np.concatenate([z[::-1], z])

    def _lumen(self, z: Float) -> Float:
        half_length = self.centre_mm - self.apex_wall_mm
        cavity = self.cavity_mm**2 * (1 - ((z - self.centre_mm) / half_length) ** 2)
        end = (self.length_mm - self.centre_mm) / half_length
        annulus = self.cavity_mm**2 * (1 - end**2)
        v = (z - self.length_mm) / self.atrium_length_mm
        atrium = (1 - v) * (annulus + (4 * self.atrium_mm**2 - 2 * annulus) * v)
        return np.where(z <= self.length_mm, cavity, atrium)

    def _epicardial_mm(self, r: Float) -> Float:
        return self.cavity_mm + np.where(r < 0, self.walls_mm[0], self.walls_mm[1])
