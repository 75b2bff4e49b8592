"""Which frame of a clip is what: its beat, ED or ES."""

from collections.abc import Sequence
from typing import NamedTuple

from echoweave.function.analysis import BeatFunction


class FramePhase(NamedTuple):
    """What one frame is.

    Attributes:
        beat: Its beat, counted from 1; None outside of whole beats.
        phase: "ED", "ES" or "".
    """

    beat: int | None
    phase: str


def frame_phases(beats: Sequence[BeatFunction], n_frames: int) -> list[FramePhase]:
    """Return what each frame is; the ED that ends the last beat counts to that beat."""
    phases = [FramePhase(None, "")] * n_frames
    for number, beat in enumerate(beats, 1):
        last = beat.es if beat.next_ed is None else beat.next_ed
        for frame in range(beat.ed, last + 1):
            phases[frame] = FramePhase(number, "")
        ends = (beat.ed,) if beat.next_ed is None else (beat.ed, beat.next_ed)
        for frame in ends:
            phases[frame] = FramePhase(number, "ED")
        phases[beat.es] = FramePhase(number, "ES")
    return phases
