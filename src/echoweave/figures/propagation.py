"""A sequence that plays from ED to ES with the contours of its pseudo-labels."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from PIL import Image

from echoweave.figures.gallery import sequence_title
from echoweave.figures.overlay import (
    REFERENCE_LINE,
    draw_contours,
    reference_handle,
    reference_heart,
    reference_masks,
    show_frame,
)
from echoweave.figures.sources import Sources
from echoweave.figures.style import colour, display_title, our_style
from echoweave.io.atomic import whole_file
from echoweave.io.cache import EchoSequence

DIRECTIONS = ("forward", "backward", "fused")
# Inches; with the dots per inch this is 480 x 540 pixels.
SIZE = (3.2, 3.6)
DPI = 150
# ED and ES stand for longer, so that the eye can compare.
MILLISECONDS, MILLISECONDS_AT_REFERENCE = 120, 1000
# Few greys make small files: speckle does not compress.
GREYS = 16


def draw_propagation(
    sequence: str, caches: Sequence[Path], labels: Sequence[Path], gif: Path, png: Path
) -> None:
    """Draw the forward, backward and fused contours on every frame from ED to ES.

    Args:
        sequence: Its name.
        caches: Cache files, that of its patient among them.
        labels: ``{direction}/{sequence}.nii.gz`` of one estimator.
        gif: Where the animation goes.
        png: The same, as an animated PNG.
    """
    sources = Sources(caches, labels)
    echo = sources.echo(sequence)
    masks = {direction: sources.prediction(direction, sequence) for direction in DIRECTIONS}
    frames = range(echo.ed, echo.es + 1)
    durations = [
        MILLISECONDS_AT_REFERENCE if frame in (echo.ed, echo.es) else MILLISECONDS
        for frame in frames
    ]
    with our_style():
        pictures = [_picture(echo, masks, frame) for frame in frames]
    save_animation(pictures, durations, [gif, png])


def save_animation(
    pictures: Sequence[Image.Image], durations: Sequence[int], paths: Sequence[Path]
) -> None:
    """Write pictures as an animation without end, GIF or animated PNG by suffix.

    Args:
        pictures: RGB, of one size; shown in ``GREYS`` and the colours of the directions.
        durations: Milliseconds of each.
        paths: The files.
    """
    palette = Image.new("P", (1, 1))
    palette.putpalette(_palette())
    images = [one.quantize(palette=palette, dither=Image.Dither.NONE) for one in pictures]
    for path in paths:
        with whole_file(path) as temporary:
            images[0].save(
                temporary, save_all=True, append_images=images[1:], duration=list(durations), loop=0
            )


def _palette() -> bytes:
    """Return red, green, blue of every colour: greys, and the directions' lines full and half."""
    greys = np.linspace(0, 255, GREYS)[:, None].repeat(3, axis=1)
    lines = np.array([to_rgb(colour(name)) for name in DIRECTIONS]) * 255
    return np.concatenate([greys, lines, lines / 2]).round().astype(np.uint8).tobytes()


def _picture(echo: EchoSequence, masks: Mapping[str, NDArray[np.uint8]], frame: int) -> Image.Image:
    figure = Figure(figsize=SIZE)
    # A fixed place, so that nothing but the heart moves.
    axes = figure.add_axes((0.0, 0.06, 1.0, 0.88))
    show_frame(axes, echo.frames[frame], echo.spacing, reference_heart(echo))
    if frame in reference_masks(echo):
        draw_contours(axes, reference_masks(echo)[frame], REFERENCE_LINE)
    for direction, labels in masks.items():
        draw_contours(axes, labels[frame], colour(direction))
    instant = {echo.ed: ", ED", echo.es: ", ES"}.get(frame, "")
    axes.set_title(f"{sequence_title(echo)}: frame {frame + 1} of {len(echo.frames)}{instant}")
    handles: list[Artist] = [
        Line2D([], [], color=colour(name), label=display_title(name)) for name in masks
    ]
    handles.append(reference_handle("Manual"))
    figure.legend(
        handles=handles,
        loc="lower center",
        ncols=len(handles),
        borderaxespad=0.1,
        columnspacing=1.0,
        handlelength=1.2,
    )
    with io.BytesIO() as buffer:
        figure.savefig(buffer, format="png", dpi=DPI)
        return Image.open(buffer).convert("RGB")
