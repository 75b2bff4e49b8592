"""The beat: one smooth analytic map from the end-diastolic heart to every instant.

Labels and scatterers go through the same map, so the image moves exactly as the masks do.
"""

from dataclasses import dataclass

import numpy as np

from echoweave.phantom.anatomy import Anatomy, Float

# Tissue within this distance of the long axis follows the annulus fully, beyond FAR_MM not at all.
NEAR_MM, FAR_MM = 45.0, 110.0
_NEWTON_STEPS = 6


def smoothstep(x: Float) -> Float:
    """Return the cubic step that is 0 up to x = 0 and 1 from x = 1 on."""
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3 - 2 * x)


@dataclass(frozen=True)
class Motion:
    """The motion of one view.

    A point moves first across and then along the axis. Across: inside cavity and atrium, ``r`` is
    scaled by ``k(z)``; outside, ``r^2`` loses what the lumen lost, ``a^2 (1 - k^2)``, so that
    every cross-section of the wall keeps its area and thickens as the cavity shrinks. Along: the
    annulus comes up to the apex, which stays in place; tissue below and beside it follows less.

    Attributes:
        anatomy: The heart at end-diastole.
        squeeze: Share of its half width that the ventricle loses at ES.
        stretch: Share of its half width that the atrium gains at ES.
        descent_mm: Descent of the annulus at ES.
    """

    anatomy: Anatomy
    squeeze: float
    stretch: float
    descent_mm: float

    def scale(self, z: Float, contraction: float) -> Float:
        """Return ``k(z)``, the half width of the lumen over that at ED."""
        anatomy = self.anatomy
        start = anatomy.length_mm - 0.35 * (anatomy.length_mm - anatomy.apex_wall_mm)
        end = anatomy.length_mm + 0.5 * anatomy.atrium_length_mm
        change = self.squeeze - (self.squeeze + self.stretch) * smoothstep(
            (z - start) / (end - start)
        )
        return 1 - contraction * change

    def forward(self, r: Float, z: Float, contraction: float) -> tuple[Float, Float]:
        """Move points (r, z) of the heart at ED to an instant.

        Args:
            r: Signed distances from the axis at ED, mm.
            z: Positions along the axis at ED, mm.
            contraction: 0 at ED, 1 at ES.

        Returns:
            (r, z) at that instant, mm.
        """
        lumen, k = self.anatomy.lumen_squared(z), self.scale(z, contraction)
        outside = np.sqrt(np.maximum(r**2 - lumen * (1 - k**2), 0.0))
        moved = np.where(r**2 < lumen, k * r, np.sign(r) * outside)
        return moved, z - contraction * self.descent_mm * self._pull(z) * _follow(moved)

    def backward(self, r: Float, z: Float, contraction: float) -> tuple[Float, Float]:
        """Undo :meth:`forward`: return where points (r, z) of an instant were at ED."""
        reach = contraction * self.descent_mm * _follow(r)
        origin = z + reach * self._pull(z)
        for _ in range(_NEWTON_STEPS):
            error = origin - reach * self._pull(origin) - z
            origin = origin - error / (1 - reach * self._pull_slope(origin))
        lumen, k = self.anatomy.lumen_squared(origin), self.scale(origin, contraction)
        inside = r**2 < lumen * k**2
        outside = np.sign(r) * np.sqrt(np.maximum(r**2 + lumen * (1 - k**2), 0.0))
        return np.where(inside, r / k, outside), origin

    def axial_stretch(self, z: Float, contraction: float) -> Float:
        """Return d(z at the instant)/d(z at ED) near the axis."""
        return 1 - contraction * self.descent_mm * self._pull_slope(z)

    def _pull(self, z: Float) -> Float:
        """Return the share of the annulus' descent that depth ``z`` follows."""
        length = self.anatomy.length_mm
        above = np.sin(0.5 * np.pi * np.clip(z / length, 0.0, 1.0))
        below = 0.5 * (1 + np.cos(np.pi * np.clip((z - length) / self._reach_mm, 0.0, 1.0)))
        return np.where(z <= length, above, below)

    def _pull_slope(self, z: Float) -> Float:
        length, reach = self.anatomy.length_mm, self._reach_mm
        above = 0.5 * np.pi / length * np.cos(0.5 * np.pi * z / length)
        below = -0.5 * np.pi / reach * np.sin(np.pi * (z - length) / reach)
        slope = np.where(z <= length, above, below)
        return np.where((z < 0) | (z > length + reach), 0.0, slope)

    @property
    def _reach_mm(self) -> float:
        return 1.4 * self.anatomy.atrium_length_mm


def _follow(r: Float) -> Float:
    return 1 - smoothstep((np.abs(r) - NEAR_MM) / (FAR_MM - NEAR_MM))


def cavity_volume_ml(two: Motion, four: Motion, contraction: float) -> float:
    """Return the volume of the cavity whose sections are ellipses with the widths of both views.

    This is what the biplane disc summation tends to as the discs become thin.
    """
    anatomy = two.anatomy
    z = np.linspace(anatomy.apex_wall_mm, anatomy.length_mm, 801)
    half_widths = [
        np.sqrt(motion.anatomy.lumen_squared(z)) * motion.scale(z, contraction)
        for motion in (two, four)
    ]
    area = np.pi * half_widths[0] * half_widths[1] * two.axial_stretch(z, contraction)
    return float(np.trapezoid(area, z)) / 1000
