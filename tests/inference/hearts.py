"""Clips of half a bright ellipse that beats in a grey sector: its numbers are known by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.clips.clip import Box, EchoClip
from echoweave.clips.times import steady_times

SIZE = (120, 100)
# mm: the half axes, and how far below the centre the valve plane lies.
LENGTH, WIDTH, BASE = 30.0, 18.0, 20.0
RATE_HZ = 25.0
FRAMES_A_BEAT = 20


def beating(beats: float = 2, least: float = 0.8) -> list[float]:
    """Return how large the ellipse is, as a share of its size at ED, frame by frame."""
    time = np.arange(round(beats * FRAMES_A_BEAT) + 1) / FRAMES_A_BEAT
    return list((1 + least) / 2 + (1 - least) / 2 * np.cos(2 * np.pi * time))


def draw(scales: Sequence[float], centre: tuple[float, float] = (60, 50)) -> NDArray[np.uint8]:
    """Return frames with the ellipse at these scales, text beside the sector."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    sector = (y > 4) & (y < 116) & (np.abs(x - 50) < 10 + 0.34 * y)
    frames = np.repeat(np.where(sector, 60, 0)[None].astype(np.uint8), len(scales), axis=0)
    for frame, scale in zip(frames, scales, strict=True):
        inside = ((y - centre[0]) / LENGTH) ** 2 + ((x - centre[1]) / WIDTH) ** 2 <= scale**2
        inside &= y - centre[0] <= BASE * scale
        frame[inside & sector] = 250
    frames[:, 2:6, 2:12] = 255
    return frames


def heart(scales: Sequence[float] | None = None, **changes: Any) -> EchoClip:
    """Return a 4CH clip of 1 mm pixels; ``changes`` replace its fields."""
    frames = draw(beating() if scales is None else scales)
    fields = {
        "frames": frames,
        "box": Box(0, 0, *SIZE),
        "spacing": (1.0, 1.0),
        "times_ms": steady_times(len(frames), 1000 / RATE_HZ),
        "view": "4CH",
    }
    return EchoClip(**(fields | changes))
