"""Weak supervision: masks carried by the network that learns, at ED and ES or a teacher's."""

import math
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import one_hot

from echoweave.errors import InputError, Problem
from echoweave.geometry.warp import compose_steps, warp
from echoweave.labels import N_LABELS
from echoweave.registration.frames import pair_batch
from echoweave.registration.losses import soft_dice
from echoweave.registration.pairs import PreparedSequence


def labelled_clips(clips: list[PreparedSequence]) -> list[PreparedSequence]:
    """Return the clips with reference masks.

    Raises:
        InputError: There is none.
    """
    labelled = [clip for clip in clips if clip.labels is not None]
    if not labelled:
        raise InputError(
            Problem(
                "config",
                "registration.models",
                "supervision_weight is above 0, but no training sequence has masks",
                "set supervision_weight to 0",
            )
        )
    return labelled


def carried_overlap(
    register: Callable[[Tensor], Tensor],
    clip: PreparedSequence,
    max_frame_gap: int | None,
    device: torch.device,
) -> Tensor:
    """Return the soft Dice of the ED mask carried to ES with the ES mask, and of the reverse.

    The masks travel in equal steps of at most ``max_frame_gap`` frames, whose fields are composed:
    ED and ES are further apart than the pairs that the network learns from and is used on.

    Args:
        register: The network: float [N, 2, S, S] pairs to [N, 2, S, S] fields.
        clip: A sequence with masks.
        max_frame_gap: Largest distance of the frames of a pair; None: any.
        device: Where the network is.

    Returns:
        The mean of both directions, a scalar.
    """
    there = clip.frames[path(clip.ed, clip.es, max_frame_gap)]
    back = there[::-1]
    fixed, moving = np.concatenate((there[1:], back[1:])), np.concatenate((there[:-1], back[:-1]))
    to_ed, to_es = register(pair_batch(fixed, moving, device)).chunk(2)
    masks = _masks(clip.labels, device)
    carried = warp(masks, torch.cat((compose_steps(to_ed), compose_steps(to_es))))
    return soft_dice(carried, masks.flip(0))


def check_noisy_labels(clips: list[PreparedSequence]) -> None:
    """Check that a teacher has labelled the clips.

    Raises:
        InputError: It has not.
    """
    missing = [clip.name for clip in clips if clip.noisy_labels is None]
    if missing:
        raise InputError(
            Problem(
                missing[0],
                "registration.models",
                "noisy_labels_weight is above 0, but no teacher has labelled this sequence",
                "give its labels, or set noisy_labels_weight to 0",
            )
        )


def noisy_overlap(dvf: Tensor, labels: NDArray[np.uint8] | None) -> Tensor:
    """Return the soft Dice of the moving frames' labels after the warp with the fixed frames'.

    Pairs with a frame that is all background, which nobody knows the labels of, do not count; if
    none is left, the overlap is 0.

    Args:
        dvf: float [N, 2, S, S] in pixels, fixed -> moving.
        labels: uint8 [N, 2, S, S], of the fixed and the moving frames.

    Returns:
        The mean over the pairs, a scalar.
    """
    assert labels is not None
    fixed, moving = (_masks(labels[:, side], dvf.device) for side in (0, 1))
    known = fixed[:, 1:].any((1, 2, 3)) & moving[:, 1:].any((1, 2, 3))
    return soft_dice(warp(moving, dvf), fixed, known[:, None].expand(-1, N_LABELS))


def _masks(labels: NDArray[np.uint8] | None, device: torch.device) -> Tensor:
    """Return labels [N, S, S] as one mask a label, float [N, labels, S, S]."""
    masks = one_hot(torch.as_tensor(labels, device=device).long(), N_LABELS)
    return masks.permute(0, 3, 1, 2).float()


def path(ed: int, es: int, max_frame_gap: int | None) -> list[int]:
    """Return frames from ``ed`` to ``es``, evenly spaced and at most ``max_frame_gap`` apart."""
    steps = math.ceil((es - ed) / max_frame_gap) if max_frame_gap else 1
    return [ed + round(step * (es - ed) / steps) for step in range(steps + 1)]
