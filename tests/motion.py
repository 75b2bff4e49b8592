"""Pictures whose motion is known, and quick settings for what finds it."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# What the estimators depend on. No rim: these pictures have no sector.
MOTION: dict[str, Any] = {
    "rim_share": 0.0,
    "joint": {
        "size": 128,
        "grid_spacing_px": 8,
        "smoothing_px": 0.35,
        "bending_weight": 0.003,
        "inverse_weight": 1000,
        "acceleration_weight": 100,
        "max_frame_gap": 3,
        "steps": 20,
    },
}


def sliding_texture(
    dy: float, dx: float, n_frames: int = 3, size: tuple[int, int] = (64, 64)
) -> NDArray[np.uint8]:
    """A random texture, speckle of about 4 pixels, that moves by (dy, dx) pixels a frame."""
    height, width = size
    texture = np.random.default_rng(0).normal(size=(height + 64, width + 64))
    texture = cv2.GaussianBlur(texture, (0, 0), 2)
    texture = (127 + 40 * texture / texture.std()).clip(0, 255)
    frames = []
    for frame in range(n_frames):
        shift = np.float32([[1, 0, frame * dx - 32], [0, 1, frame * dy - 32]])
        frames.append(cv2.warpAffine(texture, shift, (width, height), flags=cv2.INTER_CUBIC))
    return np.stack(frames).clip(0, 255).astype(np.uint8)
