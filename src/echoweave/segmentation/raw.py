"""Write an arm's training data in nnU-Net's raw format."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.io.atomic import whole_folder
from echoweave.io.cache import (
    EchoSequence,
    read_labelled_spacings,
    read_sequence,
    read_views,
    read_whole_clip,
)
from echoweave.io.images import read_array
from echoweave.io.tables import read_tsv
from echoweave.labels import LABEL_NAMES
from echoweave.logs import Progress
from echoweave.pseudolabels.files import label_path
from echoweave.pseudolabels.selection import IGNORE, training_labels
from echoweave.pseudolabels.settings import QualitySettings
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.axes import frame_step
from echoweave.segmentation.files import frame_case, raw_folder
from echoweave.segmentation.numbers import to_nnunet
from echoweave.segmentation.raw_files import Case, describe_cases, write_case, write_splits
from echoweave.segmentation.splits import make_splits

Labelled = tuple[int, NDArray[np.uint8]]
Labeller = Callable[[EchoSequence], list[Labelled]]


def write_raw(
    arm: Arm,
    caches: Sequence[Path],
    folds: Mapping[str, int],
    label_values: Sequence[int],
    whole_clips: bool,
    pseudolabels: Path | None,
    nnunet_root: Path,
    quality: Mapping[str, Any],
) -> None:
    """Write the folder of images, labels, splits_final.json and dataset.json, whole or not at all.

    2-D cases are frames [Y, X], 3-D cases sequences [T, Y, X] in the order of time, a diastole from
    ES to ED, or whole clips, with one :func:`frame_step`. ED and ES always carry their manual
    masks; frames of 3-D cases without labels are ignored.

    Args:
        arm: The arm.
        caches: Cache files of the training patients; sequences without masks are passed over.
        folds: The 0-based fold that validates a training patient.
        label_values: What the masks of the data set tell apart, background included.
        whole_clips: Whether 3-D cases are the whole clips of the caches.
        pseudolabels: Folder of the estimator in use, with quality.tsv; None for an arm that
            learns from manual masks.
        nnunet_root: results/nnunet.
        quality: ``pseudolabels.quality`` of the config.

    Raises:
        InputError: An unreadable file, or splits that would not be sound.
    """
    label = _labeller(arm, pseudolabels, quality)
    names: list[str] = []
    ignored = False
    step = frame_step([one for cache in caches for one in read_labelled_spacings(cache)])
    progress = Progress(f"raw data of {arm.name}, patients", len(caches))
    with whole_folder(raw_folder(nnunet_root, arm)) as folder:
        for done, cache in enumerate(caches, start=1):
            for case, spacing in _cases_of(cache, label, arm, whole_clips):
                ignored |= bool((case.labels == IGNORE).any())
                numbered = case._replace(labels=to_nnunet(case.labels, label_values))
                write_case(folder, numbered, spacing, step)
                names.append(case.name)
            progress.update(done)
        write_splits(folder, make_splits(names, folds))
        describe_cases(folder, names, [LABEL_NAMES[value] for value in label_values], ignored)


def _labeller(arm: Arm, pseudolabels: Path | None, quality: Mapping[str, Any]) -> Labeller:
    if arm.labels == "manual":
        return _manual
    assert pseudolabels is not None
    return _dense_labeller(pseudolabels, quality)


def _cases_of(
    cache: Path, label: Labeller, arm: Arm, whole_clips: bool
) -> Iterator[tuple[Case, tuple[float, float]]]:
    """Yield the cases of a patient with their spacing."""
    for view in read_views(cache):
        echo = read_sequence(cache, view)
        if echo.labels is None:
            continue
        if arm.sees == "frames":
            cases = list(_frame_cases(echo, label(echo)))
        elif whole_clips:
            cases = [_clip_case(echo, label(echo), read_whole_clip(cache, view))]
        else:
            cases = [_sequence_case(echo, label(echo))]
        yield from ((case, echo.spacing) for case in cases)


def _manual(echo: EchoSequence) -> list[Labelled]:
    assert echo.labels is not None
    return [(echo.ed, echo.labels[0]), (echo.es, echo.labels[1])]


def _dense_labeller(folder: Path, quality: Mapping[str, Any]) -> Labeller:
    """Return what gives the frames whose pseudo-labels are good enough, and the manual ones."""
    settings = QualitySettings(**quality)
    table = read_tsv(folder / "quality.tsv")

    def label(echo: EchoSequence) -> list[Labelled]:
        read = {
            direction: read_array(label_path(folder, direction, echo.name))
            for direction in settings.directions
        }
        fused = read["fused"]
        forward, backward = (read.get(direction, fused) for direction in ("forward", "backward"))
        rows = table[table["sequence"] == echo.name]
        chosen = training_labels(fused, forward, backward, rows, echo.spacing, settings)
        return sorted((dict(chosen) | dict(_manual(echo))).items())

    return label


def _frame_cases(echo: EchoSequence, frames: Sequence[Labelled]) -> Iterator[Case]:
    for frame, labels in frames:
        yield Case(frame_case(echo.name, frame), echo.frames[frame], labels)


def _sequence_case(echo: EchoSequence, frames: Sequence[Labelled]) -> Case:
    """Return the sequence; frames that are not among ``frames`` are ``IGNORE``."""
    volume = np.full_like(echo.frames, IGNORE)
    for frame, labels in frames:
        volume[frame] = labels
    return Case(echo.name, echo.in_time(echo.frames), echo.in_time(volume))


def _clip_case(echo: EchoSequence, frames: Sequence[Labelled], clip: EchoSequence) -> Case:
    """Return the whole clip that ``echo`` is cut from; its other frames are ``IGNORE``, too."""
    volume = np.full_like(clip.frames, IGNORE)
    within = clip.cut(volume)
    for frame, labels in frames:
        within[frame] = labels
    return Case(echo.name, clip.frames, volume)
