"""The three nnU-Nets that are compared, and where their files lie under results/nnunet.

Rules import this module while they are parsed: it needs neither torch nor nnU-Net.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

# The class name in trainer.py: nnU-Net names its folders after it.
TRAINER = "EchoTrainer"
PLANS = "nnUNetPlans"


@dataclass(frozen=True)
class Arm:
    """One way to train.

    Attributes:
        dataset: nnU-Net's name of the data set.
        configuration: nnU-Net's name of the network: "2d" or "3d_fullres".
        dense: Trains on the pseudo-labels of every frame, not on the manual ED and ES masks alone.
    """

    dataset: str
    configuration: str
    dense: bool

    @property
    def dataset_id(self) -> int:
        """The number in the name of the data set."""
        return int(self.dataset[len("Dataset") :].partition("_")[0])

    @property
    def whole_sequences(self) -> bool:
        """A case is a sequence [T, Y, X], not a frame [Y, X]."""
        return self.configuration == "3d_fullres"


ARMS: Mapping[str, Arm] = MappingProxyType(
    {
        "sparse2d": Arm("Dataset570_CAMUS2DSparse", "2d", dense=False),
        "dense2d": Arm("Dataset571_CAMUS2DDense", "2d", dense=True),
        "dense3d": Arm("Dataset572_CAMUS3DDense", "3d_fullres", dense=True),
    }
)


def raw_folder(root: Path, arm: str) -> Path:
    """Return the folder of the raw data set; its dataset.json is written last."""
    return root / "raw" / ARMS[arm].dataset


def preprocessed_folder(root: Path, arm: str) -> Path:
    """Return the folder of plans and preprocessed cases."""
    return root / "preprocessed" / ARMS[arm].dataset


def prepared_file(root: Path, arm: str) -> Path:
    """Return the file that says what was preprocessed; it is written last."""
    return preprocessed_folder(root, arm) / "prepared.json"


def model_folder(root: Path, arm: str) -> Path:
    """Return the folder that holds one folder a fold."""
    name = f"{TRAINER}__{PLANS}__{ARMS[arm].configuration}"
    return root / "trained" / ARMS[arm].dataset / name


def fold_folder(root: Path, arm: str, fold: int | str) -> Path:
    """Return the folder of one fold; ``fold`` may be a wildcard."""
    return model_folder(root, arm) / f"fold_{fold}"


def validation_summary(root: Path, arm: str, fold: int | str) -> Path:
    """Return the last file that the training of a fold leaves; nnU-Net's own, moved when whole."""
    return fold_folder(root, arm, fold) / "summary.json"


def curves_file(root: Path, arm: str, fold: int | str) -> Path:
    """Return the table of losses and Dice over the epochs."""
    return fold_folder(root, arm, fold) / "curves.tsv"


def best_file(root: Path, arm: str) -> Path:
    """Return the file that holds cross-validated Dice and the postprocessing."""
    return root / "trained" / ARMS[arm].dataset / "best.json"


def frame_case(sequence: str, frame: int) -> str:
    """Return the case name of one frame: ``"patient0001_4CH_f007"``."""
    return f"{sequence}_f{frame:03d}"


def patient_of(case: str) -> str:
    """Return the patient that a case of either kind belongs to."""
    return case.partition("_")[0]
