"""Muscle that the plain heart lacks: trabeculae, papillary muscles, walls that echo unevenly.

Trabeculae and papillary muscles lie in the cavity, and masks count them as cavity, as cardiologists
do when they trace the compacted wall (Lang et al., J Am Soc Echocardiogr 2015;28:1-39).
"""

import numpy as np

from echoweave.phantom.anatomy import Anatomy, Float
from echoweave.phantom.tissue import patches

_TRABECULAE_DB, _PAPILLARY_DB = -5.0, -3.0
# Ridges reach this far into the cavity, and stand this far apart along the wall.
_RIDGE_MM, _APART_MM = 4.5, 6.0
# Bright and dark stretches of the wall: (mm, decibels).
_STRETCH_MM, _STRETCH_DB = 16.0, 4.5


def add_muscle(
    level: Float, anatomy: Anatomy, r: Float, z: Float, rng: np.random.Generator
) -> Float:
    """Return the echo in decibels over plain myocardium with this muscle.

    Args:
        level: That of the plain heart at each point.
        anatomy: The heart.
        r: Signed distances from the long axis, mm.
        z: Positions along it, mm.
        rng: Draws the places.
    """
    inside = anatomy.lumen_distance(r, z)
    stretches = _STRETCH_DB * patches(r / _STRETCH_MM, z / _STRETCH_MM, rng)
    level = np.where(inside > 0, level + stretches, level)
    height = _RIDGE_MM * np.clip(0.5 + 0.6 * patches(np.sign(r), z / _APART_MM, rng), 0, 1)
    apical = z < anatomy.apex_wall_mm + 0.75 * (anatomy.length_mm - anatomy.apex_wall_mm)
    ridge = apical & (inside < 0) & (inside > -height)
    papillary = (inside < 0) & _papillary(anatomy, r, z, rng)
    return np.where(papillary, _PAPILLARY_DB, np.where(ridge, _TRABECULAE_DB, level))


def _papillary(
    anatomy: Anatomy, r: Float, z: Float, rng: np.random.Generator
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return what lies in a papillary muscle: one lateral, in the 2CH view one on each side."""
    found = np.zeros(r.shape, bool)
    for side in (1,) if anatomy.right_heart else (-1, 1):
        middle = anatomy.apex_wall_mm + rng.uniform(0.38, 0.55) * (
            anatomy.length_mm - anatomy.apex_wall_mm
        )
        base = np.sqrt(anatomy.lumen_squared(np.array(middle))) - 3.0
        across, along = rng.uniform(2.5, 4.0), rng.uniform(8.0, 13.0)
        found |= np.hypot((side * r - base) / across, (z - middle) / along) < 1
    return found
