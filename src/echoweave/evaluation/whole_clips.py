"""Measure clips of whole beats: an ejection fraction for each beat, in the one view that they show.

The ejection fraction of a clip is the mean over its beats.
"""

from collections.abc import Iterator
from typing import Any

from echoweave.evaluation.areas import SMOOTHNESS_COLUMNS, frame_rate, smoothness_rows
from echoweave.evaluation.beats import SHORTEST_BEAT_S
from echoweave.evaluation.patients import beat_rows
from echoweave.evaluation.predictions import SEQUENCE_COLUMNS, Prediction, find_shapes
from echoweave.evaluation.volumes import volume_names
from echoweave.units import UNITS, Units


def beat_measures(units: Units) -> list[str]:
    """Return the columns that :func:`clip_beats` fills, but for the volume mode."""
    return ["beats", *volume_names(units).values(), "ef_sd_percent"]


def clip_beats(clip: Prediction, fallback_hz: float) -> Iterator[dict[str, Any]]:
    """Yield one row a volume mode: mode, and those of :func:`beat_measures`.

    Beats are found in the area curve of the cavity; volumes follow Simpson's rule with round discs
    on the native grid.

    Args:
        clip: A whole clip.
        fallback_hz: Stands in for an unknown frame rate.
    """
    measures = beat_measures(UNITS[clip.sequence.unit])
    apart = max(round(SHORTEST_BEAT_S * frame_rate(clip.sequence, fallback_hz)), 1)
    for row in beat_rows([find_shapes(clip)], apart):
        yield {name: row[name] for name in ("mode", *measures)}


def clip_columns(units: Units) -> list[str]:
    """Return the columns of clips.tsv."""
    return [
        *SEQUENCE_COLUMNS,
        *("mode", *beat_measures(units), "cfg_ef_percent"),
        *SMOOTHNESS_COLUMNS[1:],
    ]


def clip_rows(clip: Prediction, fallback_hz: float) -> Iterator[dict[str, Any]]:
    """Yield one row (:func:`clip_columns` without the sequence) a volume mode.

    Args:
        clip: A whole clip; smoothness is that of its cavity, over all of its frames.
        fallback_hz: Stands in for an unknown frame rate.
    """
    (smooth,) = (row for row in smoothness_rows(clip, fallback_hz) if row["structure"] == "cavity")
    del smooth["structure"]
    for row in clip_beats(clip, fallback_hz):
        yield row | {"cfg_ef_percent": clip.sequence.ef_percent} | smooth
