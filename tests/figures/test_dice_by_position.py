from pathlib import Path

import pandas as pd
import pytest

from echoweave.figures.dice_by_position import bin_by_position, draw_dice_by_position
from echoweave.io.tables import write_tsv


def test_a_sequence_counts_once_in_a_bin() -> None:
    table = pd.DataFrame(
        [
            ("a", 0.50, 0.8),
            ("a", 0.59, 0.9),
            ("b", 0.55, 0.75),
            ("b", 1.00, 0.6),
        ],
        columns=["sequence", "position", "dice"],
    )
    rows = bin_by_position(table)
    assert rows["position"].tolist() == pytest.approx([0.55, 0.95])
    assert rows["median"].tolist() == pytest.approx([0.8, 0.6])
    assert rows["low"].tolist() == pytest.approx([0.775, 0.6])
    assert rows["high"].tolist() == pytest.approx([0.825, 0.6])


def draw(tmp_path: Path, *rows: tuple[str, str, float, str, float]) -> str:
    columns = ["sequence", "direction", "position", "structure", "dice"]
    table = pd.DataFrame(rows, columns=columns)
    write_tsv(table.assign(patient=table["sequence"]), tmp_path / "dirnet.tsv")
    roles = {"patient": ["a", "b", "c"], "role": ["hold-out", "hold-out", "training"]}
    write_tsv(pd.DataFrame(roles), tmp_path / "roles.tsv")
    svg = tmp_path / "f.svg"
    draw_dice_by_position(
        [tmp_path / "dirnet.tsv"], tmp_path / "roles.tsv", svg, tmp_path / "f.png"
    )
    return svg.read_text()


def test_a_panel_for_each_structure_that_has_a_reference(tmp_path: Path) -> None:
    source = draw(
        tmp_path,
        ("a", "forward", 0.3, "cavity", 0.9),
        ("b", "fused", 0.3, "cavity", 0.9),
        ("a", "forward", 0.3, "atrium", float("nan")),
        ("c", "forward", 0.3, "cavity", 0.99),
    )
    assert "LV cavity, n = 2" in source
    assert "Left atrium" not in source


def test_without_a_holdout_with_dense_truth_the_figure_says_so(tmp_path: Path) -> None:
    for rows in ([], [("c", "forward", 0.3, "cavity", 0.99)]):
        source = draw(tmp_path, *rows)
        assert "No hold-out sequence with a reference mask for every frame" in source
