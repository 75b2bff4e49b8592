"""Beats of M-mode recordings of mice against what people measured in the same animals.

Usage: python benchmarks/mmode_beats.py FILE > TABLE.tsv
FILE is a TSV, gzipped or not, with a row for each pair of an automatic end-diastole and end-systole
and the columns of ``COLUMNS``; values may be missing. Prints a row for each method and quantity:

- theirs: the pairs of the file, the n-th diastole with the n-th systole; median of a mouse.
- theirs_mean: the same pairs, mean of a mouse.
- ours: the systole of a beat is the least diameter between its end-diastole and the next, or, where
  the next was left out for its quality, within the recording's usual beat; median of a mouse.
- ours_corrected: what people would have measured, learnt from the mice of other studies by the best
  of a shift, a line and a parabola in LVIDd, LVIDs, FS and heart rate. Which is best is judged
  among those studies alone, each left out in turn: nothing of a mouse's own studies is ever seen.

EF and FS are those of each beat (Teichholz, uL from mm). A mouse in several studies is one mouse,
and beats that several studies list are taken once. Intervals are those of 95 % over 2000 draws of
whole mice; differences are those to theirs, on the mice that both have.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.evaluation.statistics import agree, bootstrap, correlation_of_draws, mae_of_draws
from echoweave.mmode.function.beats import BRIEFEST, LONGEST, systoles_between
from echoweave.mmode.function.measure import animal_rows
from echoweave.mmode.function.species import SPECIES, lost_percent, teichholz_volume

Values = NDArray[np.float64]
# Fitted to features [N, F] and references [N], takes features and returns predictions.
Correction = Callable[[Values], Values]
Fit = Callable[[Values, Values], Correction]

QUANTITIES = {
    "lvidd_mm": "manual_lvidd_mm",
    "lvids_mm": "manual_lvids_mm",
    "ef_percent": "manual_ef_percent",
    "fs_percent": "manual_fs_percent",
}
NAMES = ("study", "mouse_id", "recording")
NUMBERS = ("lvidd_mm", "lvidd_s", "lvids_mm", "lvids_s", "heart_rate_bpm", *QUANTITIES.values())
QUALITIES = ("lvidd_quality", "lvids_quality")
COLUMNS = (*NAMES, *NUMBERS, *QUALITIES)
FEATURES = ("lvidd_mm", "lvids_mm", "fs_percent", "heart_rate_bpm")
SAMPLES, SEED = 2000, 1
NOTHING_TO_LEARN = "no correction: no mice of another study to learn it from"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; see above."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "file", type=Path, help="TSV of beats, as of shared/data/mmode_beats.tsv.gz"
    )
    try:
        table = compared(read(parser.parse_args(arguments).file))
    except InputError as error:
        sys.exit(f"Error: {error}")
    table.to_csv(sys.stdout, sep="\t", index=False, float_format="%.3f")


def read(file: Path) -> pd.DataFrame:
    """Return the pairs of ``file``, each of them once, with the take that they belong to.

    Raises:
        InputError: If it is no such file.
    """
    try:
        pairs = pd.read_csv(file, sep="\t", dtype=dict.fromkeys(NAMES, str))
    except (OSError, ValueError, EOFError) as error:
        raise InputError(Problem(str(file), "", str(error), "give a TSV of beats")) from error
    missing = [name for name in COLUMNS if name not in pairs]
    if missing:
        what, remedy = f"no column {', '.join(missing)}", f"have {', '.join(COLUMNS)}"
        raise InputError(Problem(str(file), "header", what, remedy))
    numbers = pairs[list(NUMBERS)].apply(pd.to_numeric, errors="coerce")
    # Low windows do not count; what was not judged does.
    judged = pairs[list(QUALITIES)].fillna("high").apply(lambda one: one.str.lower())
    pairs = pairs.assign(**numbers)[(judged == "high").all(axis=1)].dropna(subset=list(NAMES))
    # A strip that was read twice stands in one recording: its time starts anew.
    restarts = pairs.groupby(list(NAMES))["lvidd_s"].diff() < 0
    pairs["take"] = restarts.groupby([pairs[name] for name in NAMES]).cumsum()
    return pairs


def compared(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the table: a row for each method and quantity."""
    people = pairs.groupby("mouse_id")[list(QUANTITIES.values())].mean()
    studies = pairs.groupby("mouse_id")["study"].agg(frozenset)
    once = pairs.drop_duplicates(["mouse_id", *NUMBERS[:5]])
    by_index = with_function(once)
    within = with_function(paired_within_beats(once))
    theirs, ours = (medians(one) for one in (by_index, within))
    mean = by_index.groupby("mouse_id")[list(QUANTITIES)].mean()
    corrected, notes = corrected_mice(ours, people, studies)
    methods = {"theirs": theirs, "theirs_mean": mean, "ours": ours, "ours_corrected": corrected}
    return pd.DataFrame(
        {"method": method, "quantity": name}
        | agreement(mice[name], theirs[name], people[manual].dropna(), studies)
        | {"note": notes[name] if method == "ours_corrected" else ""}
        for method, mice in methods.items()
        for name, manual in QUANTITIES.items()
    )


def paired_within_beats(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the beats of every recording, each with its own systole."""
    return pd.concat(
        [_beats_of(take) for _, take in pairs.groupby([*NAMES, "take"])], ignore_index=True
    )


def _beats_of(take: pd.DataFrame) -> pd.DataFrame:
    """Return the beats of one recording, from its two lists."""
    diastoles = take.dropna(subset=["lvidd_mm", "lvidd_s"]).sort_values("lvidd_s")
    systoles = take.dropna(subset=["lvids_mm", "lvids_s"]).sort_values("lvids_s")
    starts = diastoles["lvidd_s"].to_numpy()
    lasting = np.append(np.diff(starts), np.inf)[: len(starts)]
    rate = take["heart_rate_bpm"].median()
    usual = 60 / rate if rate > 0 else diastoles["lvidd_s"].diff().median()
    # The next end-diastole may have been left out; two within a beat are not both one.
    ends = starts + np.where(lasting <= LONGEST * usual, lasting, usual)
    found = systoles_between(
        starts, ends, systoles["lvids_s"].to_numpy(), systoles["lvids_mm"].to_numpy()
    )
    whole = (found >= 0) & (ends - starts >= BRIEFEST * usual)
    beats = diastoles[whole].copy()
    beats["lvids_mm"] = systoles["lvids_mm"].to_numpy()[found[whole]]
    return beats


def with_function(beats: pd.DataFrame) -> pd.DataFrame:
    """Return the beats that have both diameters, with EF and FS."""
    beats = beats.dropna(subset=["lvidd_mm", "lvids_mm"])
    diastole, systole = (beats[name].to_numpy() for name in ("lvidd_mm", "lvids_mm"))
    edv, esv = (teichholz_volume(one, SPECIES["mouse"]) for one in (diastole, systole))
    return beats.assign(
        ef_percent=lost_percent(edv, esv), fs_percent=lost_percent(diastole, systole)
    )


def medians(beats: pd.DataFrame) -> pd.DataFrame:
    """Return the medians of each mouse over its beats."""
    names = [*QUANTITIES, "heart_rate_bpm"]
    return animal_rows(beats.assign(good=True), beats[["mouse_id"]], names).set_index("mouse_id")


def corrected_mice(
    mice: pd.DataFrame, people: pd.DataFrame, studies: "pd.Series[frozenset[str]]"
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return each mouse corrected by what other studies teach, and what was chosen how often.

    Args:
        mice: A row a mouse, medians.
        people: A row a mouse, what people measured.
        studies: Those that each mouse is in.
    """
    corrected = pd.DataFrame(np.nan, index=mice.index, columns=list(QUANTITIES))
    notes = {}
    for name, manual in QUANTITIES.items():
        references = people[manual].reindex(mice.index).to_numpy(float)
        # The quantity itself comes first: a shift needs no other.
        features = mice[[name, *FEATURES]].to_numpy(float)
        learnt, chosen = _learnt_elsewhere(features, references, studies[mice.index].tolist())
        corrected[name] = learnt
        counts = [f"{fit} for {count} mice" for fit, count in Counter(chosen).most_common()]
        notes[name] = "; ".join(counts) or NOTHING_TO_LEARN
    return corrected, notes


def _learnt_elsewhere(
    features: Values, references: Values, studies: Sequence[frozenset[str]]
) -> tuple[Values, list[str]]:
    """Return the prediction of each mouse [N], NaN without others to learn from, and its fit."""
    predictions, chosen = np.full(len(references), np.nan), []
    for tested, others in left_out(studies, np.isfinite(references)):
        inner = [studies[mouse] for mouse in others]
        errors = {
            name: _error_elsewhere(fit, features[others], references[others], inner)
            for name, fit in FITS.items()
        }
        # Without a third study nothing can be judged, and the first, a shift, is the least bold.
        best = min(FITS, key=lambda name: errors[name])
        predictions[tested] = FITS[best](features[others], references[others])(features[tested])
        chosen += [best] * len(tested)
    return predictions, chosen


def _error_elsewhere(
    fit: Fit, features: Values, references: Values, studies: Sequence[frozenset[str]]
) -> float:
    """Return the mean absolute error where each study is predicted by the others."""
    errors = [
        np.abs(fit(features[others], references[others])(features[tested]) - references[tested])
        for tested, others in left_out(studies, np.ones(len(references), bool))
    ]
    return float(np.nanmean(np.concatenate(errors))) if errors else np.inf


def left_out(
    studies: Sequence[frozenset[str]], known: NDArray[np.bool_]
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield mice of the same studies, and the known mice that are in none of these."""
    for left in sorted(set(studies), key=sorted):
        tested = [mouse for mouse, own in enumerate(studies) if own == left]
        others = [mouse for mouse, own in enumerate(studies) if known[mouse] and not own & left]
        if len(others) > 1:
            yield tested, others


def shift(features: Values, references: Values) -> Correction:
    """Add the median difference of people to the quantity, the first of ``features``."""
    by = float(np.nanmedian(references - features[:, 0]))
    return lambda mice: mice[:, 0] + by


def line(features: Values, references: Values) -> Correction:
    """Fit a plane to all but the first of ``features``, barely held back."""
    return _ridge(features[:, 1:], references, lambda inputs: inputs, 0.003)


def parabola(features: Values, references: Values) -> Correction:
    """Fit with squares and products of all but the first of ``features``, held back."""
    return _ridge(features[:, 1:], references, _with_products, 0.1)


FITS: dict[str, Fit] = {"shift": shift, "line": line, "parabola": parabola}


def _with_products(inputs: Values) -> Values:
    first, second = np.triu_indices(inputs.shape[1])
    return np.column_stack([inputs, inputs[:, first] * inputs[:, second]])


def _ridge(
    features: Values, references: Values, basis: Callable[[Values], Values], penalty: float
) -> Correction:
    """Fit ridge regression on standardised features; missing ones count as the usual."""
    centre, scale = _standard(features)
    inputs = basis(np.nan_to_num((features - centre) / scale))
    middle, width = _standard(inputs)
    inputs = (inputs - middle) / width
    square = inputs.T @ inputs + penalty * len(inputs) * np.eye(inputs.shape[1])
    weights = np.linalg.solve(square, inputs.T @ (references - references.mean()))

    def predict(mice: Values) -> Values:
        standard = basis(np.nan_to_num((mice[:, 1:] - centre) / scale))
        return np.asarray((standard - middle) / width @ weights + references.mean())

    return predict


def _standard(values: Values) -> tuple[Values, Values]:
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, values - mean, 0) ** 2).sum(axis=0) / count)
    return mean, np.where(spread > 0, spread, 1.0)


def agreement(
    mice: "pd.Series[float]",
    theirs: "pd.Series[float]",
    people: "pd.Series[float]",
    studies: "pd.Series[frozenset[str]]",
) -> dict[str, float]:
    """Return how well one quantity agrees with people, and the difference to theirs."""
    values = mice.dropna()
    both = values.index.intersection(people.index)
    found = agree(values[both].to_numpy(), people[both].to_numpy())
    pairs = np.column_stack([values[both], people[both]])
    common = both.intersection(theirs.dropna().index)
    triples = np.column_stack([values[common], people[common], theirs[common]])
    row: dict[str, float] = {
        "mice": len(both),
        "studies": len(frozenset[str]().union(*studies[both])),
        "mae": found.mae,
    }
    row["mae_low"], row["mae_high"] = bootstrap(pairs, mae_of_draws, SAMPLES, SEED)
    row |= {"bias": found.bias, "r": found.correlation}
    row["r_low"], row["r_high"] = bootstrap(pairs, correlation_of_draws, SAMPLES, SEED)
    row |= {"limit_low": found.lower, "limit_high": found.upper}
    for name, statistic in (("mae", mae_of_draws), ("r", correlation_of_draws)):
        less = _less_theirs(statistic)
        key = f"{name}_less_theirs"
        row[key] = float(less(triples[None])[0]) if len(common) else np.nan
        row[f"{key}_low"], row[f"{key}_high"] = bootstrap(triples, less, SAMPLES, SEED)
    return row


def _less_theirs(statistic: Callable[[Values], Values]) -> Callable[[Values], Values]:
    """Return the same statistic of ours less that of theirs, of draws (ours, people, theirs)."""
    return lambda draws: statistic(draws[:, :, :2]) - statistic(draws[:, :, [2, 1]])


if __name__ == "__main__":
    main()
