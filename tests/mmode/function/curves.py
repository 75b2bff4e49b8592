"""Diameters whose beats are known."""

import numpy as np

# Time of a column, as Vevo machines record mice.
MS = 0.83
# A slow human beat from one end-diastole to the next: contraction, fast filling, a plateau with a
# top of its own, and what the atrium adds. Share of the beat, share of the change.
_PHASE = (0, 0.05, 0.35, 0.4, 0.55, 0.65, 0.85, 0.95, 1)
_SHARE = (1, 0.98, 0, 0.05, 0.9, 0.85, 0.85, 1, 1)


def sine(bpm: float, ms: float = MS, seconds: float = 3.0, start: float = 0.1) -> np.ndarray:
    """200 px at end-diastole, 100 at systole; ``start`` in beats after an end-diastole."""
    time = np.arange(round(1000 * seconds / ms)) * ms
    return 150 + 50 * np.cos(2 * np.pi * (time * bpm / 60_000 + start))


def human(bpm: float, ms: float, seconds: float, start: float = 0.5) -> np.ndarray:
    """60 px at end-diastole, 40 at systole."""
    time = np.arange(round(1000 * seconds / ms)) * ms
    return 40 + 20 * np.interp((time * bpm / 60_000 + start) % 1, _PHASE, _SHARE)


def mask(upper: np.ndarray, lower: np.ndarray, rows: int) -> np.ndarray:
    """1 in pixels whose centre lies between the two borders."""
    centre = np.arange(rows)[:, None] + 0.5
    return ((centre > upper) & (centre < lower)).astype(np.float32)
