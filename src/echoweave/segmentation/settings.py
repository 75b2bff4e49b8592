"""The settings of training, section ``segmentation.training`` of the config."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

# How a training runs, which changes nothing of what it learns.
_RUNNING = ("save_every", "augmentation_workers")
# How what is learnt from is varied, which a pretraining does as well.
AUGMENTING = ("rotation_degrees", "mirroring")
# The axes of a case [T, Y, X], in this order; a frame has the last two.
Axis = Literal["time", "vertical", "horizontal"]


@dataclass(frozen=True)
class TrainingSettings:
    """How every fold is trained.

    Attributes:
        epochs: nnU-Net's are not passes over the data but a number of iterations.
        iterations_per_epoch: Batches a training epoch.
        validation_iterations: Batches for the Dice that is shown after each epoch.
        save_every: Epochs between two checkpoints from which a killed training goes on.
        initial_lr: Decays to 0 with the power 0.9.
        momentum: Of the gradient descent; nnU-Net's 0.99 wants thousands of iterations.
        rotation_degrees: Augmentation turns frames by at most this much to either side; None:
            nnU-Net's own choice, which mixes frames where a patch is about as long as it is wide.
        mirroring: Axes along which augmentation mirrors. A network then predicts an image once
            for each combination of them, and the mean counts.
        augmentation_workers: Processes that augment, at most one a thread of the job; 0: in the
            training process, and then a CPU training is bit-identical for a seed.
    """

    epochs: int
    iterations_per_epoch: int
    validation_iterations: int
    save_every: int
    initial_lr: float
    momentum: float
    rotation_degrees: float | None
    mirroring: list[Axis]
    augmentation_workers: int
    share_of_training: float

    @property
    def identity(self) -> dict[str, Any]:
        """The settings that change what is learnt: a checkpoint of other ones is of no use."""
        return learning(asdict(self))


@dataclass(frozen=True)
class PretrainingSettings:
    """How hidden frames are learnt to be rebuilt, section ``segmentation.pretraining``.

    Attributes:
        epochs: As those of a training.
        iterations_per_epoch: Batches a training epoch.
        validation_iterations: Batches for the loss that chooses the checkpoint.
        initial_lr: Of AdamW; decays to 0 with the power 0.9.
        hidden_share: Share of a patch that is hidden.
        hide: "frame": whole frames; "tube": squares in the frame, through all frames.
        loss_on: "all" frames, hidden or not, or "hidden" places alone.
    """

    epochs: int
    iterations_per_epoch: int
    validation_iterations: int
    initial_lr: float
    hidden_share: float
    hide: Literal["frame", "tube"]
    loss_on: Literal["all", "hidden"]


def learning(training: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of ``segmentation.training`` whose change makes a training stale."""
    return {key: value for key, value in training.items() if key not in _RUNNING}


def running(training: Mapping[str, Any]) -> dict[str, Any]:
    """Return its other keys: how often a state is saved, and by whom data are augmented."""
    return {key: training[key] for key in _RUNNING}
