"""Tables of the benchmarks of pseudo-labels: means, and paired differences with intervals."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.evaluation.statistics import bootstrap, mean_of_draws
from echoweave.io.tables import write_tsv
from echoweave.labels import STRUCTURES

SAMPLES, SEED = 2000, 2023
FORMATS = {
    "dice": "{:.4f}",
    "hd": "{:.2f}",
    "folded": "{:.3%}",
    "area": "{:.3f}",
    "seconds": "{:.2f}",
}


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
    order = rows["estimator"].unique()
    values = _wide(rows, "estimator", "sequence").reindex(order, level="estimator")
    return paired_differences(values, reference, lambda names: names.str.split("_").str[0])


def paired_differences(
    values: pd.DataFrame,
    reference: Callable[[str], str],
    patients: Callable[[pd.Index], pd.Index],
) -> pd.DataFrame:
    """Return the same for any measures; a cell that lacks some of the n says how many it has.

    Args:
        values: A column a measure, by estimator and sequence.
        reference: The name of the estimator that an estimator is compared with; its own: none.
        patients: Returns the patient of each sequence, or the sequences if each is one of n.
    """
    found = []
    for name in values.index.unique("estimator"):
        if reference(name) == name:
            continue
        less = (values.loc[name] - values.loc[reference(name)]).dropna(how="all")
        less = less.groupby(patients(less.index)).mean()
        cells = {column: _interval(column, less[column]) for column in less}
        found.append({"estimator": name, "less": reference(name), "n": len(less), **cells})
    return pd.DataFrame(found)


def write_table(found: pd.DataFrame, path: Path) -> None:
    """Write a table as TSV and, as docs/pseudolabels.md shows it, as Markdown beside it."""
    write_tsv(found, path)
    path.with_suffix(".md").write_text(markdown(found))


def markdown(found: pd.DataFrame) -> str:
    """Return a table as docs/pseudolabels.md shows it."""
    lines = [[_title(name) for name in found.columns], ["---"] * len(found.columns)]
    for row in found.itertuples(index=False):
        cells = zip(found.columns, row, strict=True)
        lines.append([_cell(name, value) for name, value in cells])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _wide(rows: pd.DataFrame, *keys: str) -> pd.DataFrame:
    wide = rows.pivot_table(index=list(keys), columns="structure", values=["dice", "hd_mm"])
    wide = wide[[(m, s) for m in ("dice", "hd_mm") for s in STRUCTURES if s != "epi"]]
    wide.columns = [f"{measure}_{structure}" for measure, structure in wide.columns]
    return wide


def _interval(column: str, less: pd.Series) -> str:
    """Return the mean difference and its interval, with signs; of one alone there is none."""
    values = less.dropna().to_numpy(np.float64)
    if not len(values):
        return ""
    counted = np.stack((values, np.ones_like(values)), axis=1)
    low, high = bootstrap(counted, mean_of_draws, SAMPLES, SEED)
    signed = _format(column).replace(":", ":+")
    mean, low, high = (signed.format(value) for value in (values.mean(), low, high))
    interval = f" [{low}, {high}]" if len(values) > 1 else ""
    count = f" (n = {len(values)})" if len(values) < len(less) else ""
    return f"{mean}{interval}{count}"


def _cell(column: str, value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if pd.isna(value) else _format(column).format(value)


def _format(column: str) -> str:
    return FORMATS.get(column.split("_")[0], "{}")


def _title(column: str) -> str:
    """Return what stands above a column: "Dice cavity" for dice_cavity."""
    plain = column.replace("hd_mm_", "HD ").replace("hd_px_", "HD px ").replace("dice_", "Dice ")
    return plain.replace("_", " ")
