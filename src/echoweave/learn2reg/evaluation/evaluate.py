"""Displacement fields and labels in; what the fields are worth out."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

from echoweave.errors import InputError, Problem, gathered
from echoweave.io.atomic import whole_file
from echoweave.io.tables import write_tsv
from echoweave.learn2reg.evaluation.inputs import (
    CasePlaces,
    find_images,
    load_labels,
    pairs_to_measure,
)
from echoweave.learn2reg.evaluation.measured_pair import (
    MeasuredPair,
    PairTask,
    measure_task,
)
from echoweave.learn2reg.evaluation.organ_boxes import draw_organ_boxes
from echoweave.learn2reg.evaluation.summary import summarise_pairs
from echoweave.learn2reg.evaluation.worst_pairs import draw_worst_pairs
from echoweave.learn2reg.fields.files import find_fields
from echoweave.learn2reg.scan import Scan
from echoweave.learn2reg.splits import VolumePair
from echoweave.learn2reg.variants import UNREGISTERED
from echoweave.logs import Progress


def evaluate_pairs(
    *,
    labels: CasePlaces,
    out: Path,
    fields: Path | None = None,
    pairs: Path | Sequence[VolumePair] | None = None,
    images: CasePlaces | None = None,
    name: str = "registered",
    unregistered: bool = False,
    jobs: int = 1,
) -> None:
    """Measure displacement fields by the labels of their pairs.

    Writes into ``out``: pairs.tsv, a row a pair; labels.tsv, a row a pair and organ; summary.json;
    boxplots.svg and .png of Dice by organ; worst.svg and .png, the pairs of lowest Dice.

    Args:
        labels: Folder of labelNNNN.nii.gz or AbdomenCTCT_NNNN_0000.nii.gz (.nii will do), or case
            -> file; only those of the pairs are read.
        out: Folder of the results.
        fields: Folder of displacement files in the form of 2020 or today's; None for the identity
            alone, which needs ``pairs``.
        pairs: CSV with the columns fixed and moving, or names of cases; None for all fields.
        images: Folder of imgNNNN.nii.gz or AbdomenCTCT_NNNN_0000.nii.gz (.nii will do), or case ->
            file; shown behind the outlines of the worst pairs; None for outlines alone.
        name: The variant that made the fields.
        unregistered: Measure the identity on the same pairs, too.
        jobs: Pairs that are measured at a time.

    Raises:
        InputError: All that is wrong with pairs, labels, fields and headers of images; nothing is
            written then.
    """
    listed = pairs_to_measure(fields, pairs)
    scans, paths, shown_images = _find(labels, fields, images, listed)
    tasks = [PairTask(name, pair, path) for pair, path in paths.items()]
    if unregistered or fields is None:
        tasks = [*(PairTask(UNREGISTERED, pair, None) for pair in listed), *tasks]
    measured = _measure_all(tasks, scans, jobs)

    pair_rows = pd.DataFrame([one.row() for one in measured])
    organ_rows = pd.DataFrame([row for one in measured for row in one.organ_rows()])
    write_tsv(pair_rows, out / "pairs.tsv")
    write_tsv(organ_rows, out / "labels.tsv")
    with whole_file(out / "summary.json") as temporary:
        temporary.write_text(json.dumps(summarise_pairs(pair_rows, organ_rows), indent=1))
    draw_organ_boxes(organ_rows, out / "boxplots.svg", out / "boxplots.png")
    # Those of the identity come first.
    shown = [one for one in measured if one.task.variant == tasks[-1].variant]
    draw_worst_pairs(shown, scans, shown_images, out / "worst.svg", out / "worst.png")


def _find(
    labels: CasePlaces,
    fields: Path | None,
    images: CasePlaces | None,
    pairs: Sequence[VolumePair],
) -> tuple[dict[str, Scan], dict[VolumePair, Path], dict[str, Path]]:
    """Return the labels by case, the displacement files by pair, and the images by case.

    Raises:
        InputError: What is wrong with labels, fields and images.
    """
    cases = sorted({case for pair in pairs for case in pair})
    scans: dict[str, Scan] = {}
    paths: dict[VolumePair, Path] = {}
    shown: dict[str, Path] = {}
    problems: list[Problem] = []
    with gathered(problems):
        scans = load_labels(labels, cases)
    with gathered(problems):
        paths = find_fields(fields, pairs) if fields is not None else {}
    with gathered(problems):
        if images is not None:
            shown = find_images(images, cases, scans)
    if problems:
        raise InputError(problems)
    return scans, paths, shown


def _measure_all(
    tasks: Sequence[PairTask], labels: dict[str, Scan], jobs: int
) -> list[MeasuredPair]:
    """Measure every pair.

    Raises:
        InputError: With the problems of all fields.
    """
    measured: list[MeasuredPair] = []
    problems: list[Problem] = []
    progress = Progress("Measuring pairs", len(tasks))
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(measure_task, task, labels) for task in tasks]
        for done, one in enumerate(waiting, 1):
            with gathered(problems):
                measured.append(one.result())
            progress.update(done)
    if problems:
        raise InputError(problems)
    return measured
