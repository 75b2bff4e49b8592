"""Read one clip of whatever kind, with what the user says of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from echoweave.clips.archives import on_disk
from echoweave.clips.clip import EchoClip
from echoweave.clips.files import HEAD_BYTES, ClipFile, kind_of
from echoweave.clips.movies import read_movie
from echoweave.clips.people import digest_of_words
from echoweave.clips.pictures import read_pictures
from echoweave.clips.times import steady_times
from echoweave.clips.views import VIEWS, view_in, without_view
from echoweave.clips.volumes import read_volume
from echoweave.datasets.pictures import DARK, doubt_about_spacing
from echoweave.errors import InputError, Problem
from echoweave.io.limits import UnhandledError
from echoweave.io.refusals import refused_by_name

# Frames a second; what files say beyond is no rate of an echo.
_RATES = (5.0, 1000.0)
# Of a pixel in mm.
_SPACINGS = (0.01, 5.0)


def _read_dicom(path: Path, view: str | None) -> EchoClip:
    # Here: its decoders take long to import, and other files need none.
    from echoweave.clips.dicom import read_dicom

    return read_dicom(path, view)


_READERS: Mapping[str, Callable[[Path], EchoClip]] = {
    "movie": read_movie,
    "volume": read_volume,
    "pictures": read_pictures,
}


def read_clip(
    file: ClipFile,
    spacing: tuple[float, float] | None = None,
    frame_rate_hz: float | None = None,
    view: str | None = None,
) -> EchoClip:
    """Read a clip; what is told counts more than what its file says.

    Args:
        file: Where it lies.
        spacing: (sy, sx) in mm.
        frame_rate_hz: Frames per second.
        view: "2CH" or "4CH".

    Raises:
        InputError: It is damaged, no echocardiogram of grey tissue in motion, or holds more than
            a clip does; or an option is out of range.
    """
    check_options(spacing, frame_rate_hz, view)
    with refused_by_name(str(file)):
        with on_disk(file) as path:
            kind = _kind(path)
            clip = _read_dicom(path, view) if kind == "dicom" else _READERS[kind](path)
        _check_contrast(clip)
        clip = _plausible(_with_names(clip, file))
        return _told(clip, spacing, frame_rate_hz, view)


def check_options(
    spacing: tuple[float, float] | None, frame_rate_hz: float | None, view: str | None
) -> None:
    """Look at what a user says of clips; arguments as of :func:`read_clip`.

    Raises:
        InputError: Something is out of range; all that is, together.
    """
    low, high = _RATES
    least, most = _SPACINGS
    checks = (
        (
            spacing is None or all(least <= value <= most for value in spacing),
            "--spacing",
            " ".join(f"{value:g}" for value in spacing or ()),
            f"the height and the width of a pixel, {least:g} to {most:g} mm",
        ),
        (
            frame_rate_hz is None or low <= frame_rate_hz <= high,
            "--frame-rate",
            f"{frame_rate_hz or 0:g}",
            f"{low:g} to {high:g} frames a second",
        ),
        (view is None or view in VIEWS, "--view", view, " or ".join(VIEWS)),
    )
    problems = [
        Problem("echoweave segment", option, f"{value} is out of range", f"give {wanted}")
        for passed, option, value, wanted in checks
        if not passed
    ]
    if problems:
        raise InputError(problems)


def _kind(path: Path) -> str:
    if path.is_dir():
        return "pictures"
    kind = kind_of(path.name, b"")
    if not kind:
        with path.open("rb") as opened:
            kind = kind_of(path.name, opened.read(HEAD_BYTES))
    if kind != "dicom" and kind not in _READERS:
        raise ValueError("no clip of a kind that is read")
    return kind


def _check_contrast(clip: EchoClip) -> None:
    brightest = clip.frames[(slice(None), *clip.box.slices)].max()
    if brightest < DARK:
        what = f"its brightest grey value is {brightest} of 255, which shows nothing"
        raise UnhandledError(what, "leave it out if it is a mask, or scale it to 0 to 255")


def _with_names(clip: EchoClip, file: ClipFile) -> EchoClip:
    """Add what the name of the file says, where the file itself says nothing."""
    if clip.view:
        return clip if clip.patient else replace(clip, patient=_patient(file))
    view = view_in(file.stem)
    sources = {**clip.sources, "view": "the name of the file"} if view else clip.sources
    patient = clip.patient or _patient(file)
    return replace(clip, view=view, patient=patient, sources=sources)


def _patient(file: ClipFile) -> str:
    """Return what two files have in common whose names differ in the view alone; else ""."""
    if not view_in(file.stem):
        return ""
    return digest_of_words(file.folder, without_view(file.stem))


def _plausible(clip: EchoClip) -> EchoClip:
    """Leave out a spacing and times that no scanner makes, and say so."""
    sources, notes = dict(clip.sources), list(clip.notes)
    spacing, times = clip.spacing, clip.times_ms
    if spacing is not None:
        shape = (clip.box.bottom - clip.box.top, clip.box.right - clip.box.left)
        doubt = doubt_about_spacing(shape, spacing)
        if doubt:
            notes.append(f"the size of a pixel is unknown: {doubt}")
            spacing = None
            sources.pop("spacing", None)
    if times is not None:
        rate = 1000 * (len(times) - 1) / times[-1] if times[-1] > 0 else math.inf
        if not _RATES[0] <= rate <= _RATES[1]:
            notes.append(f"the frame rate is unknown: the file says {rate:.3g} frames a second")
            times = None
            sources.pop("times_ms", None)
    return replace(clip, spacing=spacing, times_ms=times, sources=sources, notes=tuple(notes))


def _told(
    clip: EchoClip,
    spacing: tuple[float, float] | None,
    frame_rate_hz: float | None,
    view: str | None,
) -> EchoClip:
    sources = dict(clip.sources)
    if spacing is not None:
        clip, sources["spacing"] = replace(clip, spacing=spacing), "the option --spacing"
    if frame_rate_hz is not None:
        times = steady_times(len(clip.frames), 1000 / frame_rate_hz)
        clip, sources["times_ms"] = replace(clip, times_ms=times), "the option --frame-rate"
    if view is not None:
        clip, sources["view"] = replace(clip, view=view), "the option --view"
    return replace(clip, sources=sources)
