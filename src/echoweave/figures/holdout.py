"""The hold-out: what a figure of the pseudo-labels shows, and nothing else."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from echoweave.evaluation.roles import HOLDOUT, add_roles
from echoweave.figures.tables import read_tables

NOTHING = "No hold-out sequence with a reference mask for every frame"


def read_holdout(quality: Sequence[Path], roles: Path) -> pd.DataFrame:
    """Return the rows with a Dice of patients that no registration network has seen.

    Args:
        quality: Tables of :func:`echoweave.evaluation.measure_pseudolabels.measure_pseudolabels`.
        roles: The table of :func:`echoweave.registration.roles.write_roles`.
    """
    table = add_roles(read_tables(quality), roles)
    return table[(table["role"] == HOLDOUT) & table["dice"].notna()]


def describe_holdout(table: pd.DataFrame) -> str:
    """Return whose labels a figure shows, for its legend."""
    n = table["patient"].nunique()
    return f"Hold-out: {n} patient{'s' * (n != 1)} that no registration network has seen"
