"""Measure what one arm predicts of a data set that it was not trained on."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from echoweave.evaluation.measure_segmentation import instant_rows, measure_columns
from echoweave.evaluation.predictions import read_predictions, sequence_keys
from echoweave.io.tables import write_tsv
from echoweave.logs import Progress
from echoweave.units import UNITS, Unit


def measure_external(
    arm: str, predictions: Sequence[Path], caches: Sequence[Path], unit: Unit, output: Path
) -> None:
    """Write frames.tsv: overlap and distances at ED and ES, on the native grid.

    Args:
        arm: Name of the arm, for the table.
        predictions: {sequence}.nii.gz on the cache grid.
        caches: {patient}.h5 of the patients.
        unit: That of the spacing of every sequence.
        output: The table.

    Raises:
        InputError: A file is missing, unreadable or of the wrong size.
    """
    rows = []
    progress = Progress(f"measuring external predictions of {arm}", len(predictions))
    for done, clip in enumerate(read_predictions(predictions, caches), 1):
        keys = sequence_keys(clip.sequence, arm)
        rows += [keys | row for row in instant_rows(clip)]
        progress.update(done, clip.sequence.name)
    write_tsv(pd.DataFrame(rows, columns=measure_columns(UNITS[unit])["frames"]), output)
