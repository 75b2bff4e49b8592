"""Fit the score of a frame on phantom patients, and say how well it predicts others.

Usage: python benchmarks/score.py OUT [--fitting N] [--held-out N] [--seed N]
                                  [--below DICE] [--estimators NAME ...]

Makes the phantom, carries the labels of one view a patient with every estimator, and compares the
score of every frame between ED and ES with the Dice of its fused label, the mean of cavity,
myocardium and atrium. The first patients fit it, all estimators together; the others are
measured. Writes OUT/frames-ESTIMATOR.tsv, which a second run takes up again, and
OUT/score.{tsv,md}: rank correlation, and the area under the curve for frames below a Dice, with
95 % intervals of a bootstrap over patients. Logs the constant of pseudolabels/quality.py.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from pseudolabel_tables import SAMPLES, write_table
from pseudolabels import CONFIG, DEFAULT, configured, one_view_each, phantom
from scipy.stats import mannwhitneyu, spearmanr

from echoweave.evaluation.measure_pseudolabels import frame_rows
from echoweave.io.cache import EchoSequence
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.labels import PARTS
from echoweave.logs import LOGGER, Progress, log_to
from echoweave.pseudolabels.estimators.base import Estimator
from echoweave.pseudolabels.estimators.registry import UNTRAINED
from echoweave.pseudolabels.generate import pseudo_labels
from echoweave.pseudolabels.quality import expected_loss

# Half of the other benchmarks', so that it takes minutes.
SIZE, NATIVE = 256, (240, 192)


def measure(
    name: str, estimator: Estimator, sequences: list[EchoSequence]
) -> Iterator[pd.DataFrame]:
    """Yield a table a sequence: the expected loss and the Dice of its inner frames."""
    progress, settings = Progress(name, len(sequences)), UNTRAINED[name].adapt(DEFAULT)
    for done, sequence in enumerate(sequences, 1):
        found = pseudo_labels(sequence, estimator, settings)
        truth = pd.DataFrame(frame_rows(sequence, sequence.dense_labels, found.fused))
        scored = truth[truth["structure"].isin(PARTS)]
        loss = pd.DataFrame({"loss": expected_loss(found.quality)})
        inner = loss.join(scored.groupby("frame")["dice"].mean(), how="inner")
        yield inner.assign(estimator=name, patient=sequence.patient)
        progress.update(done)


def fit(frames: pd.DataFrame) -> float:
    """Return the lost Dice for each unit of loss, by least squares."""
    return float((frames["loss"] * (1 - frames["dice"])).sum() / (frames["loss"] ** 2).sum())


def area(frames: pd.DataFrame, below: float) -> float:
    """Return how often a frame below the Dice has a lower score than one above; NaN without any."""
    bad = frames["dice"] < below
    if bad.all() or not bad.any():
        return float("nan")
    higher = mannwhitneyu(frames.loc[~bad, "score"], frames.loc[bad, "score"]).statistic
    return float(higher / (bad.sum() * (~bad).sum()))


def correlation(frames: pd.DataFrame) -> float:
    """Return the rank correlation of score and Dice."""
    return float(spearmanr(frames["score"], frames["dice"]).statistic)


def with_interval(frames: pd.DataFrame, measured: Callable[[pd.DataFrame], float]) -> str:
    """Return a measure with its 95 % interval over patients."""
    rng = np.random.default_rng(2023)
    rows = list(frames.reset_index().groupby("patient").indices.values())
    draws = rng.integers(len(rows), size=(SAMPLES, len(rows)))
    values = [measured(frames.iloc[np.concatenate([rows[i] for i in draw])]) for draw in draws]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return f"{measured(frames):.3f} [{low:.3f}, {high:.3f}]"


def summary(frames: pd.DataFrame, below: float) -> dict[str, Any]:
    """Return one row of the table."""
    return {
        "n": frames["patient"].nunique(),
        "frames": len(frames),
        f"frames below {below}": int((frames["dice"] < below).sum()),
        "rank correlation": with_interval(frames, correlation),
        "area under the curve": with_interval(frames, lambda rows: area(rows, below)),
        "mean error": f"{(frames['score'] - frames['dice']).abs().mean():.4f}",
    }


def main() -> None:
    """Fit, and measure on the others."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--fitting", type=int, default=16, help="patients that fit")
    parser.add_argument("--held-out", type=int, default=20, help="patients that are measured")
    parser.add_argument("--seed", type=int, default=2023, help="of the phantom")
    parser.add_argument("--below", type=float, default=0.97, help="Dice of a frame to be found")
    parser.add_argument("--estimators", nargs="+", default=["joint", "dis", "farneback"])
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with log_to(given.out / "log.txt"):
        patients = given.fitting + given.held_out
        caches = phantom(given.out, patients, given.seed, SIZE, NATIVE)
        sequences = one_view_each(caches)
        config = yaml.safe_load((CONFIG / "config.yaml").read_text())
        tables = []
        for name in given.estimators:
            path = given.out / f"frames-{name}.tsv"
            if not path.exists():
                estimator = configured(name, config)
                write_tsv(pd.concat(measure(name, estimator, sequences)), path)
            tables.append(read_tsv(path))
        frames = pd.concat(tables, ignore_index=True)
        fitting = frames["patient"].isin([one.patient for one in sequences[: given.fitting]])
        lost_dice = fit(frames[fitting])
        LOGGER.info("LOST_DICE: %.3f", lost_dice)
        held_out = frames[~fitting].assign(score=1 - lost_dice * frames["loss"])
        rows = [
            {"estimator": name, **summary(held_out[held_out["estimator"] == name], given.below)}
            for name in given.estimators
        ]
        write_table(pd.DataFrame(rows), given.out / "score.tsv")


if __name__ == "__main__":
    main()
