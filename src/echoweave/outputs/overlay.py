"""overlay.mp4: the clip with outlines, and the volume curve running below."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.function.analysis import ClipAnalysis
from echoweave.io.atomic import whole_file
from echoweave.outputs.phases import FramePhase, frame_phases
from echoweave.outputs.pictures import Caption, Film, Picture, draw_film_frame, film_of, write_on

# Where a clip does not say when its frames were recorded.
ASSUMED_RATE_HZ = 25.0
# Quality, and a whole picture every so many frames so that players can jump. Slower presets take
# twice as long for files that are 6 % smaller.
_ENCODING = {"crf": "20", "g": "25", "preset": "veryfast"}
_TICKS_A_SECOND = 90_000
_STRIP, _STRIP_MARGIN = 72, 24
_CURVE, _CURSOR, _MARK = (163, 169, 179), (255, 255, 255), (90, 98, 112)
_EDGE = 8
# Room for a name below the curve.
_NAME = 30


def write_overlay(analysis: ClipAnalysis, path: Path) -> None:
    """Write the video: H.264 in MP4, every frame as long as it took to record.

    ED and ES are named where they are shown, and in the curve of the volume below the picture.
    Where the times are unknown, the video runs at ``ASSUMED_RATE_HZ``.
    """
    pictures = _pictures(analysis, film_of(analysis))
    first = next(pictures)
    ticks = _ticks(analysis.times_ms, len(analysis.labels))
    # A level is chosen by the rate, so it must be near the true one.
    rate = Fraction(_TICKS_A_SECOND, max(int(np.median(np.diff(ticks))), 1))
    with whole_file(path) as temporary:
        options = {"movflags": "+faststart"}
        with av.open(temporary, "w", format="mp4", options=options) as container:
            stream = container.add_stream(
                "libx264", rate=rate.limit_denominator(1001), options=_ENCODING
            )
            stream.height, stream.width = first.shape[:2]
            stream.pix_fmt = "yuv420p"
            stream.codec_context.time_base = Fraction(1, _TICKS_A_SECOND)
            for number, picture in enumerate(chain([first], pictures)):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = int(ticks[number]), Fraction(1, _TICKS_A_SECOND)
                frame.duration = int(ticks[number + 1] - ticks[number])
                container.mux(stream.encode(frame))
            container.mux(stream.encode())


def _ticks(times_ms: NDArray[np.float64] | None, n_frames: int) -> NDArray[np.int64]:
    """Return when each frame begins and the last one ends, [T + 1], always rising."""
    if times_ms is None or n_frames < 2:
        steps = np.full(n_frames, _TICKS_A_SECOND / ASSUMED_RATE_HZ)
    else:
        steps = np.diff(times_ms) * _TICKS_A_SECOND / 1000
        steps = np.append(steps, np.median(steps))
    return np.concatenate([[0], np.cumsum(np.maximum(np.rint(steps), 1))]).astype(np.int64)


def _pictures(analysis: ClipAnalysis, film: Film) -> Iterator[Picture]:
    phases = frame_phases(analysis.beats, len(film.frames))
    strip, places = None, np.zeros(0)
    for frame, phase in enumerate(phases):
        picture = draw_film_frame(film, frame)
        if strip is None:
            strip, places = _draw_strip(analysis.curves.volume, phases, picture.shape[1])
        below = strip.copy()
        x = round(places[frame])
        cv2.line(below, (x, _EDGE), (x, _STRIP - _STRIP_MARGIN), _CURSOR, 1)
        name = f"{phase.phase} of beat {phase.beat}" if phase.phase else ""
        caption = Caption(_EDGE, _EDGE, f"{frame + 1} / {len(phases)}  {name}".rstrip())
        yield _even(np.concatenate([write_on(picture, [caption]), below]))


def _draw_strip(
    volume: NDArray[np.float64], phases: list[FramePhase], width: int
) -> tuple[Picture, NDArray[np.float64]]:
    """Return the curve with ED and ES marked, and the column of each frame."""
    strip = np.zeros((_STRIP, width, 3), np.uint8)
    places = np.linspace(2 * _EDGE, width - 1 - 2 * _EDGE, len(volume))
    names: list[Caption] = []
    for x, phase in zip(np.rint(places).astype(int).tolist(), phases, strict=True):
        if phase.phase:
            cv2.line(strip, (x, _EDGE), (x, _STRIP - _STRIP_MARGIN), _MARK, 1)
            # Names that would touch the one before are left out.
            if not names or x - 12 - names[-1].x > _NAME:
                names.append(Caption(_STRIP - _STRIP_MARGIN, x - 12, phase.phase))
    known = np.isfinite(volume)
    if known.sum() > 1:
        low, high = volume[known].min(), volume[known].max()
        share = (volume - low) / max(high - low, 1e-9)
        rows = _STRIP - _STRIP_MARGIN - share * (_STRIP - _STRIP_MARGIN - _EDGE)
        points = np.stack([places[known], rows[known]], axis=1)
        fine = np.rint(points * 16).astype(np.int32)
        cv2.polylines(strip, [fine], False, _CURVE, 1, cv2.LINE_AA, 4)
    return write_on(strip, names), places


def _even(picture: Picture) -> Picture:
    """Add a black row and column where H.264 needs an even side."""
    return np.pad(picture, ((0, picture.shape[0] % 2), (0, picture.shape[1] % 2), (0, 0)))
