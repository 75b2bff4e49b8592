"""Try each fold on the training patients whom it validates, as a bundle is applied to new ones."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from echoweave.bundles.bundle import read_bundle
from echoweave.bundles.segmenter import Segmentation, Segmenter
from echoweave.function.calibration import calibration_rows
from echoweave.io.cache import EchoSequence, read_sequence, read_views, read_whole_clip
from echoweave.io.tables import write_tsv
from echoweave.logs import Progress
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.files import patient_of, preprocessed_folder


def calibrate(
    arm: Arm,
    exported: Path,
    fold: int,
    caches: Sequence[Path],
    whole_clips: bool,
    nnunet_root: Path,
    output: Path,
    threads: int,
) -> None:
    """Write :func:`echoweave.function.calibration.calibration_rows` of a fold's patients.

    Args:
        arm: The arm.
        exported: Its bundle, without a calibration yet.
        fold: The fold.
        caches: Cache files of all training patients.
        whole_clips: Whether they hold whole clips, which are segmented then.
        nnunet_root: results/nnunet.
        output: The table.
        threads: Threads of this process.
    """
    splits = json.loads((preprocessed_folder(nnunet_root, arm) / "splits_final.json").read_text())
    unseen = {patient_of(case) for case in splits[fold]["val"]}
    chosen = [cache for cache in caches if cache.stem in unseen]
    segmenter = Segmenter(read_bundle(exported), [fold], threads)
    progress = Progress(f"calibrating fold {fold} of {arm.name}, patients", len(chosen))
    rows = []
    for done, cache in enumerate(chosen, start=1):
        views = []
        for view in read_views(cache):
            echo = read_sequence(cache, view)
            if echo.labels is not None:
                seen = read_whole_clip(cache, view) if whole_clips else echo
                views.append((echo, seen, _segment(segmenter, seen)))
        rows += calibration_rows(views)
        progress.update(done)
    write_tsv(pd.DataFrame(rows), output)


def _segment(segmenter: Segmenter, seen: EchoSequence) -> Segmentation:
    return segmenter(seen.in_time(seen.frames), seen.spacing)
