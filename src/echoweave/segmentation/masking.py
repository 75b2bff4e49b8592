"""Hide parts of clips and judge how they were rebuilt: temporal masking, Maani et al. (2024)."""

import math
from typing import Literal

import torch
from torch import Tensor

# Side of the squares that are hidden through all frames, in pixels (VideoMAE, Tong et al. 2022).
_TUBE_PX = 16


def hidden_places(
    shape: tuple[int, int, int], share: float, hide: Literal["frame", "tube"]
) -> Tensor:
    """Draw what is hidden of a clip, bool [T, Y, X], from torch's global generator.

    Args:
        shape: (T, Y, X).
        share: Share of the frames, or of the squares of a frame, rounded half up.
        hide: "frame" or "tube".
    """
    n_frames, height, width = shape
    if hide == "frame":
        return _drawn(n_frames, share)[:, None, None].expand(shape).clone()
    rows, columns = math.ceil(height / _TUBE_PX), math.ceil(width / _TUBE_PX)
    squares = _drawn(rows * columns, share).reshape(rows, columns)
    frame = squares.repeat_interleave(_TUBE_PX, 0).repeat_interleave(_TUBE_PX, 1)
    return frame[:height, :width].expand(shape).clone()


def hide_from(clips: Tensor, hidden: Tensor) -> Tensor:
    """Return clips [N, C, T, Y, X] black where ``hidden`` [N, 1, T, Y, X]: as dark as they get."""
    black = clips.amin(dim=(2, 3, 4), keepdim=True)
    return torch.where(hidden, black, clips)


def rebuilding_loss(rebuilt: Tensor, clips: Tensor, counted: Tensor) -> Tensor:
    """Return the mean squared difference where ``counted``; all are [N, C, T, Y, X]."""
    return ((rebuilt - clips) ** 2)[counted.expand_as(clips)].mean()


def _drawn(count: int, share: float) -> Tensor:
    """Return bool [count], of which the share is true, at random."""
    drawn = torch.zeros(count, dtype=torch.bool)
    drawn[torch.randperm(count)[: math.floor(share * count + 0.5)]] = True
    return drawn
