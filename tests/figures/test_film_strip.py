from pathlib import Path

import numpy as np

from echoweave.figures.film_strip import DIRECTIONS, draw_film_strip
from echoweave.io.images import write_sequence

from .study import Study


def test_every_frame_of_a_short_sequence_is_a_column(tmp_path: Path, study: Study) -> None:
    labels = [tmp_path / direction / "patient0001_4CH.nii.gz" for direction in DIRECTIONS]
    for path in labels:
        write_sequence(
            path, np.pad(np.ones((4, 8, 8), np.uint8), [(0, 0), (8, 16), (8, 16)]), (1, 1)
        )
    svg, png = tmp_path / "strip.svg", tmp_path / "strip.png"
    draw_film_strip("patient0001_4CH", study.caches, labels, svg, png)
    assert png.read_bytes().startswith(b"\x89PNG")
    assert svg.read_text().count("<image") == 4 * len(DIRECTIONS)
