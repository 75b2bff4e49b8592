"""Two views of one patient, measured together from what was written of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from echoweave.bundles.bundle import Bundle
from echoweave.evaluation.chamber import Chamber
from echoweave.evaluation.volumes import FORESHORTENED
from echoweave.function.analysis import BiplaneAnalysis, Measured
from echoweave.function.beats import BeatFrames
from echoweave.function.curves import find_chambers
from echoweave.function.intervals import CALIBRATED, with_interval
from echoweave.function.measure import MEASURES, mean_of, measure_beats
from echoweave.io.images import read_array
from echoweave.outputs.summary import Summary
from echoweave.units import UNITS

# Views of one heart whose ejection fractions differ by more (percentage points) disagree.
_EF_APART = 20.0
# So do those whose heart rates differ by more than this share: they were not recorded together.
_RATES_APART = 0.3


def measure_pair(
    summaries: Sequence[Summary], folders: Sequence[Path], bundle: Bundle, alone: bool
) -> BiplaneAnalysis:
    """Return the biplane measures of a 2CH and a 4CH clip, beats paired in their order.

    Args:
        summaries: Of the 2CH clip, then of the 4CH one.
        folders: Their outputs.
        bundle: The model that segmented both.
        alone: Whether it did with one of its folds.
    """
    names = summaries[0]["name"], summaries[1]["name"]
    reason = _reason(summaries)
    if reason:
        return BiplaneAnalysis(names, dict.fromkeys(MEASURES, Measured(None, reason=reason)))
    views = [_View.of(*one) for one in zip(summaries, folders, strict=True)]
    beats = measure_beats(
        [(view.name, view.chambers) for view in views],
        list(zip(*(view.beats for view in views), strict=False)),
        summaries[0]["frame_rate_hz"],
        UNITS[summaries[0]["units"]["length"]],
    )
    measured = {name: mean_of(beats, name) for name in MEASURES}
    doubt = float(np.mean([summary["doubt"] for summary in summaries]))
    for name in CALIBRATED:
        key = f"biplane_{name}"
        measured[name] = with_interval(measured[name], key, doubt, bundle.calibration, alone)
    return BiplaneAnalysis(names, measured, _notes(summaries))


@dataclass(frozen=True)
class _View:
    """One view: its left ventricle in each frame of a beat, and its beats."""

    name: str
    chambers: list[Chamber | None]
    beats: list[BeatFrames]

    @classmethod
    def of(cls, summary: Summary, folder: Path) -> "_View":
        """Read what was written of a clip."""
        labels = read_array(folder / "masks.nii.gz")
        spacing = summary["spacing_mm"] or (1.0, 1.0)
        beats = [BeatFrames(one["ed"], one["es"], one["next_ed"]) for one in summary["beats"]]
        shown = {frame for beat in beats for frame in (beat.ed, beat.es)}
        chambers = [
            find_chambers(frame[None], (spacing[0], spacing[1]))[0] if number in shown else None
            for number, frame in enumerate(labels)
        ]
        return cls(summary["view"], chambers, beats)


def _reason(summaries: Sequence[Summary]) -> str:
    """Say why both views together would give a wrong number; "" if they would not."""
    for summary in summaries:
        reason: str = summary["numbers"]["ef_percent"]["reason"]
        if reason:
            return f"{summary['view']}: {reason}"
    if summaries[0]["units"] != summaries[1]["units"]:
        return "the size of a pixel is known in one of the views alone"
    first, second = (summary["numbers"]["ef_percent"]["value"] for summary in summaries)
    if abs(first - second) > _EF_APART:
        return f"the views disagree: an ejection fraction of {first:.0f} and of {second:.0f} %"
    rates = [summary["numbers"]["heart_rate_bpm"]["value"] for summary in summaries]
    if None not in rates and abs(rates[0] - rates[1]) > _RATES_APART * max(rates):
        return f"the views disagree: {rates[0]:.0f} and {rates[1]:.0f} beats a minute"
    return ""


def _notes(summaries: Sequence[Summary]) -> tuple[str, ...]:
    lengths = [summary["numbers"]["length_ed"]["value"] for summary in summaries]
    apart = (max(lengths) - min(lengths)) / max(lengths)
    if apart <= FORESHORTENED:
        return ()
    shorter = summaries[lengths.index(min(lengths))]["view"]
    return (
        f"the long axes differ by {100 * apart:.0f} %: {shorter} is likely foreshortened, and "
        "volumes are too small",
    )
