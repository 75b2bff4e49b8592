"""Virtual M-mode strips of the sequences in the cache."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from echoweave.errors import InputError, Problem
from echoweave.io.cache import EchoSequence, read_cycle, read_sequence, read_views
from echoweave.logs import Progress
from echoweave.mmode.strip import Strip
from echoweave.mmode.study.store import StoredStrip, store_strip
from echoweave.mmode.virtual import LINE_HEIGHT, Masks, find_long_axes, virtual_strip


def read_virtual_strip(cache: Path, view: str, height: float = LINE_HEIGHT) -> Strip:
    """Read a view of a cache file and sample its virtual M-mode.

    Of the whole clip where the file has it with masks, else of the frames from ED to ES.

    Args:
        cache: ``{patient}.h5``.
        view: ``"2CH"`` or ``"4CH"``.
        height: As of :func:`echoweave.mmode.virtual.virtual_strip`.

    Raises:
        InputError: The file or the view is missing, or no reference mask shows the cavity.
    """
    clip = read_cycle(cache, view)
    if clip is None or not _masks(clip):
        clip = read_sequence(cache, view)
    return strip_of_sequence(clip, height)


def strip_of_sequence(echo: EchoSequence, height: float = LINE_HEIGHT) -> Strip:
    """Sample the virtual M-mode of a sequence or clip, in the order of time.

    The axis follows the dense reference where there is one, else the masks at ED and ES; the mask
    of the strip knows the same columns.

    Raises:
        InputError: No reference mask shows the cavity.
    """
    masks = _masks(echo)
    try:
        axes = find_long_axes(masks, len(echo.frames), echo.spacing)
        return virtual_strip(
            echo.in_time(echo.frames),
            axes,
            masks,
            echo.spacing,
            unit=echo.unit,
            frame_rate_hz=echo.frame_rate_hz,
            height=height,
        )
    except ValueError as error:
        remedy = "leave the sequence out of the virtual M-mode"
        raise InputError(Problem(echo.name, "labels", str(error), remedy)) from error


def _masks(echo: EchoSequence) -> Masks:
    """Return the reference masks by frame in the order of time."""
    if echo.dense_labels is not None:
        return dict(enumerate(echo.in_time(echo.dense_labels)))
    if echo.labels is None:
        return {}
    # Turning is its own inverse.
    place = echo.in_time(np.arange(len(echo.frames)))
    return {int(place[echo.ed]): echo.labels[0], int(place[echo.es]): echo.labels[1]}


def store_virtual_strips(
    caches: Sequence[Path],
    splits: Mapping[str, str],
    height: float,
    assumed_rate_hz: float,
    outputs: Sequence[Path],
) -> None:
    """Cut a strip out of sequences that have masks and write it to its file.

    Args:
        caches: ``{patient}.h5``.
        splits: Of each patient.
        height: As of :func:`echoweave.mmode.virtual.virtual_strip`.
        assumed_rate_hz: Of sequences that do not tell their frame rate.
        outputs: ``{sequence}.h5``, one for each sequence to cut out of.

    Raises:
        InputError: A cache cannot be read, or no reference mask of a sequence shows the cavity.
    """
    files = {path.stem: path for path in outputs}
    progress = Progress("virtual strips", len(files))
    done = 0
    for cache in caches:
        for view in read_views(cache):
            name = f"{cache.stem}_{view}"
            if name not in files:
                continue
            strip = with_assumed_rate(read_virtual_strip(cache, view, height), assumed_rate_hz)
            stored = StoredStrip(
                name=name,
                animal=cache.stem,
                kind="virtual",
                split=splits[cache.stem],
                species="human",
                mass_g=None,
                strip=strip,
            )
            store_strip(stored, files[name])
            done += 1
            progress.update(done)


def with_assumed_rate(strip: Strip, rate_hz: float) -> Strip:
    """Return the strip with the time step of an assumed frame rate where none is known."""
    if strip.ms_per_column is not None:
        return strip
    note = f"the frame rate is unknown: {rate_hz:g} frames a second are assumed"
    return replace(strip, ms_per_column=1000 / rate_hz, notes=(*strip.notes, note))
