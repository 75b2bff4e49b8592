"""The areas of a predicted clip over time, and how smoothly they change."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.evaluation.predictions import PAPER_SIZE, Prediction
from echoweave.evaluation.smoothness import normalised_smoothness, smoothness
from echoweave.io.cache import EchoSequence
from echoweave.labels import structure_mask, structures_of
from echoweave.units import UNITS

SMOOTHNESS_COLUMNS = (
    *("structure", "n_frames", "lost_frames", "frame_rate_hz", "frame_rate_known"),
    *("smoothness_px4_per_frame3", "smoothness_normalised_per_s3"),
)


def area_rows(clip: Prediction) -> Iterator[dict[str, Any]]:
    """Yield one row a frame and structure."""
    _, height, width = clip.cached.shape
    paper_pixels = PAPER_SIZE**2 / (height * width)
    pixel = math.prod(clip.sequence.spacing)
    area = UNITS[clip.sequence.unit].area
    for structure in structures_of(clip.sequence.label_values):
        for frame, pixels in enumerate(_areas(clip, structure)):
            yield {
                "frame": frame,
                "structure": structure,
                "area_px2_at_512": pixels * paper_pixels,
                f"area_{area}": pixels * pixel,
            }


def smoothness_rows(clip: Prediction, fallback_hz: float) -> Iterator[dict[str, Any]]:
    """Yield one row (``SMOOTHNESS_COLUMNS``) a structure; see :func:`frame_rate`."""
    _, height, width = clip.cached.shape
    frame_rate_hz = frame_rate(clip.sequence, fallback_hz)
    for structure in structures_of(clip.sequence.label_values):
        areas = _areas(clip, structure)
        yield {
            "structure": structure,
            "n_frames": len(areas),
            "lost_frames": np.count_nonzero(areas == 0),
            "frame_rate_hz": frame_rate_hz,
            "frame_rate_known": math.isfinite(clip.sequence.frame_rate_hz),
            "smoothness_px4_per_frame3": smoothness(areas * PAPER_SIZE**2 / (height * width)),
            "smoothness_normalised_per_s3": normalised_smoothness(areas, frame_rate_hz),
        }


def frame_rate(sequence: EchoSequence, fallback_hz: float) -> float:
    """Return the frame rate of ``sequence`` in Hz; ``fallback_hz`` stands in for an unknown one."""
    known = math.isfinite(sequence.frame_rate_hz)
    return sequence.frame_rate_hz if known else fallback_hz


def _areas(clip: Prediction, structure: str) -> NDArray[np.float64]:
    return np.asarray(structure_mask(clip.cached, structure).sum(axis=(1, 2)), float)
