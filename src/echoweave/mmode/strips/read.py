"""Read one recording of M-mode of whatever kind, with what people say of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.clips.files import HEAD_BYTES, kind_of
from echoweave.datasets.pictures import DARK
from echoweave.errors import InputError, Problem
from echoweave.io.limits import UnhandledError, open_regular
from echoweave.io.refusals import refused_by_name
from echoweave.mmode.strip import Strip
from echoweave.mmode.strips.pictures import read_mask_picture, read_strip_picture
from echoweave.mmode.strips.recording import StripRecording
from echoweave.mmode.strips.scale import check_told, plausible_scale, with_told_scale
from echoweave.mmode.strips.traces import mask_from_traces

# What files begin with, whatever their names.
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_TOLD = ("mm_per_px of the data", "ms_per_px of the data")
_OPTIONS = ("the option --mm-per-px", "the option --ms-per-px")


def read_strip(recording: StripRecording) -> Strip:
    """Read a recording of the cohort with its mask or traces.

    Raises:
        InputError: One of its files cannot be read, they do not go together, or nothing tells its
            scale.
    """
    strip = _read(recording.file)
    strip = with_told_scale(strip, recording.mm_per_px, recording.ms_per_px, _TOLD)
    _check_scale(recording, strip)
    mask = _mask(recording, strip)
    return strip if mask is None else replace(strip, mask=mask)


def read_strip_file(
    path: Path, mm_per_px: float | None = None, ms_per_px: float | None = None
) -> Strip:
    """Read a strip that a user gives; what is told counts more than what its file says.

    Args:
        path: PNG, JPEG or DICOM.
        mm_per_px: Depth of a pixel, .001 to 1.
        ms_per_px: Time from one column to the next, .05 to 50.

    Raises:
        InputError: It is damaged or no M-mode of grey tissue, or an option is out of range.
    """
    check_told(mm_per_px, ms_per_px)
    return with_told_scale(_read(path), mm_per_px, ms_per_px, _OPTIONS)


def _read(path: Path) -> Strip:
    with refused_by_name(str(path)):
        strip = _read_dicom(path) if _kind(path) == "dicom" else read_strip_picture(path)
        brightest = strip.pixels.max()
        if brightest < DARK:
            what = f"its brightest grey value is {brightest} of 255, which shows nothing"
            raise UnhandledError(what, "leave it out if it is a mask, or scale it to 0 to 255")
        return plausible_scale(strip)


def _read_dicom(path: Path) -> Strip:
    # Here: its decoders take long to import, and pictures need none.
    from echoweave.mmode.strips.dicom import read_mmode_dicom

    return read_mmode_dicom(path)


def _kind(path: Path) -> str:
    """Return "dicom" or "picture".

    Raises:
        UnhandledError: It is neither.
    """
    with open_regular(path) as file:
        head = file.read(HEAD_BYTES)
    kind = kind_of(path.name, head)
    if kind not in ("dicom", "picture") and head.startswith((_PNG, _JPEG)):
        kind = "picture"
    if kind not in ("dicom", "picture"):
        raise UnhandledError("no strip of a kind that is read", "give PNG, JPEG or DICOM")
    return kind


def _check_scale(recording: StripRecording, strip: Strip) -> None:
    problems = [
        Problem(
            str(recording.file),
            key,
            "nothing usable in the file tells it",
            "give it in strips.tsv",
        )
        for key, value in (("mm_per_px", strip.mm_per_row), ("ms_per_px", strip.ms_per_column))
        if value is None
    ]
    if problems:
        raise InputError(problems)


def _mask(recording: StripRecording, strip: Strip) -> NDArray[np.uint8] | None:
    rows, columns = strip.pixels.shape
    if recording.mask is not None:
        with refused_by_name(str(recording.mask)):
            return read_mask_picture(recording.mask, (rows, columns))
    if recording.traces is not None:
        return mask_from_traces(
            recording.traces, (rows, columns), strip.mm_per_row, strip.ms_per_column
        )
    return None
