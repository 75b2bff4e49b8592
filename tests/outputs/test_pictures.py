from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from echoweave.function.analysis import ClipAnalysis
from echoweave.outputs.pictures import Film, draw_film_frame, film_of
from echoweave.outputs.structures import STRUCTURE_COLOURS, shown_structures

from .hearts import phantom_heart


def of_size(rows: int, columns: int, spacing: tuple[float, float] | None) -> ClipAnalysis:
    """One grey frame, all of it lit."""
    shown = np.full((1, rows, columns), 90, np.uint8)
    return replace(phantom_heart(), shown=shown, labels=np.zeros_like(shown), spacing=spacing)


@pytest.mark.parametrize(
    ("size", "factor"), [((112, 112), 6), ((240, 320), 2), ((600, 800), 1), ((1080, 1920), 1)]
)
def test_small_pictures_are_enlarged_by_a_whole_factor(size: tuple[int, int], factor: int) -> None:
    film = film_of(of_size(*size, spacing=None))
    assert film.scale == (factor, factor)
    assert draw_film_frame(film, 0).shape == (factor * size[0], factor * size[1], 3)


def test_pixels_that_are_no_squares_become_squares() -> None:
    # As CAMUS has them: twice as wide as high.
    film = film_of(of_size(400, 200, (0.154, 0.308)))
    assert draw_film_frame(film, 0).shape == (800, 800, 3)


def test_what_is_black_in_every_frame_is_cut_away_but_for_a_margin() -> None:
    heart = of_size(100, 100, None)
    shown = np.zeros_like(heart.shown)
    shown[0, 40:60, 50:90] = 90
    assert film_of(replace(heart, shown=shown)).frames.shape == (1, 28, 48)
    assert film_of(replace(heart, shown=np.zeros_like(shown))).frames.shape == (1, 100, 100)


def coloured(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    spread: NDArray[np.uint8] = picture.max(axis=2) - picture.min(axis=2)
    return spread > 60


def test_an_outline_is_thin_and_runs_along_the_mask() -> None:
    labels = np.zeros((1, 20, 20), np.uint8)
    labels[0, 5:10, 8:16] = 1
    film = Film(np.zeros_like(labels), labels, shown_structures((0, 1)), (10.0, 10.0))
    line = coloured(draw_film_frame(film, 0))
    rows, columns = np.flatnonzero(line.any(axis=1)), np.flatnonzero(line.any(axis=0))
    # The mask is rows 50 to 100 and columns 80 to 160 of the enlarged picture.
    assert np.allclose([rows[0], rows[-1] + 1], [50, 100], atol=2)
    assert np.allclose([columns[0], columns[-1] + 1], [80, 160], atol=2)
    # Two pixels, and a smooth edge on either side.
    assert 2 <= line[75, 70:90].sum() <= 4


def test_the_cavity_is_drawn_over_the_muscle_that_shares_its_outline() -> None:
    labels = np.full((1, 20, 20), 2, np.uint8)
    labels[0, 5:15, 5:15] = 1
    film = Film(np.zeros_like(labels), labels, shown_structures((0, 1, 2)), (10.0, 10.0))
    picture = draw_film_frame(film, 0)
    red, green, _ = picture[100, 45:55].max(axis=0)
    # Yellow, where the muscle would be pink: 255, 107, 139.
    assert (red, green) == (255, 210)


def test_no_colour_of_a_structure_is_one_of_the_figures() -> None:
    from echoweave.figures.style import COLOURS

    assert not set(STRUCTURE_COLOURS.values()) & set(COLOURS.values())
    assert len(set(STRUCTURE_COLOURS.values())) == 3
