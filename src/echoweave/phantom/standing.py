"""What stands still in an image while the heart moves: rim, haze, reverberation, dropout.

Everything is a map over the grid of scan lines [rows, lines]: rows go down in depth, lines run
from one edge of the sector (angle -1) to the other (1).
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from echoweave.phantom.anatomy import Float
from echoweave.phantom.artefacts import Artefacts
from echoweave.phantom.motion import smoothstep
from echoweave.phantom.sector import Sector

# In the rim, in decibels: loss of the tissue, and noise over myocardium that is fixed and that is
# new in every frame. All of the rim is so up to a share of its width.
_RIM_LOSS_DB, _RIM_FIXED_DB, _RIM_FRESH_DB = 26.0, -13.0, -16.0
_RIM_FULL = 0.4
_NONE_DB = -60.0
_PATCH_MM, _PATCH_ANGLE = 14.0, 0.22


@dataclass(frozen=True)
class Standing:
    """What the artefacts do to the echo at each place, [rows, lines] each.

    Attributes:
        gain_db: What is added to the level of the tissue.
        clutter_db: Level of fixed noise, over plain myocardium.
        noise_db: Level of noise that is new in every frame.
    """

    gain_db: Float
    clutter_db: Float
    noise_db: Float


def draw_standing(
    artefacts: Artefacts,
    sector: Sector,
    depths_mm: Float,
    angle: Float,
    rng: np.random.Generator,
) -> Standing:
    """Return what stands still in one view.

    Args:
        artefacts: How strong it is.
        sector: The image.
        depths_mm: Depth of each row.
        angle: Angle of each scan line over that of the sector's edge.
        rng: Draws the places.
    """
    rim = _rim(sector, depths_mm, angle, artefacts.rim)
    dropout = artefacts.dropout_db * _lateral_dropout(depths_mm, angle, rng)
    haze = _NONE_DB + (artefacts.haze_db - _NONE_DB) * _haze(depths_mm, angle, rng)
    # Noise comes up where the loss begins.
    fixed, fresh = (
        _NONE_DB + (level - _NONE_DB) * rim**0.15 for level in (_RIM_FIXED_DB, _RIM_FRESH_DB)
    )
    return Standing(-_RIM_LOSS_DB * rim - dropout, np.maximum(fixed, haze), fresh)


def _rim(sector: Sector, depths_mm: Float, angle: Float, width: float) -> Float:
    """Return how deep in the rim each place is, [rows, lines]: 1 near the side, 0 inside."""
    if width == 0:
        return np.zeros((depths_mm.size, angle.size))
    side_mm = depths_mm[:, None] * np.sin(sector.half_angle * (1 - np.abs(angle)))
    width_mm = width * 2 * sector.depth_mm * np.sin(sector.half_angle)
    return np.asarray(1 - smoothstep((side_mm / width_mm - _RIM_FULL) / (1 - _RIM_FULL)))


def _lateral_dropout(depths_mm: Float, angle: Float, rng: np.random.Generator) -> Float:
    """Return the share of the largest loss, [rows, lines]: a shadow on the lateral side."""
    strength, centre, width = rng.uniform(0.2, 1), rng.uniform(0.3, 0.75), rng.uniform(0.12, 0.3)
    shadow = strength * np.exp(-0.5 * ((angle - centre) / width) ** 2)
    return np.asarray(np.outer(smoothstep((depths_mm - 10) / 40), shadow))


def _haze(depths_mm: Float, angle: Float, rng: np.random.Generator) -> Float:
    """Return the share of the brightest level, [rows, lines]: patches, and arcs close to the probe.

    The arcs are echoes that go to and fro between the probe and the chest: at multiples of a depth.
    """
    sigma = _PATCH_MM / np.ptp(depths_mm) * depths_mm.size, _PATCH_ANGLE / 2 * angle.size / 2
    field = gaussian_filter(rng.standard_normal((depths_mm.size, angle.size)), sigma)
    patches = 0.8 + 0.2 * np.clip(field / field.std(), -2.0, 1.0)
    first, sides = rng.uniform(14, 24), np.exp(-0.5 * ((angle - rng.normal(0, 0.3)) / 0.6) ** 2)
    arcs = np.zeros_like(depths_mm)
    for times in (1, 2, 3):
        arc = np.exp(-0.5 * ((depths_mm - times * first) / 1.2) ** 2)
        arcs = np.maximum(arcs, (1 - 0.06 * times) * arc)
    return np.asarray(np.maximum(patches, np.outer(arcs, sides)))
