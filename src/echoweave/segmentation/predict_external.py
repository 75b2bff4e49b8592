"""Predict the sequences of a data set that no arm was trained on."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from echoweave.io.cache import read_sequence, read_views
from echoweave.io.images import write_sequence
from echoweave.logs import Progress
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.files import best_file
from echoweave.segmentation.nnunet import quiet, set_environment


def predict_external(
    arm: Arm,
    caches: Sequence[Path],
    same_unit: bool,
    folder: Path,
    nnunet_root: Path,
    threads: int,
) -> None:
    """Write {sequence}.nii.gz [T, Y, X] for every view in ``caches``, by all folds together.

    Args:
        arm: The arm.
        caches: Cache files of the patients.
        same_unit: Whether their pixels and those of the training data are measured in one unit.
            If not, a picture is taken to fill the frame as those of the training data do: nnU-Net
            gets the median spacing of these.
        folder: Gets the predictions, with the spacing of the caches.
        nnunet_root: results/nnunet.
        threads: Threads of this process.
    """
    folds = json.loads(best_file(nnunet_root, arm).read_text())["folds"]
    progress = Progress(f"external predictions of {arm.name}, patients", len(caches))
    set_environment(nnunet_root, threads)
    with quiet():
        from echoweave.segmentation.ensemble import Ensemble

        ensemble = Ensemble(arm, folds, nnunet_root)
        for done, cache in enumerate(caches, start=1):
            for view in read_views(cache):
                echo = read_sequence(cache, view)
                seen = echo if same_unit else replace(echo, spacing=ensemble.median_spacing)
                write_sequence(folder / f"{echo.name}.nii.gz", ensemble(seen), echo.spacing)
            progress.update(done)
