"""Settings of the registration of volumes: of the network, and of a training of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from echoweave.errors import InputError, Problem
from echoweave.registration.settings import (
    HeadName,
    Norm,
    Regulariser,
    Schedule,
    Similarity,
    filled_settings,
)


@dataclass(frozen=True)
class PairModelSettings:
    """How the network of pairs of volumes is built, ``learn2reg.network``.

    Attributes:
        windows: (width, level) in Hounsfield units of each channel.
        channels: Features of each level, from full resolution down.
        down_convolutions: Convolutions of each level below the first.
        up_convolutions: The same on the way up, from the coarsest.
        norm: Of the features: "none" or "instance".
        head: What the last layer means: "cumsum", "svf" or "displacement".
        deep_supervision: Whether coarser levels have heads, too, that are trained with it.
        shrink: How many times smaller than the volumes is what the network sees, along every axis;
            its fields are brought to their size linearly.
    """

    windows: Sequence[tuple[float, float]]
    channels: Sequence[int]
    down_convolutions: Sequence[int]
    up_convolutions: Sequence[int]
    norm: Norm
    head: HeadName
    deep_supervision: bool
    shrink: int

    @classmethod
    def from_config(cls, values: Mapping[str, Any], source: str) -> "PairModelSettings":
        """Build from a config slice, or from what a checkpoint holds.

        Args:
            values: Every key above.
            source: Where the values stand, for errors: a file, or "learn2reg.network".

        Raises:
            InputError: A key is missing or unknown, or a level has no number of convolutions.
        """
        settings = filled_settings(cls, values, source)
        halvings = len(settings.channels) - 1
        problems = [
            Problem(
                source,
                name,
                f"{len(values[name])} numbers for the {halvings} halvings of channels",
                f"give {halvings} numbers",
            )
            for name in ("down_convolutions", "up_convolutions")
            if len(values[name]) != halvings
        ]
        if problems:
            raise InputError(problems)
        return settings


@dataclass(frozen=True)
class PairTrainingSettings:
    """How the network of pairs of volumes is trained, ``learn2reg.training`` and
    ``learn2reg.pretraining``.

    ``loss = regulariser_weight * regulariser - similarity_weight * similarity + dice_weight * (1 -
    Dice) + inverse_weight * inverse error``, each the mean of both directions if symmetric.

    Attributes:
        similarity: Which similarity measure is maximised, over all windows.
        similarity_weight: Its weight.
        regulariser: Which unevenness of the field is minimised, in voxels.
        regulariser_weight: Its weight.
        dice_weight: Weight of the overlap of the labels that both cases of a pair know; 0: no label
            is looked at.
        symmetric: Register every pair in both directions; each volume is encoded once.
        inverse_weight: Weight of the inverse error; 0: off. It needs both directions.
        crop: Side of the crops to train on, in voxels; a volume's shorter sides stay whole.
        iterations: Number of optimiser steps; as many times ``batch_size`` over the number of cases
            are the epochs.
        batch_size: Pairs a step.
        learning_rate: Of Adam.
        schedule: The learning rate stays, or falls to 0 along a half cosine.
        validate_every: Iterations between two looks at the pairs that choose the checkpoint.
    """

    similarity: Similarity
    similarity_weight: float
    regulariser: Regulariser
    regulariser_weight: float
    dice_weight: float
    symmetric: bool
    inverse_weight: float
    crop: int
    iterations: int
    batch_size: int
    learning_rate: float
    schedule: Schedule
    validate_every: int

    @classmethod
    def from_config(cls, values: Mapping[str, Any], source: str) -> "PairTrainingSettings":
        """Build from a config slice.

        Args:
            values: Every key above: those of the base, a network's own in their place.
            source: Where the values stand, for errors: "learn2reg.pretraining".

        Raises:
            InputError: A key is missing or unknown, or the inverse error lacks a direction.
        """
        settings = filled_settings(cls, values, source)
        if settings.inverse_weight > 0 and not settings.symmetric:
            what = "the inverse error needs both directions, and symmetric is false"
            raise InputError(Problem(source, "inverse_weight", what, "set symmetric to true"))
        return settings
