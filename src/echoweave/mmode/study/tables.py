"""The tables of the wing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from echoweave.evaluation.table import write_table
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.mmode.function.measure import animal_rows, quantity_columns
from echoweave.mmode.function.species import SPECIES
from echoweave.mmode.study.comparison import make_networks_table
from echoweave.mmode.testing import SUMMARY_TABLE

# networks, as TSV, Markdown, LaTeX and HTML; the others as TSV.
COMPARISON = "networks"
_LENGTHS = ("mm", "px")
_KEYS = ["network", "kind", "animal"]
# Columns that hold names, some of which are numbers.
NAME_COLUMNS = (*_KEYS, "recording")


def make_mmode_tables(
    recordings: Sequence[Path],
    beats: Sequence[Path],
    testing: Mapping[str, Path],
    folder: Path,
    samples: int,
    seed: int,
) -> None:
    """Write networks (how near each comes to true masks), recordings, beats and animals.

    Args:
        recordings: Tables of strips of all networks.
        beats: Tables of beats of all networks.
        testing: What was measured on test windows, a folder a network.
        folder: Gets the tables.
        samples: Draws of the intervals.
        seed: Of the draws.
    """
    strips = _joined(recordings)
    every_beat = _joined(beats)
    windows = pd.concat(
        [
            read_tsv(path / SUMMARY_TABLE).assign(network=network)
            for network, path in testing.items()
        ]
    )
    write_table(
        make_networks_table(strips, windows, list(testing), samples, seed), folder, COMPARISON
    )
    write_tsv(strips, folder / "recordings.tsv")
    write_tsv(every_beat, folder / "beats.tsv")
    write_tsv(_animals(strips, every_beat), folder / "animals.tsv")


def _joined(tables: Sequence[Path]) -> pd.DataFrame:
    return pd.concat([read_tsv(path, NAME_COLUMNS) for path in tables], ignore_index=True)


def _animals(strips: pd.DataFrame, beats: pd.DataFrame) -> pd.DataFrame:
    """Return medians and spread of each animal, over the beats of its recordings that count."""
    known = {
        name
        for one in SPECIES.values()
        for unit in _LENGTHS
        for name in quantity_columns(one, unit)
    }
    quantities = [name for name in beats.columns if name in known]
    return animal_rows(beats, strips[_KEYS], quantities)
