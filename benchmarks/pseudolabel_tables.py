"""Tables of the benchmarks of pseudo-labels: means, and paired differences with intervals."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.evaluation.statistics import bootstrap, mean_of_draws
from echoweave.io.tables import write_tsv
from echoweave.labels import STRUCTURES

SAMPLES, SEED = 2000, 2023
FORMATS = {"dice": "{:.4f}", "hd": "{:.2f}", "folded": "{:.3%}"}


def table(rows: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """Return Dice and HD of every structure beside each other, averaged over n sequences."""
    order = rows["estimator"].unique()
    wide = _wide(rows, *keys)
    groups = rows.groupby(list(keys))
    wide.insert(0, "n", groups["sequence"].nunique())
    wide["folded"] = groups["folded"].mean()
    return wide.reindex(order, level="estimator").reset_index()


def differences(rows: pd.DataFrame, reference: Callable[[str], str]) -> pd.DataFrame:
    """Return each estimator less its reference over n patients, with 95 % intervals.

    Both have seen the same sequences; the differences of a patient are averaged first, over the
    directions, too, where ``rows`` holds both.

    Args:
        rows: One row an estimator, sequence, direction and structure.
        reference: The name of the estimator that an estimator is compared with; its own: none.
    """
    values, found = _wide(rows, "estimator", "sequence"), []
    for name in rows["estimator"].unique():
        if reference(name) == name:
            continue
        less = (values.loc[name] - values.loc[reference(name)]).dropna()
        patients = less.groupby(less.index.str.split("_").str[0]).mean()
        cells = {column: _interval(column, patients[column]) for column in patients}
        found.append({"estimator": name, "less": reference(name), "n": len(patients), **cells})
    return pd.DataFrame(found)


def write_table(found: pd.DataFrame, path: Path) -> None:
    """Write a table as TSV and, as docs/pseudolabels.md shows it, as Markdown beside it."""
    write_tsv(found, path)
    lines = [[_title(name) for name in found.columns], ["---"] * len(found.columns)]
    for row in found.itertuples(index=False):
        cells = zip(found.columns, row, strict=True)
        lines.append([_cell(name, value) for name, value in cells])
    text = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    path.with_suffix(".md").write_text(text)


def _wide(rows: pd.DataFrame, *keys: str) -> pd.DataFrame:
    wide = rows.pivot_table(index=list(keys), columns="structure", values=["dice", "hd_mm"])
    wide = wide[[(m, s) for m in ("dice", "hd_mm") for s in STRUCTURES if s != "epi"]]
    wide.columns = [f"{measure}_{structure}" for measure, structure in wide.columns]
    return wide


def _interval(column: str, patients: pd.Series) -> str:
    """Return the mean over patients and its interval, with signs."""
    values = patients.to_numpy(np.float64)
    counted = np.stack((values, np.ones_like(values)), axis=1)
    low, high = bootstrap(counted, mean_of_draws, SAMPLES, SEED)
    signed = _format(column).replace(":", ":+")
    mean, low, high = (signed.format(value) for value in (values.mean(), low, high))
    return f"{mean} [{low}, {high}]"


def _cell(column: str, value: object) -> str:
    return value if isinstance(value, str) else _format(column).format(value)


def _format(column: str) -> str:
    return FORMATS.get(column.split("_")[0], "{}")


def _title(column: str) -> str:
    """Return what stands above a column: "Dice cavity" for dice_cavity."""
    return column.replace("hd_mm_", "HD ").replace("dice_", "Dice ")
