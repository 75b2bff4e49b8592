"""Keep apart what was measured on patients that a registration network has seen."""

from pathlib import Path

import pandas as pd

from echoweave.io.tables import read_tsv
from echoweave.registration.split import ROLES

HOLDOUT = ROLES[0]


def add_roles(rows: pd.DataFrame, roles: Path) -> pd.DataFrame:
    """Return ``rows`` with the column role, one of ``ROLES``, for their column patient.

    Args:
        rows: Measured rows of training patients.
        roles: The table of :func:`echoweave.registration.roles.write_roles`.
    """
    known = read_roles(roles)
    return rows.assign(role=[known[patient] for patient in rows["patient"]])


def read_roles(path: Path) -> dict[str, str]:
    """Return patient -> role of the table of :func:`echoweave.registration.roles.write_roles`."""
    table = read_tsv(path)
    return dict(zip(table["patient"], table["role"], strict=True))
