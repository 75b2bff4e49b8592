"""The teacher: an nnU-Net whose labels of every frame supervise registration networks.

It is trained on whom the registration networks train on, and validated, as its only fold, by whom
they are validated by: of patients of the hold-out and of test patients neither learns anything.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from echoweave.io.atomic import whole_folder
from echoweave.registration.split import split_caches
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.predict import predict
from echoweave.segmentation.raw import write_raw


def write_raw_teacher(
    arm: Arm,
    caches: Sequence[Path],
    ted_pairs: Path,
    label_values: Sequence[int],
    nnunet_root: Path,
    settings: Mapping[str, Any],
) -> None:
    """Write the raw data set of the teacher, whole or not at all.

    Args:
        arm: ``arms.TEACHER``.
        caches: ``{patient}.h5`` of every training patient of the cohort.
        ted_pairs: TSV with the column ``patient``: those who are also in TED.
        label_values: What the masks of the data set tell apart, background included.
        nnunet_root: results/nnunet.
        settings: ``{"holdout", "validation_patients", "seed"}``.

    Raises:
        InputError: See :func:`write_raw` and :func:`split_caches`.
    """
    split = split_caches(caches, ted_pairs, settings)
    write_raw(
        arm,
        _chosen(caches, split.training + split.validation),
        folds=dict.fromkeys(split.validation, 0),
        label_values=label_values,
        whole_clips=False,
        pseudolabels=None,
        nnunet_root=nnunet_root,
        quality={},
    )


def predict_noisy_labels(
    arm: Arm,
    caches: Sequence[Path],
    ted_pairs: Path,
    folder: Path,
    nnunet_root: Path,
    settings: Mapping[str, Any],
    threads: int,
) -> None:
    """Write {sequence}.nii.gz [T, Y, X] for the patients who train and validate.

    The folder is written whole or not at all.

    Args:
        arm: The teacher, trained and selected.
        caches: As in :func:`write_raw_teacher`.
        ted_pairs: As there.
        folder: Gets the predictions.
        nnunet_root: results/nnunet.
        settings: As there.
        threads: Threads of this process.
    """
    split = split_caches(caches, ted_pairs, settings)
    seen = _chosen(caches, split.training + split.validation)
    with whole_folder(folder) as whole:
        predict(arm, seen, whole, None, True, nnunet_root, threads)


def _chosen(caches: Sequence[Path], patients: Sequence[str]) -> list[Path]:
    return [path for path in caches if path.stem in patients]
