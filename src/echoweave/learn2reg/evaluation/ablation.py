"""Tables of the ablation: what every variant reaches, what it adds, and what was published."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.errors import InputError, Problem
from echoweave.evaluation.names import display_name
from echoweave.evaluation.published import published_rows, published_sources, read_published
from echoweave.evaluation.table import Column, Table, write_table
from echoweave.io.tables import read_tsv
from echoweave.learn2reg.evaluation.differences import make_differences
from echoweave.learn2reg.evaluation.summary import (
    DEFINITIONS,
    INTERVAL_NOTE,
    MEASURES,
    OVER_CASES_NOTE,
    PERCENTILES,
    mean_interval,
    summarise_measure,
)
from echoweave.learn2reg.organs import ORGANS
from echoweave.learn2reg.splits import PUBLISHED_PAIRS
from echoweave.learn2reg.store import load_header

# The data set that the published numbers are of.
PUBLISHED_DATASET = "Learn2Reg abdominal CT"
# (Z, Y, X) of its volumes.
PUBLISHED_GRID = (256, 160, 192)

# What the published numbers may be of.
PUBLISHED_KEYS = {
    "ablation": ("dice_mean", "dice30", "hd95_voxels_mean", "hd_published", "sdlogj_published")
}
_SEEN = (
    "The noisy labels, ours and those of the published rows, come from a network that was trained "
    "on the training cases of the target, with their true labels."
)
_DICE30 = "Dice30: the 30th percentile over the pairs."


def write_ablation(
    *,
    variants: Mapping[str, Path],
    dataset: str,
    published: Path,
    out: Path,
    samples: int,
    seed: int,
) -> None:
    """Write ablation, differences and organs as .tsv, .md, .tex and .html.

    Args:
        variants: Variant -> the folder that :func:`~.evaluate.evaluate_pairs` has filled, in the
            order of the rows; each one is compared with the one before.
        dataset: What the pairs are of; published numbers stand beside ``PUBLISHED_DATASET`` alone.
        published: resources/learn2reg_published.tsv.
        out: Folder of the tables.
        samples: Draws of the intervals.
        seed: Seed of the draws.

    Raises:
        InputError: A table is missing or lacks the variant, or the published numbers are damaged.
    """
    pairs = {name: _rows(folder / "pairs.tsv", name) for name, folder in variants.items()}
    organs = {name: _rows(folder / "labels.tsv", name) for name, folder in variants.items()}
    theirs = read_published(published, PUBLISHED_DATASET, PUBLISHED_KEYS)
    tables = {
        "ablation": make_ablation(pairs, dataset, theirs, samples, seed),
        "differences": make_differences(pairs, organs, samples, seed),
        "organs": make_organs(organs, samples, seed),
    }
    for name, table in tables.items():
        write_table(table, out, name)


def grid_data_set(case: Path) -> str:
    """Return what a case, ``{name}.h5``, is of, by its grid: published numbers are of one grid."""
    shape = load_header(case).shape
    if shape == PUBLISHED_GRID:
        return PUBLISHED_DATASET
    return f"a data set of {' x '.join(map(str, reversed(shape)))} voxels"


def make_ablation(
    pairs: Mapping[str, pd.DataFrame],
    dataset: str,
    published: pd.DataFrame,
    samples: int,
    seed: int,
) -> Table:
    """Return a row a variant, then the published rows if they are of the same pairs.

    Args:
        pairs: Variant -> its pairs.tsv.
        dataset: What the pairs are of.
        published: What :func:`~echoweave.evaluation.published.read_published` returns.
        samples: Draws of the intervals.
        seed: Seed of the draws.
    """
    lines = [_line(name, rows, samples, seed) for name, rows in pairs.items()]
    columns = [Column("method", "Method"), Column("n", "n")]
    for measure, (heading, decimals) in MEASURES.items():
        columns += _measure_columns(measure, heading, decimals)
    columns.append(Column("lost", "Labels lost"))
    fewer = [
        heading
        for one, (heading, _) in MEASURES.items()
        if any(line[f"{one}_n"] < line["n"] for line in lines)
    ]
    definitions = [f"{heading}: {DEFINITIONS[one]}" for one, (heading, _) in MEASURES.items()]
    notes = [f"{INTERVAL_NOTE} {OVER_CASES_NOTE}", *definitions, _DICE30, _SEEN]
    if fewer:
        notes.append(f"Not all n pairs have {', '.join(fewer)}: the TSV says how many.")
    why_not = _why_not_published(pairs, dataset)
    if why_not:
        notes.append(why_not)
    else:
        lines += published_rows(published, "ablation")
        columns.append(Column("hd_published", "HD, not defined", 1))
        columns.append(Column("sdlogj_published", "SDlogJ, not defined", 2))
        notes += published_sources(published, "ablation")
    return Table("Variants of the registration on the pairs of validation.", columns, lines, notes)


def make_organs(organs: Mapping[str, pd.DataFrame], samples: int, seed: int) -> Table:
    """Return a row an organ: the mean Dice of every variant.

    Args:
        organs: Variant -> its labels.tsv.
        samples: Draws of the intervals.
        seed: Seed of the draws.
    """
    lines = []
    for label, organ in ORGANS.items():
        line: dict[str, Any] = {"organ": organ}
        for name, rows in organs.items():
            found = rows[(rows["label"] == label) & rows["dice"].notna()]
            values = found["dice"].to_numpy(float)
            line[f"{name}_n"] = len(values)
            line[f"{name}_lost"] = int(found["hd95_voxels"].isna().sum())
            for measure in ("dice", "hd95_voxels", "hd95_mm"):
                line[f"{name}_{measure}"] = float(found[measure].mean())
            line[f"{name}_low"], line[f"{name}_high"] = mean_interval(values, samples, seed)
        lines.append(line)
    columns = [Column("organ", "Organ")]
    for name in organs:
        ends = f"{name}_low", f"{name}_high"
        columns.append(Column(f"{name}_dice", display_name(name), 3, interval=ends))
        hidden = ("n", "lost", "hd95_voxels", "hd95_mm")
        columns += [Column(f"{name}_{key}", tsv_only=True) for key in hidden]
    note = (
        "Mean Dice over the n pairs that show the organ on both sides; the TSV has n, in how many "
        "of them the field has lost it, and HD95 over the others."
    )
    return Table("Dice of every organ.", columns, lines, (note, INTERVAL_NOTE))


def _rows(path: Path, variant: str) -> pd.DataFrame:
    table = read_tsv(path)
    rows = table[table["variant"] == variant] if "variant" in table else table.iloc[:0]
    if rows.empty:
        what = f"it has no row of the variant {variant}"
        raise InputError(Problem(str(path), "variant", what, "measure the variant anew"))
    return rows


def _line(name: str, rows: pd.DataFrame, samples: int, seed: int) -> dict[str, Any]:
    line: dict[str, Any] = {"method": display_name(name), "n": len(rows)}
    for measure in MEASURES:
        found = summarise_measure(rows, measure, samples, seed)
        percent = _percentile_key(measure)
        for key, value in found.items():
            line[
                key.replace("percentile", percent) if "percentile" in key else f"{measure}_{key}"
            ] = value
    line["lost"] = int(rows["lost"].sum())
    return line


def _percentile_key(measure: str) -> str:
    """Return "dice30", "sdlogj_70"."""
    joint = "" if measure == "dice" else "_"
    return f"{measure}{joint}{PERCENTILES[measure]}"


def _measure_columns(measure: str, heading: str, decimals: int) -> list[Column]:
    ends = f"{measure}_low", f"{measure}_high"
    columns = [Column(f"{measure}_mean", heading, decimals, interval=ends)]
    key = _percentile_key(measure)
    ends = f"{key}_low", f"{key}_high"
    if measure == "dice":
        columns.append(Column(key, "Dice30", decimals, interval=ends))
    else:
        columns += [Column(one, tsv_only=True) for one in (key, *ends)]
    hidden = ("n", "sd", "cases_low", "cases_high")
    return columns + [Column(f"{measure}_{name}", tsv_only=True) for name in hidden]


def _why_not_published(pairs: Mapping[str, pd.DataFrame], dataset: str) -> str:
    """Return why published numbers do not stand beside ours; "" if they do."""
    listed: Sequence[set[tuple[str, str]]] = [
        set(zip(rows["fixed"], rows["moving"], strict=True)) for rows in pairs.values()
    ]
    if dataset == PUBLISHED_DATASET and all(found == set(PUBLISHED_PAIRS) for found in listed):
        return ""
    theirs = f"the {len(PUBLISHED_PAIRS)} validation pairs of {PUBLISHED_DATASET}"
    what = f"these are {len(set().union(*listed))} pairs of {dataset}"
    return f"No published numbers are shown: they are of {theirs}, and {what}."
