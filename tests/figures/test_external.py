import re
from pathlib import Path

import pandas as pd

from echoweave.figures.external import draw_external
from echoweave.io.tables import write_tsv

COLUMNS = ["arm", "structure", "instant", "dice"]


def draw(folder: Path, own: list[list], others: list[list]) -> str:
    for name, rows in (("own", own), ("others", others)):
        write_tsv(pd.DataFrame(rows, columns=COLUMNS), folder / f"{name}.tsv")
    sides = [{"dense3d": folder / f"{name}.tsv"} for name in ("own", "others")]
    svg = folder / "f.svg"
    draw_external(*sides, ("EchoNet", "CAMUS"), svg, folder / "f.png")
    return "".join(re.findall("<!--.*?-->", svg.read_text(), re.DOTALL))


def test_an_arm_has_a_box_on_either_data_set(tmp_path: Path) -> None:
    own = [["dense3d", "cavity", "ED", 0.9], ["dense3d", "cavity", "ES", 0.8]]
    others = [["dense3d", "cavity", "ED", dice] for dice in (0.7, 0.6, 0.5)]
    words = draw(tmp_path, own, others)

    assert "Internal: test set of EchoNet; external: CAMUS" in words
    assert "LV cavity Dice" in words
    assert "n = 1-3" in words
    assert "n = 0-1" in words


def test_without_references_the_figure_says_so(tmp_path: Path) -> None:
    assert "No sequence of CAMUS with reference masks" in draw(tmp_path, [], [])
