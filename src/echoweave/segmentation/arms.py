"""The three nnU-Nets that are compared, and where their files lie under results/nnunet.

Rules import this module while they are parsed: it needs neither torch nor nnU-Net.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

# The class name in trainer.py: nnU-Net names its folders after it.
TRAINER = "EchoTrainer"
PLANS = "nnUNetPlans"
# nnU-Net's names of its networks, the simpler first: of two that are equally good it is chosen.
CONFIGURATIONS = ("2d", "3d_fullres")


@dataclass(frozen=True)
class Arm:
    """One way to train.

    Attributes:
        dataset: nnU-Net's name of the data set.
        whole_sequences: A case is a sequence [T, Y, X], not a frame [Y, X].
        dense: Trains on the pseudo-labels of every frame, not on the manual ED and ES masks alone.
    """

    dataset: str
    whole_sequences: bool
    dense: bool

    @property
    def dataset_id(self) -> int:
        """The number in the name of the data set."""
        return int(self.dataset[len("Dataset") :].partition("_")[0])


ARMS: Mapping[str, Arm] = MappingProxyType(
    {
        "sparse2d": Arm("Dataset570_CAMUS2DSparse", whole_sequences=False, dense=False),
        "dense2d": Arm("Dataset571_CAMUS2DDense", whole_sequences=False, dense=True),
        "dense3d": Arm("Dataset572_CAMUS3DDense", whole_sequences=True, dense=True),
    }
)


def candidates(listed: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return the configurations that each arm trains, the simpler first.

    Args:
        listed: ``segmentation.candidates`` of the config, for arms of whole sequences. There is
            one network for single frames, "2d".
    """
    chosen = {arm: listed.get(arm, ("2d",)) for arm in ARMS}
    return {arm: tuple(one for one in CONFIGURATIONS if one in chosen[arm]) for arm in ARMS}


def ensemble_name(configurations: Sequence[str]) -> str:
    """Return how a candidate is called in tables: "2d", or "2d + 3d_fullres" for their ensemble."""
    return " + ".join(configurations)


def raw_folder(root: Path, arm: str) -> Path:
    """Return the folder of the raw data set; its dataset.json is written last."""
    return root / "raw" / ARMS[arm].dataset


def preprocessed_folder(root: Path, arm: str) -> Path:
    """Return the folder of plans and preprocessed cases."""
    return root / "preprocessed" / ARMS[arm].dataset


def prepared_file(root: Path, arm: str) -> Path:
    """Return the file that says what was preprocessed; it is written last."""
    return preprocessed_folder(root, arm) / "prepared.json"


def model_folder(root: Path, arm: str, configuration: str) -> Path:
    """Return the folder that holds one folder a fold."""
    name = f"{TRAINER}__{PLANS}__{configuration}"
    return root / "trained" / ARMS[arm].dataset / name


def fold_folder(root: Path, arm: str, configuration: str, fold: int | str) -> Path:
    """Return the folder of one fold; ``configuration`` and ``fold`` may be wildcards."""
    return model_folder(root, arm, configuration) / f"fold_{fold}"


def validation_summary(root: Path, arm: str, configuration: str, fold: int | str) -> Path:
    """Return the last file that the training of a fold leaves; nnU-Net's own, moved when whole."""
    return fold_folder(root, arm, configuration, fold) / "summary.json"


def curves_file(root: Path, arm: str, configuration: str, fold: int | str) -> Path:
    """Return the table of losses and Dice over the epochs."""
    return fold_folder(root, arm, configuration, fold) / "curves.tsv"


def curves_files(
    root: Path, trained: Mapping[str, Sequence[str]], folds: Sequence[int]
) -> dict[str, dict[str, list[Path]]]:
    """Return arm -> configuration -> the tables of its folds.

    Args:
        root: results/nnunet.
        trained: What :func:`candidates` returns.
        folds: All folds.
    """
    return {
        arm: {one: [curves_file(root, arm, one, fold) for fold in folds] for one in configurations}
        for arm, configurations in trained.items()
    }


def best_file(root: Path, arm: str) -> Path:
    """Return the file that holds the choice among the candidates and the postprocessing."""
    return root / "trained" / ARMS[arm].dataset / "best.json"


def frame_case(sequence: str, frame: int) -> str:
    """Return the case name of one frame: ``"patient0001_4CH_f007"``."""
    return f"{sequence}_f{frame:03d}"


def patient_of(case: str) -> str:
    """Return the patient that a case of either kind belongs to."""
    return case.partition("_")[0]
