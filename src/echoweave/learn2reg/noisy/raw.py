"""Cases of all cohorts in nnU-Net's raw format, each with the organs that it has labelled."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_folder
from echoweave.learn2reg.greys import SOFT_TISSUE, window_limits
from echoweave.learn2reg.organs import ORGANS
from echoweave.learn2reg.store import load_case
from echoweave.learn2reg.volume import CaseVolume
from echoweave.logs import LOGGER, Progress
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.files import raw_folder
from echoweave.segmentation.raw_files import Case, describe_cases, write_case, write_splits
from echoweave.segmentation.splits import make_splits

_LABELS = ("background", *ORGANS.values())
# One of nnU-Net's names: it subtracts one mean from all cases and divides by one deviation. For
# other names these would hang on how much air and table is in a case.
_CHANNEL = "CT"
# nnU-Net's own limits are those of half a per cent of labelled voxels, which gas in the stomach
# draws down to that of air.
_LOWEST, _HIGHEST = map(int, window_limits(SOFT_TISSUE))


def write_volume_raw(
    arm: Arm, training: Sequence[Path], choosing: Sequence[Path], nnunet_root: Path
) -> None:
    """Write the raw data set, whole or not at all: its only fold validates on ``choosing``.

    Cases without labels are passed over: there is nothing to learn from them.

    Args:
        arm: Of volumes.
        training: Stored cases of all cohorts that may be learnt from.
        choosing: Stored cases of the target; none of the reported pairs.
        nnunet_root: results/learn2reg/nnunet.

    Raises:
        InputError: On one side no case has labels.
    """
    progress = Progress(f"raw data of {arm.name}, cases", len(training) + len(choosing))
    known: dict[str, list[int]] = {}
    validated = []
    with whole_folder(raw_folder(nnunet_root, arm)) as folder:
        for done, path in enumerate((*training, *choosing), start=1):
            case = load_case(path)
            if case.labels is not None and case.known:
                name = raw_case(case.name)
                _write(folder, name, case)
                known[name] = list(case.known)
                validated += [name] if path in choosing else []
            progress.update(done)
        _check_sides(len(known) - len(validated), len(validated))
        write_splits(folder, make_splits(list(known), dict.fromkeys(validated, 0)))
        describe_cases(folder, list(known), _LABELS, channel=_CHANNEL, known=known)
    LOGGER.info("%d of %d cases have labels", len(known), len(training) + len(choosing))


def raw_case(name: str) -> str:
    """Return what nnU-Net calls a case: splits take what precedes "_" for the patient."""
    return name.replace("_", "-")


def soft_tissue(image: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return a CT in HU, cut off at fixed limits; what the network sees."""
    return np.clip(image, _LOWEST, _HIGHEST)


def _check_sides(n_training: int, n_choosing: int) -> None:
    remedy = "give a cohort with labels, and set labelled cases of the target aside for choosing"
    counts = {"training": n_training, "choosing": n_choosing}
    problems = [
        Problem("config", "learn2reg", f"no case of the split {split!r} has labels", remedy)
        for split, count in counts.items()
        if not count
    ]
    if problems:
        raise InputError(problems)


def _write(folder: Path, name: str, case: CaseVolume) -> None:
    assert case.labels is not None
    sz, sy, sx = case.spacing
    write_case(folder, Case(name, soft_tissue(case.image), case.labels), (sy, sx), step=sz)
