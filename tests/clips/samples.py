"""Small clips of any kind: a bright disc that shrinks and grows, on a black ground."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from echoweave.clips.clip import Box, EchoClip
from echoweave.clips.files import ClipFile
from echoweave.clips.read import read_clip
from echoweave.clips.regions import CENTIMETRES, TISSUE, TWO_D, Region
from echoweave.phantom.dicom import write_dicom

FRAMES, ROWS, COLUMNS = 6, 48, 64
Greys = NDArray[np.uint8]
# Left to themselves encoders aim at a bit rate.
_FINE = {"libx264": {"crf": "10"}, "mjpeg": {"qmin": "2", "qmax": "2"}}


def disc_clip(frames: int = FRAMES, rows: int = ROWS, columns: int = COLUMNS) -> Greys:
    """Grey frames [T, Y, X], smooth as tissue, each another one."""
    y, x = np.mgrid[:rows, :columns]
    distance = np.hypot(y - rows / 2, x - columns / 2)
    radii = 12 + 3 * np.cos(np.arange(frames))
    level = 200 / (1 + np.exp((distance - radii[:, None, None]) / 2))
    return np.asarray(np.rint(level), np.uint8)


def coloured(greys: Greys, share: float) -> Greys:
    """The frames in colours [T, Y, X, 3], of which that share of the picture is red and blue."""
    rgb = np.repeat(greys[..., None], 3, axis=-1)
    rows = round(share * greys.shape[1])
    rgb[:, :rows, ::2] = (220, 20, 20)
    rgb[:, :rows, 1::2] = (20, 20, 220)
    return rgb


WHOLE = Box(0, 0, ROWS, COLUMNS)


def region(box: Box = WHOLE, spatial_format: int = TWO_D, data_type: int = TISSUE) -> Region:
    """A part of the picture in pixels of 2 x 1.5 mm."""
    return Region(box, spatial_format, data_type, (0.2, 0.15), (CENTIMETRES, CENTIMETRES))


def write_sample_dicom(
    path: Path,
    frames: NDArray[Any] | None = None,
    regions: Sequence[Region] = (region(),),
    tags: Mapping[str, Any] | None = None,
    **stored: Any,
) -> None:
    """A file whose arguments are those of :func:`write_dicom`, each with something sound."""
    whose = {"PatientName": "DOE^JANE", "PatientID": "MRN-77", "StudyInstanceUID": "1.2.3.4.5"}
    shown = disc_clip() if frames is None else frames
    write_dicom(path, shown, regions, whose | dict(tags or {}), **stored)


def write_movie(path: Path, frames: NDArray[Any], codec: str = "libx264", rate: int = 50) -> None:
    """A video in the container of the suffix, of frames [T, Y, X] or [T, Y, X, 3]."""
    pixels = {"libx264": "yuv420p", "gif": "gray", "mjpeg": "yuvj420p", "ffv1": "bgr0"}[codec]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = pixels
        stream.options = _FINE.get(codec, {})
        for frame in frames:
            name = "gray" if frame.ndim == 2 else "rgb24"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format=name)))
        container.mux(stream.encode())


def write_pictures(folder: Path, frames: NDArray[Any], name: str = "frame_{:03d}.png") -> None:
    """Numbered pictures; colours are red, green, blue."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(frames, start=1):
        stored = frame[..., ::-1] if frame.ndim == 3 else frame
        assert cv2.imwrite(str(folder / name.format(number)), stored)


def read_sample(path: Path, member: str = "", **told: Any) -> EchoClip:
    """The clip at a path."""
    return read_clip(ClipFile(path, member), **told)
