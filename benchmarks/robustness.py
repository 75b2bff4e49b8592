"""Change the recordings and compare the default with optical flow and with standing still.

Usage: python benchmarks/robustness.py OUT [--patients N] [--seed N]

Makes phantom patients of another seed, changes brightness, size and frame rate one at a time, and
writes OUT/robustness.{tsv,md}. A second run goes on where the first was stopped.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from pseudolabel_tables import table, write_table
from pseudolabels import CONFIG, DEFAULT, both_views, configured, phantom, sequence_rows

from echoweave.io.cache import EchoSequence
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.logs import Progress, log_to
from echoweave.pseudolabels.estimators.registry import UNTRAINED
from echoweave.pseudolabels.generate import pseudo_labels


def with_gamma(gamma: float) -> Callable[[EchoSequence], EchoSequence]:
    """Return a change of brightness, as with another gain curve of the scanner."""
    return lambda sequence: replace(
        sequence, frames=np.rint(255 * (sequence.frames / 255) ** gamma).astype(np.uint8)
    )


def every_second(sequence: EchoSequence) -> EchoSequence:
    """Return the sequence at half the frame rate; the last frame that is left is ES."""
    dense = sequence.dense_labels[::2]
    return replace(
        sequence,
        frames=sequence.frames[::2],
        labels=dense[[0, -1]],
        dense_labels=dense,
        es=len(dense) - 1,
    )


def as_it_is(sequence: EchoSequence) -> EchoSequence:
    """Return the sequence."""
    return sequence


SIZE = 256
# Name -> (side of the frames, change).
CHANGES: dict[str, tuple[int, Callable[[EchoSequence], EchoSequence]]] = {
    "as recorded": (SIZE, as_it_is),
    "gamma 0.5": (SIZE, with_gamma(0.5)),
    "gamma 2": (SIZE, with_gamma(2)),
    "112 pixels": (112, as_it_is),
    "512 pixels": (512, as_it_is),
    "every second frame": (SIZE, every_second),
}


def measure(change: str, caches: list[Path]) -> pd.DataFrame:
    """Return the fused labels of every estimator, one row a sequence and structure."""
    config = yaml.safe_load((CONFIG / "config.yaml").read_text())
    estimators = {
        name: (configured(name, config), entry.adapt(DEFAULT)) for name, entry in UNTRAINED.items()
    }
    sequences = [CHANGES[change][1](sequence) for sequence in both_views(caches)]
    rows, progress = [], Progress(change, len(sequences))
    for done, sequence in enumerate(sequences, 1):
        for name, (motion, settings) in estimators.items():
            labels = pseudo_labels(sequence, motion, settings)
            for row in sequence_rows(sequence, labels):
                rows.append({"change": change, "estimator": name, **row})
        progress.update(done)
    found = pd.DataFrame(rows)
    return found[found["direction"] == "fused"]


def main() -> None:
    """Run every change."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--patients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=31)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with log_to(given.out / "log.txt"):
        tables = []
        for change, (size, _) in CHANGES.items():
            measured = given.out / f"{change.replace(' ', '-')}.tsv"
            if not measured.exists():
                caches = phantom(given.out / str(size), given.patients, given.seed, size)
                write_tsv(measure(change, caches), measured)
            tables.append(table(read_tsv(measured), "change", "estimator"))
        write_table(pd.concat(tables), given.out / "robustness.tsv")


if __name__ == "__main__":
    main()
