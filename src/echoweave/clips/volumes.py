"""Read clips from medical images with axes x, y and time: NIfTI and MetaImage."""

from pathlib import Path
from typing import Any

from echoweave.clips.clip import Box, EchoClip
from echoweave.clips.greys import grey8
from echoweave.clips.limits import check_clip_shape
from echoweave.clips.times import steady_times
from echoweave.io.images import read_image

# Of the units of time in NIfTI.
_MS = {"sec": 1000.0, "msec": 1.0, "usec": 0.001}


def read_volume(path: Path) -> EchoClip:
    """Read an image [x, y, t] or [x, y, 1, t] with its spacing.

    Only a fourth axis of NIfTI is measured in time: the third spacing of a clip [x, y, t] is in mm
    by definition and says nothing.

    Raises:
        InputError: See :func:`echoweave.io.images.read_image`.
        UnhandledError: It is a still image, or longer than clips are.
    """
    image = read_image(path)
    array = image.array if image.array.ndim == 3 else image.array[None]
    check_clip_shape(*array.shape)
    frames, note = grey8(array)
    step_ms = _frame_time_ms(path)
    times = {} if step_ms is None else {"times_ms": "the time step of the header"}
    return EchoClip(
        frames=frames,
        box=Box(0, 0, *frames.shape[1:]),
        spacing=image.spacing_mm,
        times_ms=None if step_ms is None else steady_times(len(frames), step_ms),
        sources={"spacing": "the spacing of the header", **times},
        notes=(note,) if note else (),
    )


def _frame_time_ms(path: Path) -> float | None:
    """Return the time between frames in a NIfTI file that is sound; None if it does not say."""
    if not path.name.endswith((".nii", ".nii.gz")):
        return None
    import nibabel

    header: Any = nibabel.load(path).header
    unit = header.get_xyzt_units()[1]
    zooms = header.get_zooms()
    return float(zooms[3]) * _MS[unit] if len(zooms) > 3 and unit in _MS else None
