"""Train the DIRNet for longer and longer, and see what it brings.

Usage: python benchmarks/iterations.py OUT [--training N] [--held-out N] [--iterations N ...]

As benchmarks/pseudolabels.py, but every training runs its own schedule to the end, on frames of
64x64 pixels, so that two cores reach thousands of iterations; both views of each patient are
measured, on 256x256 pixels. Writes OUT/iterations.{tsv,md}. A second run goes on where the first
was stopped.
"""

import argparse
from pathlib import Path

import pandas as pd
from pseudolabel_tables import table, write_table
from pseudolabels import DEFAULT, both_views, measure, models, phantom, train

from echoweave.io.tables import read_tsv, write_tsv
from echoweave.logs import log_to
from echoweave.registration.apply import Registrar

SIZE = 256
SMALL = {"size": 64, "grid_spacing_px": 4, "smoothing_px": 1.5}


def main() -> None:
    """Train and measure every length."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--training", type=int, default=12, help="patients that train, 2 validate")
    parser.add_argument("--held-out", type=int, default=4, help="patients that are measured")
    parser.add_argument("--iterations", type=int, nargs="+", default=[100, 400, 1600, 6400])
    parser.add_argument("--seed", type=int, default=2023, help="of the phantom and the trainings")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with log_to(given.out / "log.txt"):
        caches = phantom(given.out, given.training + given.held_out, given.seed, SIZE)
        training, held_out = caches[: given.training], both_views(caches[given.training :])
        tables = []
        for count in given.iterations:
            measured = given.out / f"measured/{count}.tsv"
            if not measured.exists():
                settings = models(count)["dirnet"] | SMALL
                path = train(given.out, training, f"dirnet-{count}", settings, given.seed)
                rows = measure({"dirnet": DEFAULT}, Registrar.load(path), held_out)
                write_tsv(pd.DataFrame(rows).assign(iterations=count), measured)
            tables.append(read_tsv(measured))
        fused = pd.concat(tables)
        fused = fused[fused["direction"] == "fused"]
        write_table(table(fused, "iterations", "estimator"), given.out / "iterations.tsv")


if __name__ == "__main__":
    main()
