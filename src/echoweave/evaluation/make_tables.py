"""Make the tables of the report from what was measured."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from echoweave.evaluation.accuracy_tables import TABLE1_KEYS, make_strata, make_table1
from echoweave.evaluation.beat_table import make_beats
from echoweave.evaluation.between_table import make_between_labels
from echoweave.evaluation.configuration_table import make_configurations
from echoweave.evaluation.ejection_table import make_ejection_fraction
from echoweave.evaluation.labelled_table import LABELLED_KEYS, make_labelled_frames
from echoweave.evaluation.names import TABLES
from echoweave.evaluation.pseudolabel_table import make_pseudolabels
from echoweave.evaluation.published import published_rows, published_sources, read_published
from echoweave.evaluation.roles import add_roles
from echoweave.evaluation.samples import TableSettings
from echoweave.evaluation.table import write_table
from echoweave.evaluation.tests_table import make_tests
from echoweave.evaluation.time_tables import make_consistency, make_smoothness
from echoweave.evaluation.volume_table import TABLE2_KEYS, make_function, make_table2
from echoweave.io.tables import read_tsv
from echoweave.logs import LOGGER

_PUBLISHED = {"table1": TABLE1_KEYS, "table2": TABLE2_KEYS, "labelled_frames": LABELLED_KEYS}
_INPUTS = (
    *("frames", "volumes", "beats", "smoothness", "consistency", "cycles"),
    *("clips", "dense"),
)


def make_tables(
    measures: Mapping[str, Path],
    pseudolabels: Sequence[Path],
    roles: Path,
    choices: Mapping[str, Path],
    published: Path,
    dataset: str,
    folder: Path,
    settings: Mapping[str, Any],
) -> None:
    """Write every table of ``TABLES`` as {name}.tsv, .md, .tex and .html.

    Args:
        measures: Arm -> folder that :func:`measure_segmentation` and :func:`measure_cycles` filled.
        pseudolabels: The tables of :func:`measure_pseudolabels`.
        roles: What the registration networks know of each training patient.
        choices: Arm -> its best.json, see :mod:`echoweave.segmentation.select`.
        published: resources/published_results.tsv.
        dataset: Title of the data set, whose published results are shown.
        folder: Gets the tables.
        settings: The fields of :class:`echoweave.evaluation.samples.TableSettings`.
    """
    chosen = TableSettings(**settings)
    arms = list(measures)
    ours = {name: _concat([home / f"{name}.tsv" for home in measures.values()]) for name in _INPUTS}
    lines = read_published(published, dataset, _PUBLISHED)
    theirs = {name: published_rows(lines, name) for name in _PUBLISHED}
    sources = {name: published_sources(lines, name) for name in theirs}
    tables = {
        "table1": make_table1(ours["frames"], arms, theirs["table1"], sources["table1"], chosen),
        "table2": make_table2(
            ours["volumes"], ours["beats"], arms, theirs["table2"], sources["table2"], chosen
        ),
        "labelled_frames": make_labelled_frames(
            ours["frames"], arms, theirs["labelled_frames"], sources["labelled_frames"], chosen
        ),
        "ejection_fraction": make_ejection_fraction(ours["volumes"], ours["clips"], arms, chosen),
        "between_labels": make_between_labels(ours["dense"], arms, chosen),
        "function": make_function(ours["volumes"], arms, chosen),
        "beats": make_beats(ours["cycles"], arms, chosen),
        "pseudolabels": make_pseudolabels(add_roles(_concat(pseudolabels), roles), arms, chosen),
        "smoothness": make_smoothness(ours["smoothness"], ours["clips"], arms, chosen),
        "consistency": make_consistency(ours["consistency"], arms, chosen),
        "strata": make_strata(ours["frames"], arms, chosen),
        "tests": make_tests(ours, arms, chosen),
        "configurations": make_configurations(
            {arm: json.loads(path.read_text()) for arm, path in choices.items()},
            chosen.label_values,
        ),
    }
    for name in TABLES:
        write_table(tables[name], folder, name)
        LOGGER.info("%s: %d rows", name, len(tables[name].rows))


def _concat(paths: Sequence[Path]) -> pd.DataFrame:
    """Return the rows of all tables; those without rows add their columns alone."""
    tables = [read_tsv(path) for path in paths]
    full = [table for table in tables if len(table)]
    return pd.concat(full, ignore_index=True) if full else tables[0]
