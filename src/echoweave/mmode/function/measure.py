"""The function of the left ventricle in a strip, beat by beat, and of an animal over its strips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from echoweave.function.analysis import Measured
from echoweave.mmode.function.beats import MModeRhythm, find_mmode_beats
from echoweave.mmode.function.gaps import Curve
from echoweave.mmode.function.species import Species, lost_percent, teichholz_volume

# Windows of a strip are good from this confidence on.
GOOD_CONFIDENCE = 0.5


@dataclass(frozen=True)
class StripFunction:
    """What was measured in one strip.

    Attributes:
        rhythm: Its beats, in columns.
        beats: A row a beat: start_ms, systole_ms, end_ms, then the columns of
            :func:`quantity_columns`, quality (mean confidence over the beat; NaN where nothing was
            judged), good (whether the beat counts).
        counted: Beats that count.
        good_share: Share of the judged columns that are good; None where nothing was judged.
        numbers: Column of a quantity -> its median over the beats that count; ``spread`` is the
            interquartile range. A reason instead where there is none.
    """

    rhythm: MModeRhythm
    beats: pd.DataFrame
    counted: int
    good_share: float | None
    numbers: Mapping[str, Measured]


def quantity_columns(species: Species, length: str = "mm") -> list[str]:
    """Return what is measured of each beat, as tables call it; ``length`` is "mm" or "px"."""
    volumes = [f"{name}_{species.volume_unit}" for name in ("edv", "esv")]
    return [
        *(f"lvidd_{length}", f"lvids_{length}", *volumes),
        *("ef_percent", "fs_percent", "heart_rate_bpm"),
    ]


def measure_strip(
    diameter_px: Curve,
    mm_per_row: float | None,
    ms_per_column: float | None,
    species: Species,
    breaks: Sequence[int] = (),
    confidence: Curve | None = None,
    threshold: float = GOOD_CONFIDENCE,
) -> StripFunction:
    """Measure every beat of a strip, and the median over those that count.

    A beat counts if every column of it that was judged is good and one was judged, or if nothing
    was judged in the whole strip. Without mm there are diameters in px and FS, but no volumes and
    no EF; without ms there are no beats.

    Args:
        diameter_px: float64 [X]; NaN in columns without lumen.
        mm_per_row: None if unknown.
        ms_per_column: None if unknown.
        species: For volumes and for the limits of the rate.
        breaks: Columns that do not follow in time on the column before.
        confidence: float64 [X], that the picture is good, 0 to 1; NaN where it was not judged.
            None where nobody judges.
        threshold: The least confidence of a good column.
    """
    judged = np.full(len(diameter_px), np.nan) if confidence is None else confidence
    known = judged[np.isfinite(judged)]
    rhythm = find_mmode_beats(
        diameter_px, ms_per_column, species, breaks, trusted=~(judged < threshold)
    )
    beats = _beat_table(rhythm, mm_per_row, ms_per_column, species)
    parts = [judged[beat.start : beat.end + 1] for beat in rhythm.beats]
    beats["quality"] = [_mean(part) for part in parts]
    # Nothing compares with NaN: columns that were not judged neither pass nor fail.
    beats["good"] = [
        not len(known) or bool((part >= threshold).any() and not (part < threshold).any())
        for part in parts
    ]
    length = "px" if mm_per_row is None else "mm"
    reason = rhythm.reason or ("" if beats["good"].any() else "no beat lies in a good window")
    return StripFunction(
        rhythm=rhythm,
        beats=beats,
        counted=int(beats["good"].sum()),
        good_share=float((known >= threshold).mean()) if len(known) else None,
        numbers={
            name: _median(beats.loc[beats["good"], name], reason)
            for name in quantity_columns(species, length)
        },
    )


def animal_rows(
    beats: pd.DataFrame, animals: pd.DataFrame, quantities: Sequence[str]
) -> pd.DataFrame:
    """Return the median of each quantity over all beats of an animal that count.

    Every beat counts alike, as in the field: long recordings count more than short ones.

    Args:
        beats: A row a beat: the columns of ``animals``, recording, good, ``quantities``.
        animals: The columns that name an animal or patient; a row for each, or more.
        quantities: Columns to take the median of.

    Returns:
        A row an animal, sorted: its name, recordings (with a beat that counts), beats (those that
        count), then for each quantity its median and, as ``{quantity}_iqr``, its interquartile
        range. An animal without such a beat has 0 beats and no values.
    """
    keys, counts = list(animals.columns), ["recordings", "beats"]
    # Without any beat, columns are of no kind.
    numbers = beats.astype(dict.fromkeys(quantities, float) | {"good": bool})
    groups = numbers[numbers["good"]].groupby(keys)
    counted = groups.agg(recordings=("recording", "nunique"), beats=("recording", "size"))
    values = groups[list(quantities)]
    quarters = values.quantile(0.75) - values.quantile(0.25)
    found = values.median().join(quarters.add_suffix("_iqr"))
    order = [column for name in quantities for column in (name, f"{name}_iqr")]
    every = animals.drop_duplicates().sort_values(keys)
    table = every.merge(counted.join(found[order]).reset_index(), how="left", on=keys)
    return table.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, int))


def _beat_table(
    rhythm: MModeRhythm, mm_per_row: float | None, ms_per_column: float | None, species: Species
) -> pd.DataFrame:
    columns = np.array([(beat.start, beat.systole, beat.end) for beat in rhythm.beats], np.intp)
    start, systole, end = columns.reshape(-1, 3).T
    step = np.nan if ms_per_column is None else ms_per_column
    diastole, least = rhythm.curve[start], rhythm.curve[systole]
    scale = 1.0 if mm_per_row is None else mm_per_row
    mm = np.nan if mm_per_row is None else mm_per_row
    edv, esv = (teichholz_volume(one * mm, species) for one in (diastole, least))
    lengths = np.array([beat.length for beat in rhythm.beats])
    numbers = [
        *(diastole * scale, least * scale, edv, esv),
        *(lost_percent(edv, esv), lost_percent(diastole, least), 60_000 / (lengths * step)),
    ]
    names = quantity_columns(species, "px" if mm_per_row is None else "mm")
    return pd.DataFrame(
        {"start_ms": start * step, "systole_ms": systole * step, "end_ms": end * step}
        | dict(zip(names, numbers, strict=True))
    )


def _mean(confidence: Curve) -> float:
    known = confidence[np.isfinite(confidence)]
    return float(known.mean()) if len(known) else float("nan")


def _median(values: "pd.Series[float]", reason: str) -> Measured:
    if reason:
        return Measured(None, reason=reason)
    known = values.dropna()
    if known.empty:
        return Measured(None, reason="the depth of a pixel in mm is unknown")
    low, median, high = known.quantile([0.25, 0.5, 0.75])
    spread = float(high - low) if len(known) > 1 else None
    return Measured(float(median), spread=spread)
