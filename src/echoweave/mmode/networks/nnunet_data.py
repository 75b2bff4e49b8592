"""Windows in nnU-Net's raw format, so that its plan, training and export work on them."""

from pathlib import Path

from echoweave.io.atomic import whole_folder
from echoweave.labels import BACKGROUND, CAVITY, LABEL_NAMES
from echoweave.mmode.networks.data import WindowSet, read_masked_set
from echoweave.mmode.window_files import animals_of, check_animals
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.files import raw_folder
from echoweave.segmentation.raw_files import Case, describe_cases, write_case, write_splits
from echoweave.segmentation.splits import make_splits

# Pixels of windows have no size: each was brought to the same number of them.
_SPACING = (1.0, 1.0)


def write_mmode_raw(
    arm: Arm, training: Path, validation: Path, size: int, nnunet_root: Path
) -> None:
    """Write the raw data set, whole or not at all: its only fold validates on ``validation``.

    Args:
        arm: Of frames and manual masks.
        training: Folder of windows to train on, see :mod:`echoweave.mmode.window_files`.
        validation: Folder of windows of other animals.
        size: Side that windows are brought to.
        nnunet_root: results/mmode/nnunet.

    Raises:
        InputError: Bad folders, or an animal on both sides.
    """
    learnt, validated = (read_masked_set(folder, size) for folder in (training, validation))
    check_animals(learnt.names, validated.names, validation)
    names = learnt.names + validated.names
    with whole_folder(raw_folder(nnunet_root, arm)) as folder:
        for side in (learnt, validated):
            _write_cases(folder, side)
        write_splits(folder, make_splits(names, dict.fromkeys(animals_of(validated.names), 0)))
        describe_cases(folder, names, [LABEL_NAMES[value] for value in (BACKGROUND, CAVITY)])


def _write_cases(folder: Path, windows: WindowSet) -> None:
    for case in map(Case, *windows):
        write_case(folder, case, _SPACING)
