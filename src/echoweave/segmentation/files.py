"""Where the files of the nnU-Nets lie under results/nnunet.

Rules import this module while they are parsed: it needs neither torch nor nnU-Net.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from echoweave.segmentation.arm import Arm

# The class names in trainer.py, pretrainer.py and volume_trainer.py: nnU-Net names its folders by
# them.
TRAINER, PRETRAINER = "EchoTrainer", "MaskedTrainer"
VOLUME_TRAINER = "VolumeTrainer"
# nnU-Net's plans of a data set. In the folders of trainings the arm takes the place of this name,
# since several may train on one data set.
PLANS = "nnUNetPlans"
# Where an arm finds the weights to start from.
FINAL, LEAST_LOSS = "checkpoint_final.pth", "checkpoint_least_loss.pth"


def raw_folder(root: Path, arm: Arm) -> Path:
    """Return the folder of the raw data set; its dataset.json is written last."""
    return root / "raw" / arm.dataset


def preprocessed_folder(root: Path, arm: Arm) -> Path:
    """Return the folder of plans and preprocessed cases."""
    return root / "preprocessed" / arm.dataset


def prepared_file(root: Path, arm: Arm) -> Path:
    """Return the file that says what was preprocessed; it is written last."""
    return preprocessed_folder(root, arm) / "prepared.json"


def model_folder(root: Path, arm: Arm, configuration: str) -> Path:
    """Return the folder that holds one folder a fold."""
    trainer = VOLUME_TRAINER if arm.sees == "volumes" else TRAINER
    name = f"{trainer}__{arm.name}__{configuration}"
    return root / "trained" / arm.dataset / name


def fold_folder(root: Path, arm: Arm, configuration: str, fold: int | str) -> Path:
    """Return the folder of one fold; ``configuration`` and ``fold`` may be wildcards."""
    return model_folder(root, arm, configuration) / f"fold_{fold}"


def validation_summary(root: Path, arm: Arm, configuration: str, fold: int | str) -> Path:
    """Return the last file that the training of a fold leaves; nnU-Net's own, moved when whole."""
    return fold_folder(root, arm, configuration, fold) / "summary.json"


def curves_file(root: Path, arm: Arm, configuration: str, fold: int | str) -> Path:
    """Return the table of losses and Dice over the epochs."""
    return fold_folder(root, arm, configuration, fold) / "curves.tsv"


def curves_files(
    root: Path, arms: Iterable[Arm], trained: Mapping[str, Sequence[str]], folds: Sequence[int]
) -> dict[str, dict[str, list[Path]]]:
    """Return arm -> configuration -> the tables of its folds.

    Args:
        root: results/nnunet.
        arms: The arms.
        trained: The configurations of each.
        folds: All folds.
    """
    return {
        arm.name: {
            one: [curves_file(root, arm, one, fold) for fold in folds] for one in trained[arm.name]
        }
        for arm in arms
    }


def best_file(root: Path, arm: Arm) -> Path:
    """Return the file that holds the choice among the candidates and the postprocessing."""
    return root / "trained" / arm.dataset / f"best_{arm.name}.json"


def pretraining_folder(root: Path, arm: Arm, fold: int | str) -> Path:
    """Return the folder of the pretraining of one fold; ``arm`` is arms.PRETRAINING."""
    return root / "trained" / arm.dataset / f"{PRETRAINER}__{arm.name}__3d_fullres/fold_{fold}"


def rebuilt_file(root: Path, arm: Arm, fold: int | str) -> Path:
    """Return the last file that a pretraining leaves: a clip, what was hidden, what was rebuilt."""
    return pretraining_folder(root, arm, fold) / "rebuilt.npz"


def frame_case(sequence: str, frame: int) -> str:
    """Return the case name of one frame: ``"patient0001_4CH_f007"``."""
    return f"{sequence}_f{frame:03d}"


def patient_of(case: str) -> str:
    """Return the patient that a case of either kind belongs to."""
    return case.partition("_")[0]
