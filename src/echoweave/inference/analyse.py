"""One clip in, its function out."""

from collections.abc import Mapping, Sequence

import numpy as np

from echoweave.bundles.bundle import Bundle
from echoweave.bundles.doubt import FoldOpinion, clip_doubt, missing_dice
from echoweave.bundles.segmenter import Segmenter
from echoweave.clips.clip import EchoClip
from echoweave.clips.times import mean_frame_rate
from echoweave.evaluation.chamber import Chamber
from echoweave.function.analysis import BeatFunction, ClipAnalysis, FrameCurves, Measured
from echoweave.function.beats import USUAL_FRAME_RATE_HZ, Rhythm, find_rhythm
from echoweave.function.curves import find_chambers, frame_curves
from echoweave.function.intervals import CALIBRATED, expected_dice, with_interval
from echoweave.function.measure import MEASURES, mean_of, measure_beats
from echoweave.function.refusals import recognition_reason, strain_reason, volume_reason
from echoweave.inference.cutting import cut_sector, spacing_for
from echoweave.inference.many import InputIdentity
from echoweave.labels import LABEL_NAMES, parts_of
from echoweave.units import UNITS

# The view that is meant where nothing says one: the more usual.
ASSUMED_VIEW = "4CH"


def analyse_clip(clip: EchoClip, identity: InputIdentity, segmenter: Segmenter) -> ClipAnalysis:
    """Segment a clip and measure the left ventricle in it.

    Args:
        clip: The clip.
        identity: What outputs call it.
        segmenter: The bundle's networks.
    """
    bundle = segmenter.bundle
    seen = cut_sector(clip)
    cut = seen.cut
    found = segmenter(cut, spacing_for(bundle, clip.spacing, (cut.shape[1], cut.shape[2])))
    labels = np.zeros_like(seen.frames)
    labels[(slice(None), *seen.box.slices)] = found.labels
    spacing = clip.spacing or (1.0, 1.0)
    units = UNITS["mm" if clip.spacing else "px"]
    chambers = find_chambers(labels, spacing)
    curves = frame_curves(labels, bundle.label_values, chambers, found.opinions, spacing, units)
    rate = mean_frame_rate(clip.times_ms)
    rhythm = find_rhythm(curves.area, rate or USUAL_FRAME_RATE_HZ)
    view = clip.view or ASSUMED_VIEW
    frames = [(beat,) for beat in rhythm.beats if _both(chambers, beat.ed, beat.es)]
    beats = measure_beats([(view, chambers)], frames, rate, units)
    reason = volume_reason(curves, rhythm, beats, labels, seen.sector)
    doubt = _mean_doubt(found.opinions, _places(bundle)["cavity"])
    measured = _measured(beats, reason, curves, rhythm, rate, doubt, segmenter)
    shown = [frame for beat in beats for frame in (beat.ed, beat.es)] or range(len(labels))
    opinions = [found.opinions[frame] for frame in shown]
    return ClipAnalysis(
        name=identity.name,
        model=f"{bundle.title} ({bundle.data_set})",
        model_digest=bundle.digest,
        input_digest=identity.input_digest,
        shown=seen.frames,
        labels=labels,
        label_values=bundle.label_values,
        spacing=clip.spacing,
        times_ms=clip.times_ms,
        view=view,
        sources=_sources(clip),
        curves=curves,
        beats=beats,
        measured=measured | _dice(segmenter, opinions, recognition_reason(curves)),
        notes=(*clip.notes, *_notes(clip, segmenter)),
        doubt=doubt,
        request=identity.request,
    )


def _measured(
    beats: Sequence[BeatFunction],
    reason: str,
    curves: FrameCurves,
    rhythm: Rhythm,
    rate: float | None,
    doubt: float,
    segmenter: Segmenter,
) -> dict[str, Measured]:
    """Return each of ``MEASURES``, or why it would be wrong."""
    if reason:
        measured = dict.fromkeys(MEASURES, Measured(None, reason=reason))
    else:
        measured = {name: mean_of(beats, name) for name in MEASURES}
        for name in CALIBRATED:
            measured[name] = with_interval(
                measured[name], name, doubt, segmenter.bundle.calibration, segmenter.alone
            )
        if strain := strain_reason(beats):
            measured["gls_percent"] = Measured(None, reason=strain)
    measured["heart_rate_bpm"] = _heart_rate(beats, curves, rhythm, rate)
    return measured


def _heart_rate(
    beats: Sequence[BeatFunction], curves: FrameCurves, rhythm: Rhythm, rate: float | None
) -> Measured:
    """Return the heart rate, which a cavity that is cut off or barely contracts may still have."""
    reason = recognition_reason(curves) or rhythm.reason
    if not reason and rate is None:
        reason = "the time between frames is unknown: give --frame-rate"
    return Measured(None, reason=reason) if reason else mean_of(beats, "heart_rate_bpm")


def _dice(
    segmenter: Segmenter, opinions: Sequence[Sequence[FoldOpinion]], reason: str
) -> dict[str, Measured]:
    """Return how well the masks of each structure are likely to fit in the frames of opinions."""
    bundle, found = segmenter.bundle, {}
    for part, place in _places(bundle).items():
        losses = [missing_dice(fold, place) for fold in zip(*opinions, strict=True)]
        doubt = float(np.mean(losses))
        likely = expected_dice(part, doubt, bundle.calibration, segmenter.alone)
        found[f"dice_{part}"] = Measured(None, reason=reason) if reason else likely
    return found


def _mean_doubt(opinions: Sequence[Sequence[FoldOpinion]], cavity: int) -> float:
    return float(np.mean([clip_doubt(fold, cavity) for fold in zip(*opinions, strict=True)]))


def _places(bundle: Bundle) -> dict[str, int]:
    """Return where each structure stands among what folds say by label."""
    values = list(bundle.label_values)
    return {
        part: values.index(LABEL_NAMES.index(part)) - 1 for part in parts_of(bundle.label_values)
    }


def _both(chambers: Sequence[Chamber | None], ed: int, es: int) -> bool:
    return chambers[ed] is not None and chambers[es] is not None


def _sources(clip: EchoClip) -> Mapping[str, str]:
    assumed = {} if clip.view else {"view": "assumed: neither the file nor its name says one"}
    return {**clip.sources, **assumed}


def _notes(clip: EchoClip, segmenter: Segmenter) -> list[str]:
    bundle, notes = segmenter.bundle, []
    if not clip.view:
        notes.append(f"the view is unknown and taken for {ASSUMED_VIEW}; --view tells it")
    if clip.spacing is None:
        notes.append("the size of a pixel is unknown: lengths are in px and volumes in px³")
    if segmenter.alone:
        notes.append("one fold alone was used (--fast): less accurate, and no agreement of folds")
    if "ef_percent" not in bundle.calibration:
        notes.append("the model has no calibration, so there are no intervals")
    return notes
