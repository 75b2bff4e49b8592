"""Read clips from videos: AVI, MP4, MOV, MKV and GIF."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from echoweave.clips.clip import Box, EchoClip
from echoweave.clips.greys import COLOUR_EVERY, ColourMeter
from echoweave.clips.limits import check_clip_shape, refuse_doppler
from echoweave.clips.times import steady_times
from echoweave.io.limits import open_regular
from echoweave.io.video import decode_frames, video_stream

# What a file begins with, where, and which of FFmpeg's formats that is: others name further files.
_FORMATS = (
    (0, b"RIFF", "avi"),
    (4, b"ftyp", "mov"),
    (4, b"moov", "mov"),
    (4, b"mdat", "mov"),
    (4, b"wide", "mov"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"GIF8", "gif"),
)
# All frames of an MP4 or MOV, whatever players cut away.
_ALL_FRAMES = {"ignore_editlist": "1"}


def read_movie(path: Path) -> EchoClip:
    """Read a video; its pixels have no known size.

    Raises:
        UnhandledError: It shows colour Doppler or a still image, or is longer than clips are.
        ValueError: It is no video of these kinds, damaged or cut short.
        OSError: It cannot be opened.
    """
    import av

    with open_regular(path) as file:
        name = _format_of(file)
        try:
            options = _ALL_FRAMES if name == "mov" else {}
            with av.open(file, "r", format=name, options=options) as container:
                stream = video_stream(container)
                check_clip_shape(max(stream.frames, 2), stream.height, stream.width)
                meter = ColourMeter()
                frames: list[NDArray[np.uint8]] = []
                times: list[float | None] = []
                for frame in decode_frames(container, stream):
                    if len(frames) % COLOUR_EVERY == 0:
                        meter.add(frame.decoded.to_ndarray(format="rgb24"))
                    frames.append(frame.grey)
                    times.append(frame.decoded.time)
                    check_clip_shape(max(len(frames), 2), *frame.grey.shape)
                rate = float(stream.average_rate or 0)
        # Some are OSError, some ValueError, and what they say names the file object.
        except av.FFmpegError as error:
            raise ValueError(f"not a readable video ({error.strerror})") from error
    check_clip_shape(len(frames), *frames[0].shape)
    refuse_doppler(meter.is_doppler)
    times_ms, source = _times(times, rate)
    return EchoClip(
        frames=np.stack(frames),
        box=Box(0, 0, *frames[0].shape),
        times_ms=times_ms,
        sources={"times_ms": source} if times_ms is not None else {},
    )


def _format_of(file: BinaryIO) -> str:
    head = file.read(16)
    file.seek(0)
    for start, mark, name in _FORMATS:
        if head[start : start + len(mark)] == mark:
            return name
    raise ValueError("not an AVI, MP4, MOV, MKV or GIF file")


def _times(times: list[float | None], rate: float) -> tuple[NDArray[np.float64] | None, str]:
    """Return when each frame was shown, and what says so."""
    known = [time for time in times if time is not None]
    if len(known) == len(times):
        stamps = 1000 * (np.array(known) - known[0])
        if (np.diff(stamps) > 0).all():
            return stamps, "the timestamps of the video"
    if rate > 0:
        return steady_times(len(times), 1000 / rate), "the frame rate of the video"
    return None, ""
