"""How wrong a fold is on training patients whom it has not seen: what intervals are made of."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.bundles.bundle import Calibration
from echoweave.bundles.doubt import clip_doubt, missing_dice
from echoweave.bundles.segmenter import Segmentation
from echoweave.evaluation.beats import SHORTEST_BEAT_S, find_beats
from echoweave.evaluation.chamber import Chamber
from echoweave.evaluation.volumes import measure_beat
from echoweave.function.beats import USUAL_FRAME_RATE_HZ, smooth_areas
from echoweave.function.curves import find_chambers
from echoweave.function.intervals import CALIBRATED, CONFIDENCE, VOLUMES
from echoweave.geometry.overlap import structure_dice
from echoweave.io.cache import EchoSequence
from echoweave.labels import LABEL_NAMES, parts_of, structure_mask
from echoweave.units import UNITS, Units

_BIPLANE = "biplane"
# Powers of the doubt that errors may grow with, and that of too few clips to tell.
_GROWTHS = tuple(round(0.05 * step, 2) for step in range(31))
_USUAL_GROWTH, _ENOUGH = 0.5, 100
_LEAST_DOUBT, _LEAST_ERROR = 1e-6, 1e-9
# Clips that tell at least by how much folds err less together.
_COMPARED = 10


@dataclass(frozen=True)
class _View:
    """One view with its reference: chambers at ED and ES as found, and as drawn."""

    echo: EchoSequence
    found: tuple[Chamber | None, Chamber | None]
    drawn: tuple[Chamber | None, Chamber | None]
    doubt: float
    dice: Mapping[str, float]

    @classmethod
    def of(cls, echo: EchoSequence, seen: EchoSequence, segmentation: Segmentation) -> "_View":
        """See :func:`calibration_rows`."""
        assert echo.labels is not None
        labels = segmentation.labels
        opinions = [frame[0] for frame in segmentation.opinions]
        parts = parts_of(echo.label_values)
        places = {part: echo.label_values.index(LABEL_NAMES.index(part)) - 1 for part in parts}
        order = seen.in_time(np.arange(len(labels)))
        at = (seen.cut(order) if seen.phase == "cycle" else order)[[echo.ed, echo.es]]
        both = [
            structure_dice(labels[frame], drawn, parts)
            for frame, drawn in zip(at, echo.labels, strict=True)
        ]
        dice = {f"dice_{part}": float(np.mean([one[part] for one in both])) for part in parts}
        shown = [opinions[frame] for frame in at]
        losses = {f"doubt_{part}": missing_dice(shown, places[part]) for part in parts}
        return cls(
            echo=echo,
            found=_chambers_at_turns(labels, seen),
            drawn=_pair(find_chambers(echo.labels, echo.spacing)),
            doubt=clip_doubt(opinions, places["cavity"]),
            dice=dice | losses,
        )

    def row(self) -> dict[str, Any]:
        """Return the numbers of this view."""
        return {
            "sequence": self.echo.name,
            "patient": self.echo.patient,
            "view": self.echo.view,
            "quality": self.echo.quality,
            "doubt": self.doubt,
            **_measured([self], UNITS[self.echo.unit]),
            **self.dice,
        }


def _biplane_row(views: Sequence[_View]) -> dict[str, Any]:
    patient = views[0].echo.patient
    return {
        "sequence": patient,
        "patient": patient,
        "view": _BIPLANE,
        "quality": "",
        "doubt": float(np.mean([view.doubt for view in views])),
        **_measured(views, UNITS[views[0].echo.unit]),
    }


def _measured(views: Sequence[_View], units: Units) -> dict[str, float]:
    """Return what was measured and what the references give, if all views can be measured."""
    values = {}
    for prefix, sides in (("", [v.found for v in views]), ("ref_", [v.drawn for v in views])):
        ed, es = (
            {view.echo.view: side[instant] for view, side in zip(views, sides, strict=True)}
            for instant in (0, 1)
        )
        beat = measure_beat(ed, es, "ase", units)
        whole = all(one is not None for one in (*ed.values(), *es.values()))
        for name in CALIBRATED:
            values[f"{prefix}{name}"] = getattr(beat, name) if whole else math.nan
    return values


def _chambers_at_turns(
    labels: NDArray[np.uint8], seen: EchoSequence
) -> tuple[Chamber | None, Chamber | None]:
    """Return the chambers at ED and ES of the first beat; none where there is no beat."""
    areas = structure_mask(labels, "cavity").sum(axis=(1, 2)).astype(float)
    rate = seen.frame_rate_hz if math.isfinite(seen.frame_rate_hz) else USUAL_FRAME_RATE_HZ
    areas[areas == 0] = math.nan
    if np.isnan(areas).all():
        return None, None
    beats = find_beats(smooth_areas(areas, rate), max(round(SHORTEST_BEAT_S * rate), 1))
    if not beats:
        return None, None
    return _pair(find_chambers(labels[[beats[0].ed, beats[0].es]], seen.spacing))


def _pair(chambers: Sequence[Chamber | None]) -> tuple[Chamber | None, Chamber | None]:
    return chambers[0], chambers[1]


def calibration_rows(
    patient: Sequence[tuple[EchoSequence, EchoSequence, Segmentation]],
) -> list[dict[str, Any]]:
    """Return one row a view of a patient, and one of both together: numbers and references.

    ED and ES are found in the area of the cavity, as in a new clip, but a clip that begins with
    one and ends with the other counts as a beat. Volumes follow Simpson's rule on the grid of the
    cache, those of the references in the same views.

    Args:
        patient: Of each view the frames from ED to ES with their manual masks, what was
            segmented (these frames, or the whole clip), and how; frames in the order of time.
    """
    views = [_View.of(*one) for one in patient]
    rows = [view.row() for view in views]
    return rows + ([_biplane_row(views)] if len(views) == 2 else [])


def calibrations_of(alone: pd.DataFrame, together: pd.DataFrame) -> dict[str, Calibration]:
    """Return what intervals are made of, by the name of the quantity.

    Args:
        alone: :func:`calibration_rows` of each fold on patients whom it has not seen.
        together: Those of all folds together on patients whom none has seen, who are in ``alone``
            once a fold. They tell by how much less folds err together, nothing else.
    """
    ours, theirs = _errors(alone), _errors(together)
    unseen = ours["sequence"].isin(theirs["sequence"])
    compared = dict(list(ours[unseen].groupby("name")))
    joint = dict(list(theirs.groupby("name")))
    found = {}
    for name, rows in ours[~unseen].groupby("name"):
        error, doubt = rows["error"].to_numpy(), rows["doubt"].to_numpy()
        growth = _growth(error, doubt)
        scores = sorted(float(f"{one:.6g}") for one in error / doubt**growth)
        ratio = _ratio(compared[name], joint[name]) if name in joint and name in compared else 1.0
        found[str(name)] = Calibration(scores, growth, ratio)
    return found


def _errors(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a sequence and quantity, columns name, sequence, error and doubt.

    Errors of EF count in points, those of volumes as shares of the volume; of Dice what is missing.
    """
    parts = []
    for prefix, rows in _by_planes(table):
        for name in CALIBRATED if len(rows) else ():
            size = rows[name] if name in VOLUMES else 1.0
            error = (rows[name] - rows[f"ref_{name}"]).abs() / size
            parts.append(_column(rows, f"{prefix}{name}", error, rows["doubt"]))
    for column in table.columns[table.columns.str.startswith("dice_")]:
        doubt = table[f"doubt_{column.removeprefix('dice_')}"]
        parts.append(_column(table, column, 1 - table[column], doubt))
    empty = pd.DataFrame(columns=["name", "sequence", "error", "doubt"])
    return pd.concat(parts).dropna() if parts else empty


def _by_planes(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    biplane = table["view"] == _BIPLANE
    return [("", table[~biplane]), (f"{_BIPLANE}_", table[biplane])]


def _column(rows: pd.DataFrame, name: str, error: pd.Series, doubt: pd.Series) -> pd.DataFrame:
    # A doubt of nothing at all has no power below one.
    known = doubt.clip(lower=_LEAST_DOUBT)
    found = {"name": name, "sequence": rows["sequence"], "error": error, "doubt": known}
    return pd.DataFrame(found)


def _growth(error: NDArray[np.float64], doubt: NDArray[np.float64]) -> float:
    """Return the power of the doubt that tells best which error 90 % of the clips stay below.

    The one with the least pinball loss of the logarithms (Koenker and Bassett 1978).
    """
    if len(error) < _ENOUGH:
        return _USUAL_GROWTH
    error, doubt = np.log(np.maximum(error, _LEAST_ERROR)), np.log(doubt)

    def loss(growth: float) -> float:
        rest = error - growth * doubt
        rest -= np.quantile(rest, CONFIDENCE)
        return float(np.maximum(CONFIDENCE * rest, (CONFIDENCE - 1) * rest).mean())

    return min(_GROWTHS, key=loss)


def _ratio(alone: pd.DataFrame, together: pd.DataFrame) -> float:
    """Return the errors of all folds together, as a share of those of a fold on the same clips.

    1 if there are too few of them.
    """
    one = alone.groupby("sequence")["error"].mean()
    both = pd.concat([one, together.set_index("sequence")["error"]], axis=1, keys=["one", "all"])
    known = both.dropna()
    sums = known.sum()
    if len(known) < _COMPARED or sums["one"] == 0:
        return 1.0
    return float(min(sums["all"] / sums["one"], 1.0))
