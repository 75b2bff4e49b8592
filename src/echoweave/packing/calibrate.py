"""Try the folds on patients whom they have not seen, as a bundle is applied to new ones."""

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

# So many test patients tell by how much less the folds err together.
_COMPARED = 100


def calibrate(
    arm: Arm,
    exported: Path,
    fold: int | None,
    training: Sequence[Path],
    testing: Sequence[Path],
    whole_clips: bool,
    nnunet_root: Path,
    output: Path,
    threads: int,
) -> None:
    """Write :func:`echoweave.function.calibration.calibration_rows` of unseen patients.

    Those of a fold are the training patients whom it validates and the test patients; those of all
    folds together are the test patients alone.

    Args:
        arm: The arm.
        exported: Its bundle, without a calibration yet.
        fold: The fold; None: all together.
        training: Cache files of all training patients.
        testing: Those of the test patients, of whom no more than a hundred are looked at.
        whole_clips: Whether they hold whole clips, which are segmented then.
        nnunet_root: results/nnunet.
        output: The table.
        threads: Threads of this process.
    """
    bundle = read_bundle(exported)
    folds = range(bundle.folds) if fold is None else [fold]
    unseen = set() if fold is None else _validated(arm, fold, nnunet_root)
    caches = [cache for cache in training if cache.stem in unseen] + [*testing[:_COMPARED]]
    segmenter = Segmenter(bundle, folds, threads)
    who = "all folds" if fold is None else f"fold {fold}"
    progress = Progress(f"calibrating {who} of {arm.name}, patients", len(caches))
    rows = []
    for done, cache in enumerate(caches, start=1):
        views = []
        for view in read_views(cache):
            echo = read_sequence(cache, view)
            if echo.labels is not None:
                seen = read_whole_clip(cache, view) if whole_clips else echo
                views.append((echo, seen, _segment(segmenter, seen)))
        rows += calibration_rows(views)
        progress.update(done)
    write_tsv(pd.DataFrame(rows, columns=None if rows else ["sequence", "view"]), output)


def _validated(arm: Arm, fold: int, root: Path) -> set[str]:
    splits = json.loads((preprocessed_folder(root, arm) / "splits_final.json").read_text())
    return {patient_of(case) for case in splits[fold]["val"]}


def _segment(segmenter: Segmenter, seen: EchoSequence) -> Segmentation:
    return segmenter(seen.in_time(seen.frames), seen.spacing)
