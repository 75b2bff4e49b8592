"""Read the tables that the figures show."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from echoweave.io.tables import read_tsv
from echoweave.labels import PARTS
from echoweave.segmentation.arms import ARMS

# Order in which the figures show things; names that are not listed come last.
_ORDER = (
    *("cavity", "myocardium", "epi", "atrium"),
    *("forward", "backward", "fused"),
    *ARMS,
    *("still", "farneback", "dis"),
)


def read_tables(paths: Sequence[Path]) -> pd.DataFrame:
    """Return the rows of all tables in one; tables without rows add nothing but their columns."""
    tables = [read_tsv(path) for path in paths]
    full = [table for table in tables if len(table)]
    if full:
        return pd.concat(full, ignore_index=True)
    return tables[0] if tables else pd.DataFrame()


def structures_in(names: Iterable[str]) -> list[str]:
    """Return the structures among ``names`` that do not overlap, in the order of the figures."""
    return [name for name in in_order(names) if name in PARTS]


def in_order(names: Iterable[str]) -> list[str]:
    """Return the distinct names in the order in which every figure shows them."""
    known = {name: place for place, name in enumerate(_ORDER)}
    return sorted(set(names), key=lambda name: (known.get(name, len(known)), name))
