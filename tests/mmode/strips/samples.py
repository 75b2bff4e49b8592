"""A small M-mode of a beating ventricle, and trees and files of such."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from echoweave.clips.clip import Box
from echoweave.clips.regions import CENTIMETRES, MMODE, SECONDS, TISSUE, Region
from echoweave.phantom.dicom import write_dicom

Greys = NDArray[np.uint8]
ROWS, BEAT = 96, 60
# The frames of scrolling samples.
WIDTH = 240


def beating_strip(columns: int, seed: int = 0, smooth: float = 1.5) -> Greys:
    """Walls that move alike in every beat, under speckle that is new in every column.

    Args:
        columns: Of ``BEAT`` columns a beat.
        seed: Of the speckle.
        smooth: How far it reaches in time, in columns.
    """
    rng = np.random.default_rng(seed)
    x, y = np.arange(columns), np.arange(ROWS)[:, None]
    phase = np.cos(2 * np.pi * x / BEAT)
    upper, lower = ROWS * (0.3 + 0.03 * phase), ROWS * (0.65 - 0.08 * phase)
    echo = 0.15 + 0.7 / (1 + np.exp((y - upper) / 2)) + 0.85 / (1 + np.exp((lower - y) / 2))
    parts = [gaussian_filter(rng.normal(size=echo.shape), (1, smooth)) for _ in range(2)]
    speckle = np.hypot(*parts)
    return np.asarray(np.clip(90 * echo * speckle / speckle.mean(), 0, 255), np.uint8)


def scrolled(strip: Greys, starts: Sequence[int], width: int = WIDTH) -> Greys:
    """Frames [T, Y, width] that show the strip from each of ``starts`` on."""
    return np.stack([strip[:, start : start + width] for start in starts])


def mmode_region(box: Box, data_type: int = TISSUE, **changed: Any) -> Region:
    """An M-mode of .05 mm a row and 2 ms a column."""
    about = {
        "box": box,
        "spatial_format": MMODE,
        "data_type": data_type,
        "delta": (0.005, 0.002),
        "units": (CENTIMETRES, SECONDS),
    }
    return Region(**(about | changed))


def write_mmode(
    path: Path, frames: NDArray[Any], region: Region | None = None, **stored: Any
) -> None:
    """A DICOM file all of whose picture is M-mode; further arguments are of ``write_dicom``."""
    rows, columns = frames.shape[1:3]
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = mmode_region(Box(0, 0, rows, columns)) if region is None else region
    write_dicom(path, frames, (whole,), **stored)


def write_png(path: Path, pixels: NDArray[Any]) -> None:
    """A picture; colours are red, green, blue."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = pixels[..., ::-1] if pixels.ndim == 3 else pixels
    assert cv2.imwrite(str(path), stored)


def sample_mask(columns: int, value: int = 255) -> Greys:
    """Rows 30 to 59 of every column."""
    mask = np.zeros((ROWS, columns), np.uint8)
    mask[30:60] = value
    return mask


TRACES = "line,x,y\nupper,0,30\nupper,99,30\nlower,0,60\nlower,99,60\n"


def write_tree(root: Path, table: str | None = None) -> None:
    """Three animals: two pictures of m1, one with a mask, one of m2 with traces, a DICOM of m3.

    Args:
        root: The folder.
        table: ``strips.tsv``; None: one that lists them.
    """
    for seed, name in enumerate(("m1_a", "m1_b", "m2_a")):
        write_png(root / f"img/{name}.png", beating_strip(100, seed))
    write_png(root / "mask/m1_a.png", sample_mask(100))
    (root / "traces").mkdir()
    (root / "traces/m2_a.csv").write_text(TRACES)
    write_mmode(root / "dicom/m3_a.dcm", beating_strip(100, 3)[None])
    (root / "strips.tsv").write_text(TABLE if table is None else table)


TABLE = """recording\tanimal\tfile\tmm_per_px\tms_per_px\tmass_g\tsplit
m1_a\tm1\timg/m1_a.png\t0.05\t2\t21.5\ttraining
m1_b\tm1\timg/m1_b.png\t0.05\t2\t\ttraining
m2_a\tm2\timg/m2_a.png\t0.05\t2\t\tvalidation
m3_a\tm3\tdicom/m3_a.dcm\t\t\t\ttesting
"""
