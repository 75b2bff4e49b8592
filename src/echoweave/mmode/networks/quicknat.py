"""QuickNAT, which tells the lumen from all else in a window of a strip.

Source: Guha Roy et al., QuickNAT: a fully convolutional network for quick and accurate segmentation
of neuroanatomy, NeuroImage 186 (2019), as Echo2Pheno has it: 64 filters of 5 x 5, no
squeeze-and-excite.
"""

import torch
from torch import Tensor, nn

_FILTERS, _KERNEL, _DROPOUT, _LEVELS = 64, 5, 0.2, 4
# Sides of its input are multiples of this.
QUICKNAT_STRIDE = 2**_LEVELS


class QuickNat(nn.Module):
    """Four dense blocks down, one at the bottom, four up; where a maximum was, there it goes back.

    Input [N, 1, S, S], grey values from 0 to 1; output logits [N, 1, S, S]. S is a multiple of 16.
    """

    def __init__(self) -> None:
        super().__init__()
        inputs = [1] + [_FILTERS] * (_LEVELS - 1)
        self.down = nn.ModuleList([_DenseBlock(channels) for channels in inputs])
        self.bottom = _DenseBlock(_FILTERS)
        self.up = nn.ModuleList([_DenseBlock(2 * _FILTERS) for _ in range(_LEVELS)])
        self.head = nn.Conv2d(_FILTERS, 1, 1)
        self.dropout = nn.Dropout2d(_DROPOUT)
        self.pool = nn.MaxPool2d(2, return_indices=True)

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits of ``image``."""
        skipped = []
        features = image
        for block in self.down:
            before = self.dropout(block(features))
            features, places = self.pool(before)
            skipped.append((before, places))
        features = self.bottom(features)
        for block, (before, places) in zip(self.up, reversed(skipped), strict=True):
            grown = unpool(features, places, before)
            features = self.dropout(block(torch.cat([before, grown], dim=1)))
        logits: Tensor = self.head(features)
        return logits


def unpool(pooled: Tensor, places: Tensor, before: Tensor) -> Tensor:
    """Return ``pooled`` at the places of the maxima it is made of, and 0 elsewhere.

    As nn.MaxUnpool2d, but of operations that ONNX has.

    Args:
        pooled: [N, C, Y/2, X/2].
        places: Of the maxima, as nn.MaxPool2d returns them.
        before: What was pooled, [N, C, Y, X].
    """
    empty = torch.zeros_like(before).flatten(2)
    return empty.scatter(2, places.flatten(2), pooled.flatten(2)).view_as(before)


class _DenseBlock(nn.Module):
    """Three convolutions, each of the input and of what those before it made; one PReLU for all."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        seen = [channels + _FILTERS * before for before in range(3)]
        self.norms = nn.ModuleList([nn.BatchNorm2d(one) for one in seen])
        kernels = (_KERNEL, _KERNEL, 1)
        self.convolutions = nn.ModuleList(
            [
                nn.Conv2d(one, _FILTERS, kernel, padding=kernel // 2)
                for one, kernel in zip(seen, kernels, strict=True)
            ]
        )
        self.activation = nn.PReLU()

    def forward(self, features: Tensor) -> Tensor:
        made = features
        seen = features
        for norm, convolution in zip(self.norms, self.convolutions, strict=True):
            made = convolution(self.activation(norm(seen)))
            seen = torch.cat([seen, made], dim=1)
        return made
