"""Join the quality tables of all patients, without the torch that made them."""

from pathlib import Path

import pandas as pd

from echoweave.io.tables import read_tsv, write_tsv


def merge_quality(chunks: list[Path], output: Path) -> None:
    """Write the tables of all chunks as one, sorted by sequence and frame."""
    table = pd.concat([read_tsv(chunk) for chunk in chunks])
    write_tsv(table.sort_values(["sequence", "frame"]), output)
