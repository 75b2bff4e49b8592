"""Noisy labels: a network's predictions where a cohort has no labels, the doubtful left out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.geometry.overlap import dice
from echoweave.io.atomic import whole_folder
from echoweave.io.images import write_image
from echoweave.io.tables import write_tsv
from echoweave.learn2reg.noisy.arm import NOISY_CONFIGURATION, NOISY_FOLD
from echoweave.learn2reg.noisy.completion import CompletedLabels, complete_labels
from echoweave.learn2reg.noisy.files import agreement_file, confidence_file, noisy_label_file
from echoweave.learn2reg.noisy.raw import soft_tissue
from echoweave.learn2reg.organs import ORGANS
from echoweave.learn2reg.store import load_case
from echoweave.learn2reg.volume import CaseVolume
from echoweave.logs import LOGGER, Progress
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.nnunet import quiet, set_environment

# Takes int16 [Z, Y, X] and its spacing, gives float32 [14, Z, Y, X].
Predict = Callable[[NDArray[np.int16], tuple[float, float, float]], NDArray[np.float32]]


def write_noisy_labels(
    arm: Arm,
    training: Sequence[Path],
    choosing: Sequence[Path],
    folder: Path,
    min_confidence: float,
    nnunet_root: Path,
    threads: int,
) -> None:
    """Write labels of all organs for the training cases, whole or not at all.

    {case}.nii.gz holds the network's arg-max, overwritten by the true labels of the case, see
    :func:`complete_labels`; the training cases of the target so have their true labels.
    confidence.tsv says how sure the network was of what it added. agreement.tsv compares its
    predictions with true labels: of the choosing cases, which it has not learnt from, and of the
    known organs of cases that it has.

    Args:
        arm: Of volumes, trained.
        training: Stored cases of all cohorts, with labels or without.
        choosing: Stored cases that the training was validated with; they get no labels.
        folder: Gets the files.
        min_confidence: Cases whose added organs have less than this on average get no noisy
            labels; 0 to 1.
        nnunet_root: results/learn2reg/nnunet.
        threads: Threads of this process.

    Raises:
        InputError: All cases are doubtful.
    """
    set_environment(nnunet_root, threads)
    with quiet():
        network = _network(arm, nnunet_root)
        with whole_folder(folder) as whole:
            _write_all(network, training, choosing, whole, min_confidence)


def _write_all(
    predict: Predict,
    training: Sequence[Path],
    choosing: Sequence[Path],
    folder: Path,
    min_confidence: float,
) -> None:
    sure, agreed, kept = [], [], {}
    progress = Progress("noisy labels, cases", len(training) + len(choosing))
    for done, path in enumerate((*training, *choosing), start=1):
        case = load_case(path)
        probabilities = predict(case.image, case.spacing)
        agreed += agreement(case, probabilities.argmax(axis=0), seen=path in training)
        if path in training:
            completed = complete_labels(probabilities, case.labels, case.known)
            kept[case.name] = completed.mean_confidence >= min_confidence
            sure += _confidence_rows(case, completed, kept[case.name])
            if kept[case.name]:
                _write_labels(noisy_label_file(folder, case.name), completed.labels, case)
        progress.update(done)
    write_tsv(pd.DataFrame(sure), confidence_file(folder))
    write_tsv(pd.DataFrame(agreed), agreement_file(folder))
    _report(kept, min_confidence)


def _network(arm: Arm, root: Path) -> Predict:
    from echoweave.segmentation.ensemble import fold_predictor

    predictor = fold_predictor(arm, NOISY_CONFIGURATION, [NOISY_FOLD], root)

    def predict(
        image: NDArray[np.int16], spacing: tuple[float, float, float]
    ) -> NDArray[np.float32]:
        _, probabilities = predictor.predict_single_npy_array(
            soft_tissue(image)[None].astype(np.float32),
            {"spacing": list(spacing)},
            save_or_return_probabilities=True,
        )
        return np.asarray(probabilities, np.float32)

    return predict


def _write_labels(path: Path, labels: NDArray[np.uint8], case: CaseVolume) -> None:
    sz, sy, sx = case.spacing
    write_image(path, labels, (sy, sx), sz)


def _report(kept: dict[str, bool], min_confidence: float) -> None:
    """Name the cases that are left out.

    Raises:
        InputError: They are all of them.
    """
    doubtful = [name for name, good in kept.items() if not good]
    if doubtful:
        LOGGER.info("left out as doubtful: %s", ", ".join(doubtful))
    if len(doubtful) == len(kept):
        what = f"the labels of all {len(kept)} cases have a confidence below {min_confidence:g}"
        remedy = "lower it, or train the network longer: segmentation.training.epochs"
        raise InputError(Problem("config", "learn2reg.noisy.min_confidence", what, remedy))


def agreement(case: CaseVolume, predicted: NDArray[Any], seen: bool) -> list[dict[str, Any]]:
    """Return a row for each known organ of a case: Dice of what the network sees without help.

    Args:
        case: The case.
        predicted: Labels [Z, Y, X].
        seen: Whether the network has learnt from the case.
    """
    if case.labels is None:
        return []
    return [
        {
            "case": case.name,
            "cohort": case.cohort,
            "seen": seen,
            "organ": ORGANS[label],
            "voxels": np.count_nonzero(case.labels == label),
            "dice": dice(predicted == label, case.labels == label),
        }
        for label in case.known
    ]


def _confidence_rows(
    case: CaseVolume, completed: CompletedLabels, kept: bool
) -> list[dict[str, Any]]:
    return [
        {
            "case": case.name,
            "cohort": case.cohort,
            "organ": organ,
            "labels": "true" if label in case.known else "network",
            "voxels": completed.voxels[label],
            "confidence": completed.confidence[label],
            "kept": kept,
        }
        for label, organ in ORGANS.items()
    ]
