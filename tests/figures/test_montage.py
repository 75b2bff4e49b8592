from pathlib import Path

import numpy as np
import pandas as pd

from echoweave.figures.montage import draw_montage, rank_cases
from echoweave.io.tables import write_tsv

from .study import Study


def scores(**dice: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        [(name, value) for name, values in dice.items() for value in values],
        columns=["sequence", "dice"],
    )


def test_cases_are_ranked_by_mean_dice() -> None:
    table = scores(a=[0.9, 0.7], b=[0.95, 0.95], c=[0.6, np.nan], d=[0.7, 0.7])
    assert rank_cases(table) == {"Best": "b", "Median": "d", "Worst": "c"}


def test_few_cases() -> None:
    assert rank_cases(scores(a=[0.9], b=[0.8])) == {"Best": "a", "Worst": "b"}
    assert rank_cases(scores(a=[0.9])) == {"Only case": "a"}
    assert rank_cases(scores(a=[np.nan])) == {}


def draw(tmp_path: Path, study: Study, *rows: tuple[str, str, str, float]) -> str:
    columns = ["sequence", "instant", "structure", "dice"]
    table = pd.DataFrame(rows, columns=columns).assign(arm="dense2d")
    write_tsv(table, tmp_path / "frames.tsv")
    svg = tmp_path / "f.svg"
    files = (tmp_path / "frames.tsv", study.caches, study.predictions)
    draw_montage(*files, svg, tmp_path / "f.png")
    return svg.read_text()


def test_titles_name_the_case_and_its_dice(tmp_path: Path, study: Study) -> None:
    source = draw(
        tmp_path,
        study,
        ("patient0001_4CH", "ED", "cavity", 0.9),
        ("patient0001_4CH", "ED", "epi", 0.95),
        ("patient0001_4CH", "ES", "cavity", 0.8),
        ("patient0002_4CH", "ED", "cavity", 0.5),
    )
    assert "Best: patient0001 4CH ED" in source
    assert "Worst: patient0002 4CH ED" in source
    assert "LV 0.900 " in source


def test_without_reference_masks_the_figure_says_so(tmp_path: Path, study: Study) -> None:
    assert "No test sequence with reference masks" in draw(tmp_path, study)
