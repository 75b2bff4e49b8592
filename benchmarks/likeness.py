"""How like real clips the pictures of the phantom are: what stands still, and when it contracts.

Usage: python benchmarks/likeness.py FILE.npz ... --out DIR [--patients N] [--seed N]

What a file holds is in benchmarks/clip_files.py. Prints two Markdown tables, of real clips, of real
pairs and of phantom patients, one view each:

- by distance to the side of the sector, as a share of the picture's width: brightness over that of
  the inside, and how much the texture of ED and ES correlates where it lies (means over clips);
- the share of the contraction that is over after a quarter, half and three quarters of the time
  from ED to ES: of the true area of the cavity in the phantom, of the carried one (the default of
  config.yaml, mean of both directions) in real clips.
"""

import argparse
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from clip_files import read_clips
from numpy.typing import NDArray
from pseudolabel_tables import markdown
from pseudolabels import CONFIG, DEFAULT, configured, one_view_each, phantom
from scipy.ndimage import gaussian_filter

from echoweave.cpu import use_cpu
from echoweave.geometry.resize import resize_frames
from echoweave.geometry.sector import sector_mask
from echoweave.io.cache import EchoSequence
from echoweave.labels import structure_mask
from echoweave.pseudolabels.estimators.base import Estimator
from echoweave.pseudolabels.generate import pseudo_labels

SIDE = 256
# Shares of the width between which distances to the side are taken together; the last is inside.
EDGES = (0.0, 0.01, 0.03, 0.045, 0.06, 0.08, 0.11, 0.15, 0.25)
# Texture is what a Gaussian of so many pixels takes away; narrow rows of the sector do not count.
_TEXTURE_PX, _NARROW = 4.0, 0.3
_QUARTERS = (0.25, 0.5, 0.75)


def by_distance(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return brightness, and correlation of ED and ES, between ``EDGES``: [len(EDGES) - 1, 2]."""
    small = resize_frames(frames, (SIDE, SIDE))
    sector, ends = sector_mask(small), small[[0, -1]].astype(np.float64)
    columns = np.arange(SIDE)
    left = np.where(sector, columns, SIDE).min(axis=1)[:, None]
    right = np.where(sector, columns, -1).max(axis=1)[:, None]
    wide = sector & (right - left > _NARROW * SIDE)
    distance = np.minimum(columns - left, right - columns) / SIDE
    texture = ends - gaussian_filter(ends, (0, _TEXTURE_PX, _TEXTURE_PX))
    bands = [wide & (distance >= near) & (distance < far) for near, far in pairwise(EDGES)]
    found = [(ends[:, band].mean(), np.corrcoef(texture[:, band])[0, 1]) for band in bands]
    return np.array(found) / (found[-1][0], 1)


def contraction(labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the share of the loss of area that is over after each quarter of the time."""
    area = structure_mask(labels, "cavity").sum(axis=(1, 2))
    done = (area[0] - area) / (area[0] - area[-1])
    return np.interp(_QUARTERS, np.linspace(0, 1, len(area)), done)


def carried_contraction(clip: EchoSequence, estimator: Estimator) -> NDArray[np.float64]:
    """Return the same of the carried masks, averaged over both directions."""
    found = pseudo_labels(clip, estimator, DEFAULT)
    return (contraction(found.forward) + contraction(found.backward)) / 2


def rim_table(groups: Mapping[str, list[EchoSequence]]) -> pd.DataFrame:
    """Return brightness and correlation by distance to the side, two rows a group."""
    rows = []
    for name, clips in groups.items():
        profiles = np.mean([by_distance(clip.frames) for clip in clips], axis=0)
        for what, values in zip(("brightness", "correlation"), profiles.T, strict=True):
            bands = zip(pairwise(EDGES), values, strict=True)
            cells = {f"{near:g} to {far:g}": f"{value:.2f}" for (near, far), value in bands}
            rows.append({"of": name, "n": len(clips), "what": what, **cells})
    return pd.DataFrame(rows)


def time_table(groups: Mapping[str, list[NDArray[np.float64]]]) -> pd.DataFrame:
    """Return means and ranges of the share of the contraction that is over, a row a group."""
    rows = []
    for name, shares in groups.items():
        numbers = zip(
            _QUARTERS, np.mean(shares, 0), np.min(shares, 0), np.max(shares, 0), strict=True
        )
        cells = {f"after {at:g}": f"{mean:.2f} ({a:.2f} to {b:.2f})" for at, mean, a, b in numbers}
        rows.append({"of": name, "n": len(shares), **cells})
    return pd.DataFrame(rows)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.npz")
    parser.add_argument("--out", type=Path, required=True, help="keeps the phantom")
    parser.add_argument("--patients", type=int, default=20, help="of the phantom")
    parser.add_argument("--seed", type=int, default=5000, help="of the phantom")
    given = parser.parse_args()
    use_cpu(1)
    found = read_clips(given.files).values()
    clips, pairs = (
        [clip for clip in found if (len(clip.frames) == 2) == of_two] for of_two in (False, True)
    )
    made = one_view_each(phantom(given.out, given.patients, given.seed))
    groups = {"real clips": clips, "real pairs": pairs, "phantom": made}
    print(markdown(rim_table({name: some for name, some in groups.items() if some})))
    config = yaml.safe_load((CONFIG / "config.yaml").read_text())
    estimator = configured(config["pseudolabels"]["use"], config)
    courses = {
        "real clips": [carried_contraction(clip, estimator) for clip in clips],
        "phantom": [contraction(clip.dense_labels) for clip in made],
    }
    print(markdown(time_table({name: some for name, some in courses.items() if some})))


if __name__ == "__main__":
    main()
