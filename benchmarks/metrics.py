"""Time our surface metrics against MedPy's on one 20-frame 512x512 sequence, in one run.

Usage: python benchmarks/metrics.py
Prints both times, their ratio and the largest difference between the values; fails if the values
differ by more than 1e-6 mm or the ratio is below 10.
"""

import time
from collections.abc import Callable

import numpy as np
from medpy.metric import binary as medpy
from numpy.typing import NDArray

from echoweave.geometry.surfaces import surface_distances

FRAMES, SIZE, SPACING = 20, 512, (0.46, 0.31)
Masks = list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]


def make_sequence() -> Masks:
    """A beating ellipse of a ventricle's size, and a prediction that is a little off."""
    y, x = np.mgrid[:SIZE, :SIZE]
    generator = np.random.default_rng(1)
    pairs = []
    for frame in range(FRAMES):
        squeeze = 1 - 0.3 * np.sin(np.pi * frame / FRAMES)
        centres = ((220, 260), (220 + generator.normal(0, 4), 260 + generator.normal(0, 4)))
        pairs.append(
            tuple(
                ((y - cy) / 130) ** 2 + ((x - cx) / (65 * squeeze)) ** 2 <= 1 for cy, cx in centres
            )
        )
    return pairs


def ours(pairs: Masks) -> NDArray[np.float64]:
    """Return HD, HD95, pooled mean and MAD of each frame."""
    rows = []
    for prediction, reference in pairs:
        found = surface_distances(prediction, reference, SPACING)
        rows.append((found.hd, found.hd95, found.pooled_mean, found.mad))
    return np.array(rows)


def theirs(pairs: Masks) -> NDArray[np.float64]:
    """Return the same measures by MedPy."""
    rows = []
    for pair in pairs:
        directed = medpy.asd(*pair, SPACING), medpy.asd(*pair[::-1], SPACING)
        hd, hd95 = medpy.hd(*pair, SPACING), medpy.hd95(*pair, SPACING)
        rows.append((hd, hd95, medpy.assd(*pair, SPACING), np.mean(directed)))
    return np.array(rows)


def timed(measure: Callable[[Masks], NDArray[np.float64]], pairs: Masks) -> tuple[float, NDArray]:
    """Return the seconds that ``measure`` takes, best of three, and its values."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        values = measure(pairs)
        times.append(time.perf_counter() - began)
    return min(times), values


def main() -> None:
    """Measure, print and check."""
    pairs = make_sequence()
    (our_time, our_values), (their_time, their_values) = timed(ours, pairs), timed(theirs, pairs)
    difference = float(np.abs(our_values - their_values).max())
    ratio = their_time / our_time
    print(f"{FRAMES} frames of {SIZE} x {SIZE}; HD, HD95, pooled mean and MAD of one structure")
    print(f"MedPy     {their_time * 1000:8.1f} ms")
    print(f"EchoWeave {our_time * 1000:8.1f} ms")
    print(f"ratio     {ratio:8.1f}")
    print(f"largest difference {difference:.1e} mm")
    if difference > 1e-6 or ratio < 10:
        raise SystemExit("the values must agree within 1e-6 mm, at least 10 times faster")


if __name__ == "__main__":
    main()
