"""Read clips from folders of numbered PNG or JPEG pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.clips.clip import Box, EchoClip
from echoweave.clips.files import frame_number, kind_of
from echoweave.clips.greys import COLOUR_EVERY, ColourMeter, grey8, luma
from echoweave.clips.limits import check_clip_shape, refuse_doppler
from echoweave.clips.one_picture import open_picture, pixels_of


def read_pictures(folder: Path) -> EchoClip:
    """Read a folder of pictures as one clip, in the order of their numbers.

    Raises:
        UnhandledError: It shows colour Doppler or a still image, or is longer than clips are.
        ValueError: Pictures are missing, damaged or of different sizes.
        OSError: It cannot be opened.
    """
    paths = _in_order(folder)
    columns, rows = _size(paths[0])
    check_clip_shape(len(paths), rows, columns)
    meter = ColourMeter()
    frames = []
    for index, path in enumerate(paths):
        picture = _read_picture(path, (columns, rows))
        if picture.ndim == 3 and index % COLOUR_EVERY == 0:
            meter.add(picture)
        frames.append(luma(picture) if picture.ndim == 3 else picture)
    refuse_doppler(meter.is_doppler)
    if len({frame.dtype for frame in frames}) > 1:
        raise ValueError("pictures of 8 and of 16 bits are mixed")
    greys, note = grey8(np.stack(frames))
    return EchoClip(frames=greys, box=Box(0, 0, rows, columns), notes=(note,) if note else ())


def _in_order(folder: Path) -> list[Path]:
    numbered: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        if kind_of(path.name, b"") != "picture":
            continue
        number = frame_number(path.name)
        if number is None:
            raise ValueError(f"the picture {path.name} has no number")
        if number[1] in numbered:
            raise ValueError(f"{numbered[number[1]].name} and {path.name} have the same number")
        numbered[number[1]] = path
    numbers = np.array(sorted(numbered))
    steps = np.diff(numbers)
    # Every second frame, or every tenth, is a clip too.
    gaps = np.flatnonzero(steps != steps.min()) if len(steps) else steps
    if len(gaps):
        before, after = numbers[gaps[0]], numbers[gaps[0] + 1]
        raise ValueError(f"pictures are missing between the numbers {before} and {after}")
    return [numbered[number] for number in numbers.tolist()]


def _size(path: Path) -> tuple[int, int]:
    with _named(path), open_picture(path) as picture:
        return picture.size


def _read_picture(path: Path, size: tuple[int, int]) -> NDArray[Any]:
    """Return greys [Y, X], or colours uint8 [Y, X, 3]."""
    own = _size(path)
    if own != size:
        raise ValueError(
            f"{path.name} has {own[0]} x {own[1]} pixels, the first one {size[0]} x {size[1]}"
        )
    with _named(path), open_picture(path) as picture:
        return pixels_of(picture)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Say of what is wrong in which of the pictures it is."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path.name} is {error}") from error
