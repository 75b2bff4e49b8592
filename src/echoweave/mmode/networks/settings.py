"""How a network is trained on windows."""

from dataclasses import dataclass

from echoweave.errors import InputError, Problem

_SMALLEST = 32


@dataclass(frozen=True)
class WindowTrainingSettings:
    """Settings of one training.

    Attributes:
        epochs: Passes over the training windows.
        batch_size: Windows a step.
        size: Side that windows are brought to.
        learning_rate: Of Adam.
        start: Checkpoint whose weights are taken instead of seeded ones, if any.
        seed: Seeds weights, order and augmentation: on one machine's CPU the same weights follow.
    """

    epochs: int
    batch_size: int
    size: int
    learning_rate: float
    start: str | None
    seed: int


def check_size(size: int, stride: int, key: str) -> None:
    """Check that the network halves ``size`` without a rest.

    Raises:
        InputError: It does not.
    """
    if size < _SMALLEST or size % stride:
        what = f"windows of {size} pixels do not fit the network"
        remedy = f"take a multiple of {stride}, at least {_SMALLEST}"
        raise InputError(Problem("config", key, what, remedy))
