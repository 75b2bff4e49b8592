"""Read and write clips as AVI."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.limits import MAX_PIXELS, check_shape, open_regular

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_COPY = "replace it with a sound copy"
# Of JPEG; left to itself the encoder aims at a bit rate.
_FINEST = {"qmin": "2", "qmax": "2"}
# The largest picture that a decoder may allocate.
_LARGEST_FRAME = 2**24


def read_video(path: Path) -> NDArray[np.uint8]:
    """Return the grey values uint8 [T, Y, X] of the frames of an AVI file.

    Colours become their luma. Nothing but AVI is read: other containers name further files.

    Raises:
        InputError: The file is missing, no AVI, holds no video, is damaged or cut short, or
            promises more than a clip holds.
    """
    try:
        with open_regular(path) as file:
            return _decode(file)
    except FileNotFoundError as error:
        remedy = "put it back from the original data"
        raise InputError(Problem(str(path), "", "the file is missing", remedy)) from error
    except OSError as error:
        raise InputError(Problem(str(path), "", error.strerror or str(error), _COPY)) from error
    except ValueError as error:
        raise InputError(Problem(str(path), "", str(error), _COPY)) from error


def write_video(path: Path, frames: NDArray[np.uint8], frame_rate_hz: int) -> None:
    """Write grey frames uint8 [T, Y, X] as a colour AVI of JPEG pictures, whole or not at all."""
    # Here, since rules import this module while they are parsed.
    import av

    with whole_file(path) as temporary, av.open(temporary, "w", format="avi") as container:
        stream = container.add_stream("mjpeg", rate=frame_rate_hz, options=_FINEST)
        stream.height, stream.width = frames.shape[1:]
        stream.pix_fmt = "yuvj420p"
        for frame in frames:
            coloured = np.repeat(frame[..., None], 3, axis=2)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(coloured, format="rgb24")))
        container.mux(stream.encode())


def _decode(file: BinaryIO) -> NDArray[np.uint8]:
    import av

    if file.read(4) != b"RIFF":
        raise ValueError("not an AVI file")
    file.seek(0)
    try:
        with av.open(file, "r", format="avi") as container:
            return _frames(container)
    # Some are OSError, some ValueError, and what they say names the file object.
    except av.FFmpegError as error:
        raise ValueError(f"not a readable AVI file ({error.strerror})") from error


def _frames(container: "InputContainer") -> NDArray[np.uint8]:
    return np.stack([frame.grey for frame in decode_frames(container, video_stream(container))])


def video_stream(container: "InputContainer") -> "VideoStream":
    """Return the first video of a file that was opened.

    Raises:
        ValueError: There is none, or it promises more than a clip holds.
    """
    if not container.streams.video:
        raise ValueError("holds no video")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise ValueError("its pictures are compressed in an unknown way")
    check_shape((max(stream.frames, 1), stream.height, stream.width))
    stream.codec_context.options = {"max_pixels": str(_LARGEST_FRAME)}
    return stream


class DecodedFrame(NamedTuple):
    """One frame of a video.

    Attributes:
        grey: uint8 [Y, X], the luma.
        decoded: As PyAV gives it.
    """

    grey: NDArray[np.uint8]
    decoded: Any


def decode_frames(container: "InputContainer", stream: "VideoStream") -> Iterator[DecodedFrame]:
    """Yield the frames of a video, all of one size.

    Raises:
        ValueError: It is cut short, or holds more than a clip.
        av.FFmpegError: It is damaged.
    """
    pixels, count, shape = 0, 0, None
    for grey, decoded in _grey(container, stream):
        pixels += grey.size
        if pixels > MAX_PIXELS:
            raise ValueError(f"more than {count} frames, which no clip holds")
        if shape not in (None, grey.shape):
            raise ValueError(f"frame {count}, counted from 0, has another size")
        shape = grey.shape
        count += 1
        yield DecodedFrame(grey, decoded)
    if not count or count < stream.frames:
        raise ValueError(f"cut short: {count} of {stream.frames} frames can be read")


def _grey(
    container: "InputContainer", stream: "VideoStream"
) -> Iterator[tuple[NDArray[np.uint8], Any]]:
    from av.video.reformatter import VideoReformatter

    # One for all frames on one thread: ten times as fast as one for each.
    reformatter = VideoReformatter()
    for packet in container.demux(stream):
        if packet.is_corrupt:
            return
        for frame in packet.decode():
            grey = reformatter.reformat(frame, format="gray", threads=1)
            yield np.asarray(grey.to_ndarray(), np.uint8), frame
