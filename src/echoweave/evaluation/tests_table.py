"""Paired comparison of the arms."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from echoweave.evaluation.accuracy_tables import measures
from echoweave.evaluation.names import display_name
from echoweave.evaluation.pairs import PairedValues, pair_up
from echoweave.evaluation.samples import TableSettings, is_missed, select
from echoweave.evaluation.smoothness import SHORTEST
from echoweave.evaluation.statistics import bootstrap, holm, median_of_draws, paired_p
from echoweave.evaluation.table import Column, Table
from echoweave.evaluation.volumes import volume_names
from echoweave.segmentation.arms import ARMS

_SMOOTHNESS = "smoothness_normalised_per_s3"
FAMILIES = ("primary", "exploratory")
_VIEWS = {"biplane": {"2CH", "4CH"}, "2CH": {"2CH"}, "4CH": {"4CH"}, "": set[str]()}
_COLUMNS = (
    *(Column("family", "Family"), Column("first", "First"), Column("second", "Second")),
    *(Column("measure", "Measure"), Column("structure", "Structure")),
    *(Column("n", "n"), Column("pairs", "Pairs")),
    *(Column("first_lost", "Lost by first"), Column("second_lost", "Lost by second")),
    Column("median_difference", "Median difference", 3, interval=("low", "high")),
    *(Column("p", "p", 4), Column("p_holm", "p (Holm)", 4)),
)
_PAIRING = (
    "Wilcoxon signed-rank test, two-sided, on one value a patient; differences are first - second, "
    "with the 95 % interval of their median over patients.",
    "Pairs: both arms are compared at the same instants of the same views (smoothness: the same "
    "sequences; volumes: patients whom both arms measured in the same views), then averaged over "
    "the n patients. Lost: what is left out because an arm misses or invents the structure, or "
    "cannot be measured in a view; Dice counts a missed structure as 0.",
)


def make_tests(
    tables: Mapping[str, pd.DataFrame], arms: Sequence[str], settings: TableSettings
) -> Table:
    """Return Wilcoxon's signed-rank test for each pair of arms and measure.

    Holm's correction is made in each of ``FAMILIES``.

    Args:
        tables: Rows of frames.tsv, volumes.tsv and smoothness.tsv of all arms, by those names.
        arms: The arms.
        settings: The volume mode, and what the intervals need.
    """
    rows = [
        _row(first, second, measure, structure, pairs, settings)
        for first, second in combinations(arms, 2)
        for measure, structure, pairs in _comparisons(tables, first, second, settings)
    ]
    rows.sort(key=lambda row: FAMILIES.index(row["family"]))
    for family in FAMILIES:
        members = [row for row in rows if row["family"] == family]
        adjusted = holm(np.array([row["p"] for row in members]))
        for row, p in zip(members, adjusted, strict=True):
            row["p_holm"] = p
    family = (
        f"Primary family: Dice, HD and normalised smoothness of {_listed(settings.parts)}, each "
        "arm that learns from pseudo-labels against each that learns from the manual masks alone. "
        "Everything else is exploratory. Holm's correction over each family by itself. No p for "
        "fewer than two patients."
    )
    alone = () if len(arms) > 1 else ("One arm alone: there is nothing to compare it with.",)
    notes = (*_PAIRING, family, *alone)
    return Table("Paired comparison of the arms.", _COLUMNS, rows, notes)


def _listed(structures: Sequence[str]) -> str:
    """Return "LV cavity, myocardium and left atrium"."""
    *names, last = map(display_name, structures)
    return f"{', '.join(names)} and {last}".replace(", LV ", ", ") if names else last


def _comparisons(
    tables: Mapping[str, pd.DataFrame], first: str, second: str, settings: TableSettings
) -> Iterator[tuple[str, str, PairedValues]]:
    """Yield (measure, structure, pairs); volumes have no structure.

    LV epi is the union of two structures: a test of its own would count them twice.
    """
    frames = tables["frames"].assign(lost=is_missed(tables["frames"], settings.unit))
    for structure in settings.parts:
        chosen = select(frames, structure=structure)
        for measure in measures(settings.unit):
            pairs = pair_up(chosen, first, second, ("patient", "view", "instant"), measure)
            yield measure, structure, pairs
    smoothness = tables["smoothness"]
    long = smoothness["n_frames"] >= SHORTEST
    smoothness = smoothness.assign(lost=long & smoothness[_SMOOTHNESS].isna())
    for structure in settings.parts:
        chosen = select(smoothness, structure=structure)
        pairs = pair_up(chosen, first, second, ("patient", "view"), _SMOOTHNESS)
        yield _SMOOTHNESS, structure, pairs
    volumes = select(tables["volumes"], mode=settings.simpson_mode)
    volumes = _in_the_same_views(volumes, first, second)
    for quantity in volume_names(settings.units).values():
        error = (volumes[quantity] - volumes[f"ref_{quantity}"]).abs()
        errors = volumes.assign(error=error.mask(volumes["lost"]))
        yield f"{quantity}_error", "", pair_up(errors, first, second, ("patient",), "error")


def _in_the_same_views(volumes: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Mark as lost what an arm measured in no view, or without a view that the other one used.

    The reference is measured in the arm's own views: errors from different ones do not compare.
    """
    volumes = volumes[volumes["arm"].isin([first, second])]
    views = volumes["method"].astype(object).fillna("").map(_VIEWS)
    used: dict[str, set[str]] = {}
    for patient, seen in zip(volumes["patient"], views, strict=True):
        used.setdefault(patient, set()).update(seen)
    lost = [
        not seen or seen != used[patient]
        for patient, seen in zip(volumes["patient"], views, strict=True)
    ]
    return volumes.assign(lost=np.array(lost, bool))


def _row(
    first: str,
    second: str,
    measure: str,
    structure: str,
    pairs: PairedValues,
    settings: TableSettings,
) -> dict[str, Any]:
    difference = pairs.first - pairs.second
    low, high = bootstrap(
        difference[:, None], median_of_draws, settings.bootstrap_samples, settings.seed
    )
    # Overlap, the largest error, and steadiness in time.
    primary = ("dice", f"hd_{settings.unit}", _SMOOTHNESS)
    other_labels = ARMS[first].labels != ARMS[second].labels
    return {
        "family": "primary" if measure in primary and other_labels else "exploratory",
        "first": first,
        "second": second,
        "measure": measure,
        "structure": structure,
        "n": len(difference),
        "pairs": pairs.units,
        "first_lost": pairs.first_lost,
        "second_lost": pairs.second_lost,
        "median_difference": np.median(difference) if len(difference) else np.nan,
        "low": low,
        "high": high,
        "p": paired_p(pairs.first, pairs.second),
    }
