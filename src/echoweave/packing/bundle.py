"""Bundles: an arm's trained folds with all that it takes to apply them anywhere."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from echoweave.bundles.bundle import read_bundle
from echoweave.bundles.description import BUNDLE_FILE, licence_text, write_description
from echoweave.bundles.segmenter import Segmenter
from echoweave.errors import InputError, Problem
from echoweave.evaluation.predictions import read_predictions
from echoweave.function.calibration import calibrations_of
from echoweave.io.atomic import whole_folder
from echoweave.io.cache import EchoSequence, read_sequence, read_whole_clip
from echoweave.io.checksums import digest_of_files, sha256
from echoweave.io.tables import read_tsv
from echoweave.logs import LOGGER, Progress
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.files import best_file, model_folder, preprocessed_folder
from echoweave.segmentation.nnunet import set_environment
from echoweave.segmentation.splits import patients_of_splits
from echoweave.units import Unit
from echoweave.versions import versions

# Least share of a clip's pixels that get the label that nnU-Net itself gives them.
LEAST_AGREEMENT = 0.999


def export_bundle(
    arm: Arm, label_values: Sequence[int], unit: Unit, nnunet_root: Path, folder: Path
) -> None:
    """Write the folds of the configurations that were chosen for ``arm`` as a bundle.

    It can be applied, but has no calibration yet, and its networks were not compared with
    nnU-Net's own predictions: see :func:`write_bundle`.

    Args:
        arm: The arm.
        label_values: What the masks of the data set tell apart, background included.
        unit: Of the spacing of the training data.
        nnunet_root: results/nnunet.
        folder: Written whole or not at all.
    """
    set_environment(nnunet_root, 1)
    from echoweave.segmentation.export import export_folds

    best = json.loads(best_file(nnunet_root, arm).read_text())
    trained = model_folder(nnunet_root, arm, best["configurations"][0])
    plans = json.loads((trained / "plans.json").read_text())
    with whole_folder(folder) as whole:
        networks = [
            export_folds(arm, one, best["folds"], nnunet_root, whole)
            for one in best["configurations"]
        ]
        content = {
            "echoweave_bundle": 1,
            "name": arm.name,
            "title": arm.title,
            "data_set": arm.data_set,
            "licence": licence_text(arm.data_set),
            "label_values": list(label_values),
            "unit": unit,
            "sees": arm.sees,
            "networks": networks,
            "picture": _picture(plans),
            "keep_largest": [_region(one, label_values) for one in best["keep_largest"]],
            "folds": best["folds"],
            "training_patients": sorted(patients_of_splits(preprocessed_folder(nnunet_root, arm))),
            "agreement": None,
            "digests": {},
            "versions": versions(),
            "calibration": {},
            "files": {name: sha256(whole / name) for one in networks for name in one["files"]},
        }
        write_description(content, whole)


def write_bundle(
    exported: Path,
    alone: Sequence[Path],
    together: Path,
    caches: Sequence[Path],
    predictions: Sequence[Path],
    whole_clips: bool,
    digests: Mapping[str, Sequence[Path]],
    output: Path,
    threads: int,
) -> None:
    """Write the bundle, compared with nnU-Net's predictions and with its calibration.

    Args:
        exported: What :func:`export_bundle` wrote.
        alone: Tables of :func:`echoweave.packing.calibrate.calibrate`, one a fold.
        together: That of all folds.
        caches: Cache files of the test patients.
        predictions: nnU-Net's own predictions of their clips, {sequence}.nii.gz.
        whole_clips: Whether these are whole clips.
        digests: Name -> files whose content it stands for.
        output: Folder, written whole or not at all.
        threads: Threads of this process.

    Raises:
        InputError: A clip gets other labels than nnU-Net's in more than .1 % of its pixels.
    """
    content = json.loads((exported / BUNDLE_FILE).read_text())
    read = read_whole_clip if whole_clips else read_sequence
    agreement = _agreement(exported, caches, predictions, read, threads)
    if agreement is not None:
        LOGGER.info("%s: labels equal nnU-Net's in %.4f %% or more", output.name, 100 * agreement)
    calibrations = calibrations_of(pd.concat(map(read_tsv, alone)), read_tsv(together))
    content |= {
        "agreement": agreement,
        "digests": {name: digest_of_files(files) for name, files in digests.items()},
        "calibration": {name: one._asdict() for name, one in calibrations.items()},
    }
    with whole_folder(output) as whole:
        for name in content["files"]:
            shutil.copyfile(exported / name, whole / name)
        write_description(content, whole)


def _agreement(
    exported: Path,
    caches: Sequence[Path],
    predictions: Sequence[Path],
    read: Callable[[Path, str], EchoSequence],
    threads: int,
) -> float | None:
    """Return the least share of equal labels over the clips; None without any.

    Raises:
        InputError: It is too small.
    """
    bundle = read_bundle(exported)
    segmenter = Segmenter(bundle, range(bundle.folds), threads)
    progress = Progress(f"comparing {bundle.name} with nnU-Net, clips", len(predictions))
    worst, least = "", 1.0
    for done, clip in enumerate(read_predictions(predictions, caches, read), start=1):
        echo = clip.sequence
        labels = segmenter(echo.in_time(echo.frames), echo.spacing).labels
        share = float(np.mean(echo.in_time(labels) == clip.cached))
        worst, least = (echo.name, share) if share < least else (worst, least)
        progress.update(done)
    if least < LEAST_AGREEMENT:
        what = f"{worst} gets nnU-Net's label in {100 * least:.2f} % of its pixels alone"
        remedy = "delete its prediction and rerun; if that does not help, report it"
        raise InputError(Problem(str(exported), "agreement", what, remedy))
    return least if predictions else None


def _picture(plans: Mapping[str, Any]) -> list[float]:
    """Return the median height and width of the training pictures in the unit of the spacing."""
    shape, spacing = (
        plans[f"original_median_{name}_after_transp"][-2:] for name in ("shape", "spacing")
    )
    return [float(sides * size) for sides, size in zip(shape, spacing, strict=True)]


def _region(listed: int | Sequence[int], label_values: Sequence[int]) -> list[int]:
    """Return nnU-Net's numbers of a region as labels."""
    numbers = [listed] if isinstance(listed, int) else listed
    return [label_values[number] for number in numbers]
