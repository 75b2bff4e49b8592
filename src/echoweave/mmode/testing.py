"""Measure a bundle on windows with masks: on what users get, at the windows' own sizes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.clips.clip import Box
from echoweave.evaluation.statistics import bootstrap, mean_of_draws, pooled_dice_of_draws
from echoweave.geometry.overlap import dice
from echoweave.io.atomic import whole_folder
from echoweave.io.png import write_grey
from echoweave.io.tables import write_tsv
from echoweave.logs import Progress
from echoweave.mmode.bundle import read_mmode_bundle
from echoweave.mmode.segmenter import MModeSegmenter
from echoweave.mmode.window_files import MaskedWindow, read_windows
from echoweave.segmentation.files import patient_of

WINDOW_TABLE, SUMMARY_TABLE = "windows.tsv", "summary.tsv"
_SHOWN = 10
# Of a probability in a logarithm: the nearest float32 has to 1.
_LEAST = 2.0**-24


def measure_windows(
    bundle: Path, windows: Path, samples: int, seed: int, threads: int, folder: Path
) -> None:
    """Apply a bundle to test windows and measure what it finds.

    The folder gets, whole or not at all, ``WINDOW_TABLE`` with one row a window (window, animal,
    loss, dice, mse), ``SUMMARY_TABLE`` with one row over all (see :func:`summarise_windows`), and
    of the first ten windows image_, pred_ and mask_{window}.png.

    Args:
        bundle: The bundle, of either network.
        windows: Folder of windows of test animals, see :mod:`echoweave.mmode.window_files`.
        samples: Draws of the intervals.
        seed: Of the draws.
        threads: Threads to run the network with.
        folder: Where to.

    Raises:
        InputError: No bundle for strips, or no folder of windows.
    """
    segmenter = MModeSegmenter(read_mmode_bundle(bundle), threads)
    measured = read_windows(windows)
    progress = Progress("test windows", len(list(windows.glob("img/*.png"))))
    rows = []
    with whole_folder(folder) as whole:
        for done, window in enumerate(measured, start=1):
            box = Box(0, 0, *window.picture.shape)
            probability = segmenter.window_probability(window.picture, box)
            rows.append(window_measures(window, probability))
            if done <= _SHOWN:
                _write_pictures(window, probability > 0.5, whole)
            progress.update(done)
        table = pd.DataFrame(rows)
        write_tsv(table[["window", "animal", "loss", "dice", "mse"]], whole / WINDOW_TABLE)
        write_tsv(summarise_windows(table, samples, seed), whole / SUMMARY_TABLE)


def window_measures(window: MaskedWindow, probability: NDArray[np.float32]) -> dict[str, Any]:
    """Return how well the lumen was found in a window.

    Args:
        window: With its mask.
        probability: float32 [S, S] of the lumen.

    Returns:
        window, animal, loss (binary cross-entropy, mean over the pixels), dice (NaN where neither
        mask has lumen), mse (mean squared error of the rounded mask), and what Dice is made of over
        several: shared and sizes, in pixels.
    """
    found = probability > 0.5
    likely = np.clip(np.where(window.mask, probability, 1 - probability).astype(float), _LEAST, 1)
    return {
        "window": window.name,
        "animal": patient_of(window.name),
        "loss": float(-np.log(likely).mean()),
        "dice": dice(found, window.mask),
        "mse": float(np.mean(found != window.mask)),
        "shared": int(np.count_nonzero(found & window.mask)),
        "sizes": int(np.count_nonzero(found) + np.count_nonzero(window.mask)),
    }


def summarise_windows(rows: pd.DataFrame, samples: int, seed: int) -> pd.DataFrame:
    """Return n_windows, n_animals and loss, dice and mse, each with its 95 % interval.

    Loss and MSE are means over the windows, Dice is that of all windows together. The interval is
    that of the bootstrap over animals, and empty where there is one alone.

    Args:
        rows: Those of :func:`window_measures`.
        samples: Draws of the intervals.
        seed: Of the draws.
    """
    of_animals = rows.groupby("animal")
    summary: dict[str, Any] = {"n_windows": len(rows), "n_animals": of_animals.ngroups}
    for name in ("loss", "dice", "mse"):
        parts, statistic = (
            (of_animals[["shared", "sizes"]].sum(), pooled_dice_of_draws)
            if name == "dice"
            else (of_animals[name].agg(["sum", "count"]), mean_of_draws)
        )
        values = parts.to_numpy(float)
        low, high = bootstrap(values, statistic, samples, seed)
        (found,) = statistic(values[None])
        summary |= {name: found, f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame([summary])


def _write_pictures(window: MaskedWindow, found: NDArray[np.bool_], folder: Path) -> None:
    pictures: Sequence[tuple[str, NDArray[np.uint8]]] = (
        ("image", window.picture),
        ("pred", found * np.uint8(255)),
        ("mask", window.mask * np.uint8(255)),
    )
    for part, pixels in pictures:
        write_grey(folder / f"{part}_{window.name}.png", pixels)
