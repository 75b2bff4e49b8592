from pathlib import Path

import numpy as np
from PIL import Image

from echoweave.figures.propagation import draw_propagation, save_animation
from echoweave.io.images import write_sequence

from .study import Study, labels_of_study

NAME = "patient0001_4CH"


def test_the_animation_stops_at_ed_and_es(tmp_path: Path, study: Study) -> None:
    files = [tmp_path / name / f"{NAME}.nii.gz" for name in ("forward", "backward", "fused")]
    for path in files:
        write_sequence(path, labels_of_study(), (0.5, 0.25))
    gif, png = tmp_path / "f.gif", tmp_path / "f.png"
    draw_propagation(NAME, study.caches, files, gif, png)
    for path, kind in ((gif, "GIF"), (png, "PNG")):
        with Image.open(path) as animation:
            assert (animation.format, animation.size) == (kind, (480, 540))
            durations = []
            for frame in range(animation.n_frames):
                animation.seek(frame)
                durations.append(animation.info["duration"])
        assert durations == [1000, 120, 120, 1000]


def test_contours_keep_their_colour_among_the_greys(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    grey = random.integers(0, 256, (2, 64, 64, 1), dtype=np.uint8).repeat(3, axis=3)
    line = np.array([230, 159, 0], np.uint8)
    grey[:, 30:32] = line
    save_animation([Image.fromarray(one) for one in grey], [100, 100], [tmp_path / "f.png"])
    with Image.open(tmp_path / "f.png") as animation:
        shown = np.asarray(animation.convert("RGB"), int)
    assert np.abs(shown[30:32] - line).max() < 16
