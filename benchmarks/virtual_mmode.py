"""Diameters of virtual M-mode on the phantom, against the analytic heart.

Usage: python benchmarks/virtual_mmode.py [--patients 30] [--size 200 160]
Of both views of each patient LVIDd and LVIDs are measured in the true mask of the virtual strip,
and on the same line in the heart that the phantom is drawn of, in steps of .01 mm. Prints a TSV:
mean absolute error with its 95 % interval over patients, the largest, and the share of views within
1 mm.
"""

import argparse
import sys

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.evaluation.statistics import bootstrap, mean_of_draws
from echoweave.labels import CAVITY
from echoweave.mmode.strip import LUMEN
from echoweave.mmode.virtual import LINE_HEIGHT, find_long_axes, virtual_strip
from echoweave.phantom.clip import record
from echoweave.phantom.patient import View, draw_patient
from echoweave.phantom.sector import Sector

SAMPLES, SEED = 2000, 1
STEP_MM = 0.01
LIMIT_MM = 1.0


def main() -> None:
    """Print the TSV."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=30)
    parser.add_argument("--size", type=int, nargs=2, default=(200, 160))
    options = parser.parse_args()
    rows = [
        {"patient": number, **errors_of(view, patient.sector)}
        for number in range(1, options.patients + 1)
        for patient in [draw_patient(SEED, number, tuple(options.size), (8, 12))]
        for view in patient.views
    ]
    errors = pd.DataFrame(rows)
    described = []
    for name in ("lvidd_mm", "lvids_mm"):
        sums = errors.groupby("patient")[name].agg(["sum", "count"]).to_numpy(float)
        low, high = bootstrap(sums, mean_of_draws, SAMPLES, SEED)
        described.append(
            {
                "measure": name,
                "views": len(errors),
                "patients": len(sums),
                "mae": errors[name].mean(),
                "mae_low": low,
                "mae_high": high,
                "largest": errors[name].max(),
                "within_1_mm": (errors[name] <= LIMIT_MM).mean(),
            }
        )
    pd.DataFrame(described).to_csv(sys.stdout, sep="\t", index=False, float_format="%.3g")


def errors_of(view: View, sector: Sector) -> dict[str, float]:
    """Return the absolute errors of a view in mm."""
    clip = record(view, sector, beats=1)
    masks, es = dict(enumerate(clip.labels)), view.n_systole - 1
    axes = find_long_axes(masks, len(clip.labels), clip.spacing_mm)
    strip = virtual_strip(clip.frames, axes, masks, clip.spacing_mm)
    assert strip.mask is not None
    assert strip.mm_per_row is not None
    found = (strip.mask == LUMEN).sum(axis=0) * strip.mm_per_row
    return {
        "lvidd_mm": abs(found[0] - analytic_width(view, sector, axes[0], 0.0)),
        "lvids_mm": abs(found[es] - analytic_width(view, sector, axes[es], 1.0)),
    }


def analytic_width(
    view: View, sector: Sector, axis: NDArray[np.float64], contraction: float
) -> float:
    """Return the cavity of the analytic heart on the line of a virtual strip, in mm."""
    base, apex = axis
    up = (apex - base)[::-1]
    across = np.array([-up[1], up[0]]) / np.hypot(*up)
    at = np.arange(-80, 80, STEP_MM)
    x0, y0 = (grid[0, 0] for grid in sector.pixel_centres())
    x = x0 + base[1] + LINE_HEIGHT * up[0] + at * across[0]
    y = y0 + base[0] + LINE_HEIGHT * up[1] + at * across[1]
    r, z = view.motion.backward(*view.pose.to_axis(x, y), contraction)
    return STEP_MM * int((view.motion.anatomy.labels(r, z) == CAVITY).sum())


if __name__ == "__main__":
    main()
