"""Write an arm's training data in nnU-Net's raw format."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.io.atomic import whole_file
from echoweave.io.cache import Sequence as Echo
from echoweave.io.cache import read_sequence, read_views
from echoweave.io.images import read_array, write_image
from echoweave.io.tables import read_tsv
from echoweave.logs import Progress
from echoweave.pseudolabels.generate import label_path
from echoweave.pseudolabels.selection import IGNORE, training_labels
from echoweave.pseudolabels.settings import QualitySettings
from echoweave.segmentation.arms import ARMS, Arm, frame_case, raw_folder
from echoweave.segmentation.splits import make_splits

Labelled = tuple[int, NDArray[np.uint8]]


def write_raw(
    arm: str,
    caches: Sequence[Path],
    cohort: Path,
    pseudolabels: Path,
    nnunet_root: Path,
    quality: Mapping[str, Any],
) -> None:
    """Write images, labels, splits_final.json and, last of all, dataset.json.

    2-D cases are frames [Y, X], 3-D cases sequences [T, Y, X] with ``FRAME_STEP`` between frames.
    ED and ES always carry their manual masks.

    Args:
        arm: A name of ``ARMS``.
        caches: Cache files of the training patients; sequences without masks are passed over.
        cohort: The cohort table, for its column ``fold``.
        pseudolabels: Folder of the estimator in use, with quality.tsv; the sparse arm reads
            nothing there.
        nnunet_root: results/nnunet.
        quality: ``pseudolabels.quality`` of the config.

    Raises:
        InputError: An unreadable file, or splits that would not be sound.
    """
    folder = raw_folder(nnunet_root, arm)
    shutil.rmtree(folder, ignore_errors=True)
    cases: list[str] = []
    ignored = False
    progress = Progress(f"raw data of {arm}, patients", len(caches))
    rows = read_tsv(pseudolabels / "quality.tsv") if ARMS[arm].dense else pd.DataFrame()
    for done, cache in enumerate(caches, start=1):
        for view in read_views(cache):
            echo = read_sequence(cache, view)
            if echo.labels is None:
                continue
            frames = (
                _dense(echo, pseudolabels, rows, QualitySettings(**quality))
                if ARMS[arm].dense
                else _sparse(echo)
            )
            ignored |= any((labels == IGNORE).any() for _, labels in frames)
            cases += _write_cases(folder, echo, frames, ARMS[arm])
        progress.update(done)
    table = read_tsv(cohort)
    training = table[table["split"] == "training"]
    folds = {str(name): int(fold) for name, fold in training.set_index("sequence")["fold"].items()}
    _write_json(folder / "splits_final.json", make_splits(cases, folds))
    _write_json(folder / "dataset.json", _description(len(cases), ignored))


def _sparse(echo: Echo) -> list[Labelled]:
    assert echo.labels is not None
    return [(echo.ed, echo.labels[0]), (echo.es, echo.labels[1])]


def _dense(
    echo: Echo, folder: Path, quality: pd.DataFrame, settings: QualitySettings
) -> list[Labelled]:
    """Return the frames whose pseudo-labels are good enough, with the manual ones among them."""
    forward, backward, fused = (
        read_array(label_path(folder, direction, echo.name))
        for direction in ("forward", "backward", "fused")
    )
    rows = quality[quality["sequence"] == echo.name]
    chosen = training_labels(fused, forward, backward, rows, echo.spacing_mm, settings)
    return sorted((dict(chosen) | dict(_sparse(echo))).items())


def _write_cases(folder: Path, echo: Echo, frames: Sequence[Labelled], arm: Arm) -> Iterator[str]:
    """Write the frames, or the sequence with frames that were left out set to ``IGNORE``."""
    if not arm.whole_sequences:
        for frame, labels in frames:
            case = frame_case(echo.name, frame)
            _write_case(folder, case, echo.frames[frame], labels, echo.spacing_mm)
            yield case
        return
    volume = np.full_like(echo.frames, IGNORE)
    for frame, labels in frames:
        volume[frame] = labels
    _write_case(folder, echo.name, echo.frames, volume, echo.spacing_mm)
    yield echo.name


def _write_case(
    folder: Path,
    case: str,
    image: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    spacing_mm: tuple[float, float],
) -> None:
    write_image(folder / "imagesTr" / f"{case}_0000.nii.gz", image, spacing_mm)
    write_image(folder / "labelsTr" / f"{case}.nii.gz", labels, spacing_mm)


def _description(n_cases: int, ignored: bool) -> dict[str, Any]:
    labels = {"background": 0, "cavity": 1, "myocardium": 2, "atrium": 3}
    return {
        "channel_names": {"0": "US"},
        "labels": labels | ({"ignore": IGNORE} if ignored else {}),
        "numTraining": n_cases,
        "file_ending": ".nii.gz",
        "overwrite_image_reader_writer": "SimpleITKIO",
    }


def _write_json(path: Path, content: object) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1))
