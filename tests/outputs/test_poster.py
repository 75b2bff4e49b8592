from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from echoweave.outputs.pictures import film_of
from echoweave.outputs.poster import poster_frames, write_poster

from .hearts import in_pixels, phantom_heart, without_beats


def test_ed_and_es_of_the_first_beat_stand_side_by_side(tmp_path: Path) -> None:
    heart = phantom_heart()
    write_poster(heart, tmp_path / "poster.png")
    film = film_of(heart)
    width = film.frames.shape[2] * film.scale[1]
    with Image.open(tmp_path / "poster.png") as poster:
        assert poster.size[0] == 2 * width + 12
        assert poster.info == {}
    assert poster_frames(heart) == {0: "ED", 5: "ES"}


def test_without_a_beat_the_frame_of_the_best_quality_stands_for_the_clip() -> None:
    heart = without_beats(phantom_heart())
    quality = np.array([0.1, np.nan, 0.8, 0.3, 0.2])
    assert poster_frames(replace(heart, curves=replace(heart.curves, quality=quality))) == {2: ""}
    nothing = np.full(5, np.nan)
    assert poster_frames(replace(heart, curves=replace(heart.curves, quality=nothing))) == {0: ""}


def test_a_clip_of_the_cavity_alone_has_one(tmp_path: Path) -> None:
    write_poster(in_pixels(phantom_heart()), tmp_path / "poster.png")
    assert (tmp_path / "poster.png").stat().st_size > 10_000
