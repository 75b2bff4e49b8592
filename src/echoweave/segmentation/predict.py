"""Predict whole sequences with the trained folds of an arm."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.io.atomic import whole_folder
from echoweave.io.cache import EchoSequence, read_sequence, read_views, read_whole_clip
from echoweave.io.images import write_sequence
from echoweave.logs import Progress
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.files import best_file, patient_of, preprocessed_folder
from echoweave.segmentation.nnunet import quiet, set_environment

# Reads one view from a cache file; None where it does not hold what is asked for.
Read = Callable[[Path, str], EchoSequence | None]


def predict(
    arm: Arm,
    caches: Sequence[Path],
    folder: Path,
    clips: Path | None,
    same_unit: bool,
    nnunet_root: Path,
    threads: int,
) -> None:
    """Write {sequence}.nii.gz [T, Y, X] for every view in ``caches``, by all folds together.

    Where there are whole clips, these are predicted, and the frames from ED to ES are cut out.

    The configurations that :func:`best_file` names are applied. The folds' logits are averaged,
    and of several configurations their probabilities; arms of frames predict frame by frame. Its
    postprocessing follows.

    Args:
        arm: The arm.
        caches: Cache files of patients that no fold was trained on.
        folder: Gets the predictions.
        clips: Gets those of whole clips; None for a data set without them.
        same_unit: Whether the pixels are measured in the unit of the training data. If not, as of
            another data set, a picture is taken to fill the frame as those of the training do:
            nnU-Net gets the median spacing of these.
        nnunet_root: results/nnunet.
        threads: Threads of this process.
    """
    folds = json.loads(best_file(nnunet_root, arm).read_text())["folds"]
    sequences = {(cache, view): folds for cache in caches for view in read_views(cache)}

    def write(echo: EchoSequence, labels: NDArray[np.uint8]) -> None:
        if clips:
            write_sequence(clips / f"{echo.name}.nii.gz", labels, echo.spacing)
            labels = echo.cut(labels)
        write_sequence(folder / f"{echo.name}.nii.gz", labels, echo.spacing)

    read = read_whole_clip if clips else read_sequence
    _predict(arm, sequences, read, write, same_unit, nnunet_root, threads)


def predict_held_out(
    arm: Arm,
    caches: Sequence[Path],
    read: Read,
    folder: Path,
    nnunet_root: Path,
    threads: int,
) -> None:
    """Write the same for training patients, each by the one fold that did not train on them.

    The folder is written whole or not at all.

    Only what has dense labels is of interest, to be compared with them. Patients whom no fold
    validates are passed over: every fold has seen them.

    Args:
        arm: The arm.
        caches: Cache files of training patients.
        read: ``read_sequence`` for the frames from ED to ES, ``read_cycle`` for full-cycle clips.
        folder: Gets the predictions.
        nnunet_root: results/nnunet.
        threads: Threads of this process.
    """
    fold_of = _validation_folds(preprocessed_folder(nnunet_root, arm) / "splits_final.json")
    sequences = {}
    for cache in caches:
        for view in read_views(cache):
            sequence = read(cache, view)
            if sequence is None or sequence.dense_labels is None:
                continue
            if sequence.patient in fold_of:
                sequences[cache, view] = [fold_of[sequence.patient]]
    with whole_folder(folder) as whole:

        def write(echo: EchoSequence, labels: NDArray[np.uint8]) -> None:
            write_sequence(whole / f"{echo.name}.nii.gz", labels, echo.spacing)

        _predict(arm, sequences, read, write, True, nnunet_root, threads)


def _validation_folds(splits: Path) -> dict[str, int]:
    """Return the fold of each patient that one validates."""
    return {
        patient_of(case): fold
        for fold, split in enumerate(json.loads(splits.read_text()))
        for case in split["val"]
    }


def _predict(
    arm: Arm,
    sequences: dict[tuple[Path, str], list[int]],
    read: Read,
    write: Callable[[EchoSequence, NDArray[np.uint8]], None],
    same_unit: bool,
    root: Path,
    threads: int,
) -> None:
    if not sequences:
        return
    progress = Progress(f"predictions of {arm.name}, sequences", len(sequences))
    set_environment(root, threads)
    with quiet():
        from echoweave.segmentation.ensemble import Ensemble

        ensembles: dict[tuple[int, ...], Ensemble] = {}
        for done, ((cache, view), folds) in enumerate(sequences.items(), start=1):
            key = tuple(folds)
            if key not in ensembles:
                ensembles[key] = Ensemble(arm, folds, root)
            echo = read(cache, view)
            assert echo is not None
            ensemble = ensembles[key]
            seen = echo if same_unit else replace(echo, spacing=ensemble.median_spacing)
            write(echo, ensemble(seen))
            progress.update(done)
