"""A study that knows one view, the cavity and no size of a pixel runs to every figure."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.evaluation.measure_pseudolabels import measure_pseudolabels
from echoweave.evaluation.measure_segmentation import measure_segmentation
from echoweave.figures.bland_altman import draw_bland_altman
from echoweave.figures.closure import draw_closure
from echoweave.figures.dice_by_position import draw_dice_by_position
from echoweave.figures.estimators import draw_estimators
from echoweave.figures.figure2 import draw_figure2
from echoweave.figures.figure3 import draw_figure3
from echoweave.figures.figure4 import draw_figure4, reference_areas
from echoweave.figures.film_strip import draw_film_strip
from echoweave.figures.montage import draw_montage
from echoweave.figures.simpson import draw_simpson
from echoweave.figures.sources import Sources
from echoweave.io.tables import write_tsv
from tests.evaluation.study import Study, beating, write_cavity_study

Draw = Callable[[Path, Path], None]
ARMS = ("sparse2d", "dense3d")


class Files:
    """The measures and masks of the study; the sparse arm lags by one frame."""

    def __init__(self, study: Study) -> None:
        self.study, folder = study, study.folder
        settings = {"frame_rate_hz": 50.0, "consistency_threshold": 0.1, "unit": study.unit}
        late = beating()[[0, 0, 1, 2, 3]]
        self.predictions = []
        for arm, labels in zip(ARMS, (late, beating()), strict=True):
            paths = study.predict(arm, dict.fromkeys(study.names, labels))
            measure_segmentation(arm, paths, study.caches, folder / "measures" / arm, settings)
            self.predictions += paths
        directions = {
            name: study.predict(name, dict.fromkeys(study.names, late))
            for name in ("forward", "backward", "fused")
        }
        self.labels = [path for paths in directions.values() for path in paths]
        self.quality = folder / "quality.tsv"
        measure_pseudolabels("still", directions, study.caches, study.unit, self.quality)
        self.roles = folder / "roles.tsv"
        patients = [path.stem for path in study.caches]
        write_tsv(pd.DataFrame({"patient": patients, "role": "hold-out"}), self.roles)

    def of_arms(self, kind: str) -> list[Path]:
        return [self.study.folder / f"measures/{arm}/{kind}.tsv" for arm in ARMS]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(write_cavity_study(tmp_path_factory.mktemp("cavity")))


def draw_of(name: str, files: Files) -> Draw:
    study, quality = files.study, ([files.quality], files.roles)
    volumes, frames = files.of_arms("volumes")[0], files.of_arms("frames")[0]
    masks = study.caches, files.predictions
    shown = study.names[:2]
    calls: dict[str, Draw] = {
        "figure2": lambda *to: draw_figure2(*quality, *to),
        "estimators": lambda *to: draw_estimators(*quality, *to),
        "dice_by_position": lambda *to: draw_dice_by_position(*quality, *to),
        "figure3": lambda *to: draw_figure3(files.of_arms("smoothness"), *to),
        "figure4": lambda *to: draw_figure4(files.of_arms("areas"), *masks, shown, *to),
        "bland_altman": lambda *to: draw_bland_altman(volumes, "ase", *to),
        "simpson": lambda *to: draw_simpson(volumes, *masks, "ase", *to),
        "montage": lambda *to: draw_montage(frames, *masks, *to),
        "closure": lambda *to: draw_closure(shown, study.caches, files.labels, files.roles, *to),
        "film_strip": lambda *to: draw_film_strip(shown[0], study.caches, files.labels, *to),
    }
    return calls[name]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("figure2", ["LV", "Hausdorff distance", "(px)", "(px at 512 x 512)"]),
        ("estimators", ["Still", "(px)"]),
        ("dice_by_position", ["LV cavity, n = 3"]),
        ("figure3", ["LV", "Smoothness (px⁴/frame³ at 512 x 512)"]),
        ("figure4", ["patient0001 4CH", "LV cavity (px²)"]),
        ("bland_altman", ["Reference EDV (px³)", "of 3 patients 3 by one view"]),
        # The prediction's axis at ED: 40 rows.
        ("simpson", ["4CH ED", "length 40 px", "px³ (reference"]),
        # 24 and 28 rows at ES.
        ("montage", ["LV 0.923"]),
        ("closure", ["LV 0.923"]),
        ("film_strip", ["patient0001 4CH"]),
    ],
)
def test_a_figure_shows_the_cavity_alone_in_px(
    tmp_path: Path, files: Files, name: str, said: list[str]
) -> None:
    svg, png = tmp_path / "f.svg", tmp_path / "f.png"
    draw_of(name, files)(svg, png)
    words = "".join(re.findall("<!--.*?-->", svg.read_text(), re.DOTALL))

    assert [text for text in said if text not in words] == []
    assert re.search(r"yocardium|trium|MYO|LA|\b[cm]m|\bml\b", words) is None


def test_reference_areas_are_counted_in_pixels(files: Files) -> None:
    clip = Sources(files.study.caches, []).echo(files.study.names[0])
    np.testing.assert_array_equal(reference_areas(clip, "cavity"), [12 * 40, 12 * 24])
