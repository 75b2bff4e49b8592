from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.figures.estimators import draw_estimators
from echoweave.figures.figure2 import DISTANCES, box_means, draw_figure2
from echoweave.figures.holdout import read_holdout
from echoweave.io.tables import write_tsv

COLUMNS = ["sequence", "estimator", "direction", "structure", "dice"]
ROLES = {"a": "hold-out", "b": "hold-out", "c": "hold-out", "d": "validation", "e": "training"}


def quality(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    """Each sequence is another patient's."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["patient"] = table["sequence"]
    measures = [f"{name}_{unit}" for unit in ("mm", "px512") for name in DISTANCES]
    return table.assign(**dict.fromkeys(measures, 1.0)).assign(hd_mm=np.nan)


@pytest.fixture
def roles(tmp_path: Path) -> Path:
    path = tmp_path / "roles" / "roles.tsv"
    write_tsv(pd.DataFrame({"patient": ROLES.keys(), "role": ROLES.values()}), path)
    return path


def test_a_value_is_the_mean_over_the_frames_that_have_one() -> None:
    table = quality(
        ("a", "dirnet", "fused", "cavity", 0.8),
        ("a", "dirnet", "fused", "cavity", 0.9),
        ("a", "dirnet", "fused", "cavity", np.nan),
        ("b", "dirnet", "fused", "cavity", 0.5),
    )
    means = box_means(table, "direction")
    assert means["group"].tolist() == ["cavity", "cavity"]
    assert means["dice"].tolist() == pytest.approx([0.85, 0.5])


def test_counts_are_those_of_the_sequences(tmp_path: Path, roles: Path) -> None:
    table = quality(
        *(
            (name, "dirnet", direction, "cavity", 0.9)
            for name in ("a", "b", "c")
            for direction in ("forward", "backward", "fused")
        )
    )
    write_tsv(table, tmp_path / "dirnet.tsv")
    other = quality(("a", "sparse2d", "sparse2d", "cavity", 0.8))
    write_tsv(other, tmp_path / "held_out.tsv")
    svg, png = tmp_path / "f.svg", tmp_path / "f.png"
    draw_figure2([tmp_path / "dirnet.tsv", tmp_path / "held_out.tsv"], roles, svg, png)
    source = svg.read_text()
    assert "n = 1-3" in source
    for name in ("Forward", "Backward", "Bidirectional", "2D sparse"):
        assert name in source
    assert "atrium" not in source
    assert png.stat().st_size > 0


def test_every_distance_has_a_panel_in_mm_and_in_pixels(tmp_path: Path, roles: Path) -> None:
    write_tsv(quality(("a", "dirnet", "fused", "cavity", 0.9)), tmp_path / "dirnet.tsv")
    draw_figure2([tmp_path / "dirnet.tsv"], roles, tmp_path / "f.svg", tmp_path / "f.png")
    source = (tmp_path / "f.svg").read_text()
    for name in ("Mean surface distance", "RMS surface distance", "Hausdorff distance"):
        assert source.count(name) == 2
    assert source.count("(mm)") == source.count("(px at 512 x 512)") == 3
    # A measure without a value keeps its panel.
    assert source.count("n = 0") == 1


def test_estimators_are_compared_by_their_fused_labels(tmp_path: Path, roles: Path) -> None:
    for estimator in ("still", "dirnet"):
        table = quality(
            ("a", estimator, "forward", "cavity", 0.1), ("a", estimator, "fused", "cavity", 0.9)
        )
        write_tsv(table, tmp_path / f"{estimator}.tsv")
    svg = tmp_path / "f.svg"
    write_tsv(quality(("a", "sparse2d", "sparse2d", "cavity", 0.8)), tmp_path / "held_out.tsv")
    draw_estimators(sorted(tmp_path.glob("*.tsv")), roles, svg, tmp_path / "f.png")
    source = svg.read_text()
    for name in ("Still", "DIRNet", "2D sparse"):
        assert name in source
    assert "n = 1 " in source
    assert "Forward" not in source


def test_only_patients_that_no_network_has_seen_are_shown(tmp_path: Path, roles: Path) -> None:
    table = quality(
        ("a", "dirnet", "fused", "cavity", 0.8),
        ("d", "dirnet", "fused", "cavity", 0.9),
        ("e", "dirnet", "fused", "cavity", 0.99),
        ("e", "dirnet", "fused", "atrium", 0.99),
    )
    write_tsv(table, tmp_path / "dirnet.tsv")
    shown = read_holdout([tmp_path / "dirnet.tsv"], roles)
    assert shown["dice"].tolist() == [0.8]
    draw_figure2([tmp_path / "dirnet.tsv"], roles, tmp_path / "f.svg", tmp_path / "f.png")
    source = (tmp_path / "f.svg").read_text()
    assert "Hold-out: 1 patient that no registration network has seen" in source
    assert "n = 1" in source
    assert "Left atrium" not in source


@pytest.mark.parametrize("draw", [draw_figure2, draw_estimators])
@pytest.mark.parametrize("seen", [[], [("e", "dirnet", "fused", "cavity", 0.99)]])
def test_without_a_holdout_with_dense_truth_the_figure_says_so(
    tmp_path: Path,
    roles: Path,
    draw: Callable[[list[Path], Path, Path, Path], None],
    seen: list[tuple[str, str, str, str, float]],
) -> None:
    write_tsv(quality(*seen), tmp_path / "dirnet.tsv")
    draw([tmp_path / "dirnet.tsv"], roles, tmp_path / "f.svg", tmp_path / "f.png")
    source = (tmp_path / "f.svg").read_text()
    assert "No hold-out sequence with a reference mask for every frame" in source
    assert "Dice" not in source
