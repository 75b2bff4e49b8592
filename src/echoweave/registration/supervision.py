"""Weak supervision: the masks at ED and ES, carried to each other by the network that learns."""

import math
from collections.abc import Callable

import numpy as np
import torch
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
    masks = one_hot(torch.as_tensor(clip.labels, device=device).long(), N_LABELS)
    masks = masks.permute(0, 3, 1, 2).float()
    carried = warp(masks, torch.cat((compose_steps(to_ed), compose_steps(to_es))))
    return soft_dice(carried, masks.flip(0))


def path(ed: int, es: int, max_frame_gap: int | None) -> list[int]:
    """Return frames from ``ed`` to ``es``, evenly spaced and at most ``max_frame_gap`` apart."""
    steps = math.ceil((es - ed) / max_frame_gap) if max_frame_gap else 1
    return [ed + round(step * (es - ed) / steps) for step in range(steps + 1)]
