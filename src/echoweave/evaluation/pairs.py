"""Values of two arms at the same instants of the same patients."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from echoweave.evaluation.samples import select
from echoweave.evaluation.statistics import Values


@dataclass(frozen=True)
class PairedValues:
    """What two arms have in common.

    Attributes:
        first: One value a patient [P], the mean over the units that both arms have.
        second: The same of the other arm, over the same units.
        units: How many units both arms have, over all patients.
        first_lost: Units that are left out because the first arm has no value where there is one
            to be had.
        second_lost: The same of the second arm; a unit that both lost counts in both.
    """

    first: Values
    second: Values
    units: int
    first_lost: int
    second_lost: int


def pair_up(
    rows: pd.DataFrame, first: str, second: str, unit: Sequence[str], measure: str
) -> PairedValues:
    """Pair the values of two arms unit by unit, then average over each patient.

    Were each arm averaged over its own units first, an arm would look better for every hard one
    that it loses.

    Args:
        rows: Columns arm, those of ``unit``, ``measure``, and lost: whether the arm is to blame
            if it has no value.
        first: An arm.
        second: Another one. A unit that an arm has no row for is lost by it.
        unit: What identifies a measurement, "patient" among it: patient, view and instant.
        measure: The column of the values; NaN where there is none.
    """
    sides = {arm: select(rows, arm=arm).set_index(list(unit)) for arm in (first, second)}
    values, lost = (
        pd.concat({arm: side[column] for arm, side in sides.items()}, axis=1)
        for column in (measure, "lost")
    )
    lost = lost.astype("boolean").fillna(True)
    common = values.notna().all(axis=1)
    means = values[common].astype(float).groupby(level="patient").mean()
    return PairedValues(
        first=means[first].to_numpy(float),
        second=means[second].to_numpy(float),
        units=int(common.sum()),
        first_lost=int(lost.loc[~common, first].sum()),
        second_lost=int(lost.loc[~common, second].sum()),
    )
