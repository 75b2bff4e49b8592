from pathlib import Path

import pandas as pd

from echoweave.figures.tables import in_order, read_tables
from echoweave.io.tables import write_tsv


def test_names_come_in_the_order_of_the_paper_and_unknown_ones_last() -> None:
    names = ["zeta", "dense3d", "fused", "backward", "sparse2d", "forward", "alpha", "fused"]
    ordered = ["forward", "backward", "fused", "sparse2d", "dense3d", "alpha", "zeta"]
    assert in_order(names) == ordered


def test_a_table_without_rows_adds_nothing(tmp_path: Path) -> None:
    empty = pd.DataFrame({"arm": [], "dice": []})
    write_tsv(empty, tmp_path / "empty.tsv")
    write_tsv(pd.DataFrame({"arm": ["dense2d"], "dice": [0.5]}), tmp_path / "full.tsv")
    assert read_tables([tmp_path / "empty.tsv", tmp_path / "full.tsv"])["dice"].tolist() == [0.5]
    assert list(read_tables([tmp_path / "empty.tsv"]).columns) == ["arm", "dice"]
    assert read_tables([]).empty
