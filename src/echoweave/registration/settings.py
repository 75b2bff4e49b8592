"""Settings of registration: of a model, and of what goes without one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol, TypeVar

from echoweave.errors import InputError, Problem

Similarity = Literal["ncc", "ncc-batch", "local-ncc", "mse"]
Bending = Literal["normalised", "pixel"]
Regulariser = Literal["bending", "diffusion", "gradient-l1"]
Schedule = Literal["constant", "cosine"]
Norm = Literal["none", "instance"]
HeadName = Literal["cumsum", "svf", "displacement"]

Settings = TypeVar("Settings")


class FrameSettings(Protocol):
    """How frames are prepared; see :class:`ModelSettings`."""

    @property
    def size(self) -> int:
        """Side of the square frames, in pixels."""

    @property
    def smoothing_px(self) -> float:
        """Standard deviation of the Gaussian that smooths them."""

    @property
    def standardise(self) -> bool:
        """Whether they are brought to one brightness."""


@dataclass(frozen=True)
class ModelSettings:
    """How one registration network is built and trained; every key is in config/schema.yaml.

    All are of ``registration.models`` but ``rim_share``, which counts for every model.

    Attributes:
        architecture: A name in :mod:`echoweave.registration.networks.registry`.
        size: Side of the square frames that the network works on, in pixels; all other lengths
            are in these pixels.
        grid_spacing_px: Distance of the B-spline control points; a power of two.
        kernels: Kernels of each convolution.
        affine_first: Put an affine stage before the network.
        smoothing_px: Standard deviation of the Gaussian that smooths the frames; 0: none.
        standardise: Bring the brightness inside the sector to a fixed mean and deviation.
        similarity: Which similarity measure is maximised.
        bending: The units of the bending energy.
        bending_weight: Its weight in the loss (alpha).
        max_frame_gap: Largest distance of the two frames of a pair; None: any.
        symmetric: Register every pair in both directions in one step.
        inverse_weight: Weight of the inverse error, the mean squared displacement after there and
            back with the side of the image as unit of length; 0: off. It needs both directions.
        supervision_weight: Weight of the overlap of the ED mask carried to ES with the ES mask and
            the reverse, in training patients; 0: no mask is looked at.
        noisy_labels_weight: Weight of the overlap of the labels that a teacher gives both frames
            of a pair, the moving frame's after the warp; 0: there is no teacher.
        iterations: Number of optimiser steps.
        batch_size: Pairs a step.
        learning_rate: Of Adam (AMSGrad).
        schedule: The learning rate stays, or falls to 0 along a half cosine.
        validate_every: Iterations between two validations.
        rim_share: Width of the sector's rim, which the similarity leaves out, as a share of the
            sector's width.
    """

    architecture: str
    size: int
    grid_spacing_px: int
    kernels: int
    affine_first: bool
    smoothing_px: float
    standardise: bool
    similarity: Similarity
    bending: Bending
    bending_weight: float
    max_frame_gap: int | None
    symmetric: bool
    inverse_weight: float
    supervision_weight: float
    noisy_labels_weight: float
    iterations: int
    batch_size: int
    learning_rate: float
    schedule: Schedule
    validate_every: int
    rim_share: float

    @classmethod
    def from_config(cls, values: Mapping[str, Any], source: str) -> "ModelSettings":
        """Build from a config slice, or from what a checkpoint holds.

        Args:
            values: Every key above.
            source: Where the values stand, for the error: a file, or "registration.models.dirnet".

        Raises:
            InputError: A key is missing or unknown.
        """
        return filled_settings(cls, values, source)


@dataclass(frozen=True)
class JointSettings:
    """How the motion of a clip is found by optimisation alone, ``pseudolabels.joint``.

    Attributes:
        size: Side of the square frames, in pixels; all other lengths are in these pixels.
        grid_spacing_px: Distance of the B-spline control points; a multiple of 4 that ``size`` is
            a multiple of.
        smoothing_px: Standard deviation of the Gaussian that smooths the frames; 0: none.
        bending_weight: Weight of the bending energy, in normalised units.
        inverse_weight: Weight of the inverse error, as in :class:`ModelSettings`.
        acceleration_weight: Weight of the squared acceleration, with the side of the frame as unit
            of length and a frame as unit of time.
        max_frame_gap: Largest number of successive fields that are composed and compared.
        steps: Optimiser steps on frames of a quarter of the size; two thirds as many on half the
            size and a fifth as many on the whole size follow.
        rim_share: As in :class:`ModelSettings`.
    """

    size: int
    grid_spacing_px: int
    smoothing_px: float
    bending_weight: float
    inverse_weight: float
    acceleration_weight: float
    max_frame_gap: int
    steps: int
    rim_share: float

    @property
    def standardise(self) -> bool:
        """Return that the weights suit frames of one brightness."""
        return True


@dataclass(frozen=True)
class RefinementSettings:
    """How the field of one pair is refined on the pair itself; lengths are in its pixels.

    Attributes:
        similarity: Which similarity measure is maximised.
        bending_weight: Weight of the bending energy of the refined field, in pixels.
        grid_spacing_px: Distance of the B-spline control points of what is added to the field; a
            multiple of every number in ``shrinks``.
        shrinks: How much smaller the images are at each stage, the coarsest first.
        steps: Optimiser steps a stage.
        learning_rate: Of Adam at the start of a stage, in pixels of its images; it falls to 0
            along a line.
    """

    similarity: Similarity
    bending_weight: float
    grid_spacing_px: int
    shrinks: Sequence[int]
    steps: int
    learning_rate: float

    @classmethod
    def from_config(cls, values: Mapping[str, Any], source: str) -> "RefinementSettings":
        """Build from a config slice.

        Args:
            values: Every key above.
            source: Where the values stand, for errors: "learn2reg.refinement".

        Raises:
            InputError: A key is missing or unknown, or the images do not shrink in whole cells.
        """
        settings = filled_settings(cls, values, source)
        for shrink in settings.shrinks:
            if settings.grid_spacing_px % shrink:
                what = f"{settings.grid_spacing_px} is no multiple of {shrink}, one of the shrinks"
                remedy = f"take a multiple of {shrink}"
                raise InputError(Problem(source, "grid_spacing_px", what, remedy))
        return settings


def filled_settings(kind: type[Settings], values: Mapping[str, Any], source: str) -> Settings:
    """Build a dataclass of settings from a config slice.

    Args:
        kind: The dataclass.
        values: Every attribute of it, by name.
        source: Where the values stand, for the error.

    Raises:
        InputError: A key is missing or unknown.
    """
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    problems = [
        Problem(source, name, "this key is missing", "add it as in config/config.yaml")
        for name in sorted(names - set(values))
    ]
    problems += [
        Problem(source, name, "unknown key", f"known keys: {', '.join(sorted(names))}")
        for name in sorted(set(values) - names)
    ]
    if problems:
        raise InputError(problems)
    return kind(**values)
