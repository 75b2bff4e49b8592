"""Frames with thin outlines on them, as videos and posters show them."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from echoweave.function.analysis import ClipAnalysis
from echoweave.outputs.structures import ShownStructure, shown_structures
from echoweave.viewer.contours import UNITS_PER_PIXEL, outlines

Picture = NDArray[np.uint8]

# Pictures are enlarged to about this many pixels on their longer side.
_SIDE = 720
# A pixel counts as square up to this.
_SQUARE = 0.01
_MARGIN = 4
_LINE = 2
# Binary digits behind the point in coordinates of lines.
_SHIFT = 4
_FONT_SIZE = 18


class Film(NamedTuple):
    """What pictures show of a clip.

    Attributes:
        frames: uint8 [T, Y, X], cut to what is not black.
        labels: The same of the labels.
        structures: Those that have outlines.
        scale: (y, x), by which pixels are enlarged.
    """

    frames: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    structures: Sequence[ShownStructure]
    scale: tuple[float, float]


def film_of(analysis: ClipAnalysis) -> Film:
    """Return what pictures show of ``analysis``, in its true proportions."""
    place = _lit(analysis.shown, analysis.labels)
    frames, labels = analysis.shown[place], analysis.labels[place]
    height, width = frames.shape[1:]
    tall, wide = _proportions(analysis.spacing)
    factor = max(1, round(_SIDE / max(height * tall, width * wide)))
    scale = (factor * tall, factor * wide)
    return Film(frames, labels, shown_structures(analysis.label_values), scale)


class Caption(NamedTuple):
    """A text in a picture.

    Attributes:
        y: Row of its upper left.
        x: Column of it.
        text: What it says.
        colour: "#RRGGBB".
    """

    y: int
    x: int
    text: str
    colour: str = "#E8EAED"


def draw_film_frame(film: Film, frame: int) -> Picture:
    """Return one frame with its outlines, RGB [Y, X, 3]."""
    height, width = film.frames.shape[1:]
    size = (round(width * film.scale[1]), round(height * film.scale[0]))
    grey = cv2.resize(film.frames[frame], size, interpolation=cv2.INTER_LINEAR)
    picture: Picture = np.repeat(grey[..., None], 3, axis=2)
    # The cavity last: the muscle around it shares its outline.
    for structure in reversed(film.structures):
        lines = _lines(film.labels[frame] == structure.value, film.scale)
        colour = ImageColor.getrgb(structure.colour)
        cv2.polylines(picture, lines, True, colour, _LINE, cv2.LINE_AA, _SHIFT)
    return picture


def write_on(picture: Picture, captions: Sequence[Caption]) -> Picture:
    """Return ``picture`` with texts on it."""
    image = Image.fromarray(picture)
    drawing = ImageDraw.Draw(image)
    for caption in captions:
        drawing.text((caption.x, caption.y), caption.text, caption.colour, _font())
    return np.asarray(image)


def text_width(text: str) -> int:
    """Return how many pixels wide ``text`` is."""
    return round(_font().getlength(text))


def _lit(frames: NDArray[np.uint8], labels: NDArray[np.uint8]) -> tuple[slice, slice, slice]:
    """Return where the picture is not black in any frame, with a margin; all if it is nowhere."""
    seen: NDArray[np.bool_] = np.any((frames > 0) | (labels > 0), axis=0)
    if not seen.any():
        return slice(None), slice(None), slice(None)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return slice(None), _around(rows), _around(columns)


def _around(places: NDArray[np.intp]) -> slice:
    return slice(max(int(places[0]) - _MARGIN, 0), int(places[-1]) + 1 + _MARGIN)


def _proportions(spacing: tuple[float, float] | None) -> tuple[float, float]:
    """Return height and width of a pixel, the smaller one 1; 1 and 1 where they nearly agree."""
    if spacing is None or abs(spacing[0] / spacing[1] - 1) < _SQUARE:
        return 1.0, 1.0
    least = min(spacing)
    return spacing[0] / least, spacing[1] / least


def _lines(mask: NDArray[np.bool_], scale: tuple[float, float]) -> list[NDArray[np.int32]]:
    """Return the outlines of ``mask`` as cv2 draws them on an enlarged picture."""
    found = []
    for polygon in outlines(mask):
        points = np.reshape(polygon, (-1, 2)) / UNITS_PER_PIXEL
        # The corner of the first pixel is 0 there, and the middle of it here.
        moved = (points + 0.5) * (scale[1], scale[0]) - 0.5
        found.append(np.rint(moved * 2**_SHIFT).astype(np.int32))
    return found


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_FONT_SIZE)
