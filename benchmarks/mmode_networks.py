"""Time and memory of the networks of strips, beside each other in one run.

Usage: python benchmarks/mmode_networks.py RESULTS [--repeats 5]
RESULTS is what the target `mmode` has made. Each network segments every test strip, repeatedly, the
networks in turn, on one thread, in a process of its own for its memory. Prints a TSV: seconds and
peak memory of a strip of each kind, the time as a multiple of that of the fastest network with its
95 % interval over the strips, and the minutes and the peak memory of the training, of which RESULTS
tells.
"""

import argparse
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.evaluation.statistics import bootstrap
from echoweave.io.tables import read_tsv
from echoweave.mmode.bundle import read_mmode_bundle
from echoweave.mmode.segmenter import MModeSegmenter
from echoweave.mmode.study.store import load_strip

TRAININGS = {"quicknat": "train_quicknat.tsv", "nnunet": "train_fold_mmode/2d_0.tsv"}
SAMPLES, SEED = 2000, 1


class Timed:
    """One network in a process of its own."""

    def __init__(self, bundle: Path) -> None:
        self.pool = ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=_load, initargs=(bundle,)
        )

    def seconds(self, strip: Path) -> float:
        """Segment a strip once."""
        return self.pool.submit(_segment, strip).result()

    def peak_mb(self) -> float:
        """Return the most memory that the process has had."""
        return self.pool.submit(_peak_mb).result()


def main() -> None:
    """Print the TSV."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    wing = options.results / "mmode"
    timed = {one.name: Timed(one) for one in sorted((wing / "bundles").iterdir())}
    strips = {path: load_strip(path) for path in sorted((wing / "strips").glob("*.h5"))}
    rows = []
    for kind in ("recorded", "virtual"):
        tested = [
            path for path, one in strips.items() if one.kind == kind and one.split == "testing"
        ]
        if tested:
            seconds = measure(timed, tested, options.repeats)
            rows += describe(kind, seconds, timed, options.results)
    pd.DataFrame(rows).to_csv(sys.stdout, sep="\t", index=False, float_format="%.4g")


def measure(
    timed: dict[str, Timed], strips: list[Path], repeats: int
) -> dict[str, NDArray[np.float64]]:
    """Return the median seconds of each strip, [strips], by network."""
    # Once in vain: the first pass reserves memory.
    for one in timed.values():
        one.seconds(strips[0])
    times = {name: np.zeros((len(strips), repeats)) for name in timed}
    for at, strip in enumerate(strips):
        for repeat in range(repeats):
            for name, one in timed.items():
                times[name][at, repeat] = one.seconds(strip)
    return {name: np.median(found, axis=1) for name, found in times.items()}


def describe(
    kind: str, seconds: dict[str, NDArray[np.float64]], timed: dict[str, Timed], results: Path
) -> list[dict[str, object]]:
    """Return a row for each network."""
    fastest = min(seconds.values(), key=lambda times: float(times.mean()))
    rows: list[dict[str, object]] = []
    for name, times in seconds.items():
        pairs = np.column_stack([times, fastest])
        low, high = bootstrap(pairs, _ratio_of_draws, SAMPLES, SEED)
        training = read_tsv(results / "benchmarks" / TRAININGS[name]).iloc[-1]
        rows.append(
            {
                "network": name,
                "strips": kind,
                "n": len(times),
                "seconds": times.mean(),
                "ratio": times.mean() / fastest.mean(),
                "ratio_low": low,
                "ratio_high": high,
                "peak_mb": timed[name].peak_mb(),
                "training_minutes": float(training["s"]) / 60,
                "training_peak_mb": float(training["max_rss"]),
            }
        )
    return rows


def _ratio_of_draws(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    ours, fastest = draws.sum(axis=1).T
    return np.asarray(ours / fastest)


_segmenters: list[MModeSegmenter] = []


def _load(bundle: Path) -> None:
    _segmenters.append(MModeSegmenter(read_mmode_bundle(bundle), threads=1))


def _segment(path: Path) -> float:
    pixels = load_strip(path).strip.pixels
    started = time.perf_counter()
    _segmenters[0].probability(pixels)
    return time.perf_counter() - started


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    main()
