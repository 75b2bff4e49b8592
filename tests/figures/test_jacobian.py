from pathlib import Path

import pandas as pd

from echoweave.figures.jacobian import describe_folding, draw_jacobian
from echoweave.io.tables import write_tsv

QUANTILES = ["det_min", "det_p01", "det_q1", "det_median", "det_q3", "det_p99", "det_max"]


def table(**folded: list[float]) -> pd.DataFrame:
    rows = [
        (name, direction, frame, frame + 1, share)
        for name, shares in folded.items()
        for direction in ("forward", "backward")
        for frame, share in enumerate(shares)
    ]
    columns = ["sequence", "direction", "fixed", "moving", "folded"]
    values = dict(zip(QUANTILES, (0.5, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5), strict=True))
    return pd.DataFrame(rows, columns=columns).assign(**values)


def test_the_folded_share_is_a_mean_and_a_worst_pair() -> None:
    assert describe_folding(table(a=[0.0, 0.003, 0.0])) == "0.100 % folded, worst pair 0.300 %"
    assert describe_folding(table(a=[0.0, 0.0])) == "no pixel folds"


def draw(tmp_path: Path, rows: pd.DataFrame, sequences: list[str]) -> str:
    write_tsv(rows, tmp_path / "jacobian.tsv")
    svg = tmp_path / "f.svg"
    draw_jacobian(tmp_path / "jacobian.tsv", sequences, svg, tmp_path / "f.png")
    return svg.read_text()


def test_a_panel_for_each_sequence_that_is_asked_for(tmp_path: Path) -> None:
    source = draw(tmp_path, table(a=[0.0], b=[0.0, 0.01], c=[0.5]), ["a", "b"])
    assert "a: no pixel folds" in source
    assert "b: 0.500 % folded, worst pair 1.000 %" in source
    assert "50.000 %" not in source
    for name in ("Forward", "Backward", "Jacobian determinant"):
        assert name in source


def test_without_sequences_the_figure_says_so(tmp_path: Path) -> None:
    assert "No labelled training sequence" in draw(tmp_path, table(), [])
