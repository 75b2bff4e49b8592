"""How strongly each place of the heart at end-diastole reflects ultrasound."""

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from echoweave.phantom.anatomy import Anatomy, Float

# Decibels over plain myocardium.
BLOOD_DB = -36.0
_NEARBY_DB, _LUNG_DB = -5.0, -17.0
_PERICARDIUM_DB = 9.0
_ENDOCARDIUM_DB, _ANNULUS_DB, _ATRIAL_WALL_DB = 3.5, 6.0, 0.5
_ATRIAL_WALL_MM = 2.2
# (mm, decibels) of brighter and darker patches, fine and coarse.
_PATCHES = ((6.0, 2.5), (22.0, 3.5))


def reflectivity_db(anatomy: Anatomy, r: Float, z: Float, rng: np.random.Generator) -> Float:
    """Return the echo of each point (r, z), decibels over plain myocardium.

    Args:
        anatomy: The heart.
        r: Signed distances from the long axis, mm.
        z: Positions along it, mm.
        rng: Draws the patches of brighter and darker tissue.
    """
    lumen, epicardium = anatomy.lumen_distance(r, z), anatomy.epicardium_distance(r, z)
    annulus = np.sqrt(anatomy.lumen_squared(np.array(anatomy.length_mm)))
    ventricle = z <= anatomy.length_mm

    echo = _surroundings_db(epicardium)
    # A bright line on the heart's outer face; in the 4CH view the septum has none.
    free_wall = (r > 0) | (not anatomy.right_heart)
    line = _bump(epicardium - 1.2, 1.1) * (z > 0.15 * anatomy.length_mm)
    echo = echo + np.where(free_wall & ventricle, (_PERICARDIUM_DB - echo) * line, 0.0)
    echo = np.where(ventricle & (epicardium < 0), _ENDOCARDIUM_DB * _bump(lumen, 1.3), echo)
    echo = np.where(~ventricle & (lumen < _ATRIAL_WALL_MM), _ATRIAL_WALL_DB, echo)
    if anatomy.right_heart:
        echo = _add_right_heart(echo, anatomy, r, z)
    hinge = np.hypot(np.abs(r) - annulus - 1.5, z - anatomy.length_mm)
    echo = echo + _ANNULUS_DB * _bump(hinge, 2.2)
    for size_mm, contrast_db in _PATCHES:
        echo = echo + contrast_db * patches(r / size_mm, z / size_mm, rng)
    return np.where(lumen < 0, BLOOD_DB, echo)


def _surroundings_db(distance: Float) -> Float:
    """Return tissue close to the heart that fades into lung within some centimetres."""
    return _LUNG_DB + (_NEARBY_DB - _LUNG_DB) * np.exp(-np.maximum(distance, 0.0) / 14)


def _add_right_heart(echo: Float, anatomy: Anatomy, r: Float, z: Float) -> Float:
    """Hollow out the right ventricle and the right atrium left of the septum."""
    base, septum = anatomy.length_mm, anatomy.cavity_mm + anatomy.walls_mm[0]
    ventricle = np.hypot((r + septum + 8) / 21, (z - 0.72 * base) / (0.52 * base))
    atrium = np.hypot(
        (r + anatomy.atrium_mm + 22) / 18,
        (z - base - 0.5 * anatomy.atrium_length_mm) / (0.5 * anatomy.atrium_length_mm),
    )
    level = np.where(z <= base, ventricle, atrium)
    free = (anatomy.epicardium_distance(r, z) > 0) | (z > base)
    outside = free & (r < 0) & (anatomy.lumen_distance(r, z) > _ATRIAL_WALL_MM)
    echo = np.where(outside & (level < 1.18), 0.0, echo)
    # The tricuspid valve closes the gap between both chambers.
    valve = _bump(z - base + 2, 1.0) * (outside & (ventricle < 1.1))
    return np.where(outside & (level < 1), BLOOD_DB * (1 - valve), echo)


def patches(x: Float, y: Float, rng: np.random.Generator) -> Float:
    """Return a smooth random field of unit variance whose patches have about unit size."""
    field = gaussian_filter(rng.standard_normal((128, 128)), 1.0, mode="wrap")
    at = np.stack([y, x])
    return np.asarray(map_coordinates(field / field.std(), at, order=1, mode="grid-wrap"))


def _bump(distance: Float, width: float) -> Float:
    return np.exp(-0.5 * (distance / width) ** 2)
