"""Tidy tables as TSV."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file


def write_tsv(table: pd.DataFrame, path: Path) -> None:
    """Write ``table`` without its index; missing values become empty cells."""
    with whole_file(path) as temporary:
        table.to_csv(temporary, sep="\t", index=False, float_format="%.6g")


def read_tsv(path: Path, names: Collection[str] = ()) -> pd.DataFrame:
    """Read a table written by :func:`write_tsv`; only empty cells count as missing.

    Args:
        path: The file.
        names: Columns that stay text where they look like numbers ("007").

    Raises:
        InputError: It is missing, or no table.
    """
    try:
        return pd.read_csv(
            path, sep="\t", keep_default_na=False, na_values=[""], dtype=dict.fromkeys(names, str)
        )
    # Bytes that are no text and tables without columns are ValueErrors too.
    except (OSError, ValueError) as error:
        what = f"not a readable table ({error})"
        raise InputError(Problem(str(path), "", what, "make it anew")) from error
