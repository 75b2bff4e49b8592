"""What a real scanner adds that does not move with the tissue: rim, gain taper, haze.

All of it stands still on the grid of scan lines while the heart moves under it, as on real echo.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from echoweave.phantom.anatomy import Float
from echoweave.phantom.motion import smoothstep


@dataclass(frozen=True)
class Artefacts:
    """How strong each artefact is.

    Attributes:
        rim: Width of the rim along each side of the sector where gain falls off and fixed noise
            lies, as a share of the sector's angle; 0: none.
        rim_loss_db: Loss of the tissue's echo at the very edge of the sector.
        rim_noise_db: Fixed noise at the very edge, over plain myocardium.
        haze_db: Still haze in its brightest patches, over plain myocardium; None: none.
    """

    rim: float = 0.08
    rim_loss_db: float = 14.0
    rim_noise_db: float = -10.0
    haze_db: float | None = -8.0


PLAIN = Artefacts(rim=0.0, haze_db=None)


def rim_profile(n_rows: int, angle: Float, width: float) -> Float:
    """Return how deep in the rim each scan line is, [rows, lines]: 1 at the edge, 0 inside.

    Args:
        n_rows: Rows of the grid of scan lines.
        angle: Angle of each scan line, -1 and 1 at the edges of the sector.
        width: Width of the rim as a share of the sector's whole angle.
    """
    profile = 1 - smoothstep((1 - np.abs(angle)) / (2 * width))
    return np.broadcast_to(profile, (n_rows, angle.size))


def haze_decibel(shape: tuple[int, int], peak_db: float, rng: np.random.Generator) -> Float:
    """Return the level of still haze on the grid [rows, lines], over plain myocardium.

    Patches of some centimetres; a third of the sector has hardly any.
    """
    field = gaussian_filter(rng.standard_normal(shape), (shape[0] / 12, shape[1] / 8))
    field = field / field.std()
    return peak_db - 14 * np.clip(1.2 - field, 0, 2.5)
