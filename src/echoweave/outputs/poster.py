"""poster.png: ED and ES of the first beat side by side."""

from pathlib import Path

import numpy as np
from PIL import Image

from echoweave.function.analysis import ClipAnalysis
from echoweave.io.atomic import whole_file
from echoweave.outputs.pictures import (
    Caption,
    Film,
    Picture,
    draw_film_frame,
    film_of,
    text_width,
    write_on,
)

_GAP, _EDGE, _FOOT = 12, 10, 36


def write_poster(analysis: ClipAnalysis, path: Path) -> None:
    """Write the picture; without a whole beat it is the frame of the best quality."""
    film = film_of(analysis)
    frames = poster_frames(analysis)
    panels = [_panel(film, frame, name) for frame, name in frames.items()]
    gap = np.zeros((panels[0].shape[0], _GAP, 3), np.uint8)
    row = np.concatenate([*panels[:1], *(part for one in panels[1:] for part in (gap, one))], 1)
    with whole_file(path) as temporary:
        Image.fromarray(_with_legend(row, film)).save(temporary, "PNG", optimize=True)


def poster_frames(analysis: ClipAnalysis) -> dict[int, str]:
    """Return the frames that stand for the clip, and what readers call each."""
    if analysis.beats:
        return {analysis.beats[0].ed: "ED", analysis.beats[0].es: "ES"}
    quality = analysis.curves.quality
    return {int(np.nanargmax(quality)) if np.isfinite(quality).any() else 0: ""}


def _panel(film: Film, frame: int, name: str) -> Picture:
    text = f"{name}  frame {frame + 1} / {len(film.frames)}".lstrip()
    return write_on(draw_film_frame(film, frame), [Caption(_EDGE, _EDGE, text)])


def _with_legend(picture: Picture, film: Film) -> Picture:
    captions, x = [], _EDGE
    for structure in film.structures:
        captions.append(Caption(_EDGE, x, structure.title, structure.colour))
        x += text_width(structure.title) + 2 * _EDGE
    foot = np.zeros((_FOOT, picture.shape[1], 3), np.uint8)
    return np.concatenate([picture, write_on(foot, captions)])
