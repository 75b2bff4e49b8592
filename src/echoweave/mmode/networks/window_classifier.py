"""The network that says whether a window of a strip is good enough to be measured.

Source: the quality network of Echo2Pheno, module I.
"""

from torch import Tensor, nn

_CHANNELS = (64, 128, 256, 128, 64)
# Sides of its input are multiples of this.
CLASSIFIER_STRIDE = 2 ** len(_CHANNELS)


class WindowClassifier(nn.Module):
    """Five blocks of convolution, ReLU, batch norm and max-pool, and one linear layer.

    Input [N, 1, size, size], grey values from -1 to 1; output logits [N], above 0 for good.

    Args:
        size: A multiple of 32.
    """

    def __init__(self, size: int = 256) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, channels in zip((1, *_CHANNELS), _CHANNELS, strict=False):
            convolution = nn.Conv2d(before, channels, 3, padding=1)
            layers += [convolution, nn.ReLU(), nn.BatchNorm2d(channels), nn.MaxPool2d(2)]
        self.blocks = nn.Sequential(*layers)
        self.head = nn.Linear(_CHANNELS[-1] * (size // CLASSIFIER_STRIDE) ** 2, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits of ``image``."""
        logits: Tensor = self.head(self.blocks(image).flatten(1))[:, 0]
        return logits
