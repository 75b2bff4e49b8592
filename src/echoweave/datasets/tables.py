"""The tables of the ingest: who takes part, and what was left out."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from echoweave.datasets.source import BadInput, Source
from echoweave.datasets.ted import TED_VIEW
from echoweave.errors import Problem
from echoweave.io.tables import read_tsv, write_tsv
from echoweave.logs import LOGGER

COHORT_COLUMNS = [
    "sequence",
    "patient",
    "view",
    "split",
    "fold",
    "n_frames",
    "ed",
    "es",
    "sy_mm",
    "sx_mm",
    "quality",
    "reversed",
    "phase",
    "has_labels",
    "ted_id",
    "source",
]
EXCLUDED_COLUMNS = ["file", "key", "what", "remedy", "sequence"]


def write_cohort(
    sources: Sequence[Source],
    folds: Mapping[str, int],
    excluded: Sequence[BadInput],
    warnings: Sequence[Problem],
    ted_pairs: Path,
    root: Path,
    cohort_table: Path,
    excluded_table: Path,
) -> None:
    """Write results/cohort.tsv and results/excluded.tsv, and log ``warnings``.

    Frames are counted in ED -> ES order as in the cache, so ``ed`` is 0 and ``es`` the last one;
    ``sy_mm`` and ``sx_mm`` are the native spacing, empty where it is unknown; ``reversed`` says
    that the clip is stored from ES to ED, ``phase`` what it is taken for (see
    :meth:`~echoweave.datasets.source.Source.phase`); ``source`` is the clip's file below ``root``,
    that of the data set, wherever that lies.
    """
    for warning in warnings:
        LOGGER.warning("Warning: %s", warning)
    pairs = read_tsv(ted_pairs).set_index("patient")
    in_ted = {
        f"{patient}_{TED_VIEW}": (row["ted_id"], row["ted_order"])
        for patient, row in pairs.iterrows()
    }
    rows = [
        [
            source.name,
            source.patient,
            source.view,
            source.split,
            folds.get(source.patient),
            source.n_frames,
            0,
            source.n_frames - 1,
            *(source.facts.native_spacing_mm or (None, None)),
            source.facts.quality,
            source.reversed,
            source.phase(in_ted.get(source.name, ("", ""))[1]),
            source.files.labelled,
            in_ted.get(source.name, ("", ""))[0],
            str(source.files.sequence.relative_to(root)),
        ]
        for source in sources
    ]
    table = pd.DataFrame(rows, columns=COHORT_COLUMNS).astype({"fold": "Int64"})
    write_tsv(table, cohort_table)
    left_out = [
        [one.problem.file, one.problem.key, one.problem.what, one.problem.remedy, one.sequence]
        for one in excluded
    ]
    write_tsv(pd.DataFrame(left_out, columns=EXCLUDED_COLUMNS), excluded_table)
