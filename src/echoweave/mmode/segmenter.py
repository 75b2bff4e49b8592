"""A bundle's networks on a strip: where the lumen is, and how good windows are."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from echoweave.bundles.grid import on_picture, to_grid
from echoweave.bundles.networks import FoldNetwork, open_network
from echoweave.bundles.windows import window_weights
from echoweave.clips.clip import Box
from echoweave.mmode.bundle import LumenNetwork, MModeBundle, QualityNetwork
from echoweave.mmode.quality_windows import column_confidence, quality_side
from echoweave.mmode.windows import Mask, cut_picture, mean_row, tile_windows, uncut

Probability = NDArray[np.float32]
# They take windows that were brought to the network's size.
Finder = Callable[[NDArray[np.uint8]], Probability]
Judge = Callable[[NDArray[np.uint8]], float]
# Windows have been brought to one size, and nnU-Net was told this spacing of it.
_PIXEL = (1.0, 1.0)


class MModeSegmenter:
    """Finds the lumen in strips and judges windows of them.

    Args:
        bundle: The bundle; its networks are loaded once.
        threads: Threads to run them with.
    """

    def __init__(self, bundle: MModeBundle, threads: int) -> None:
        self.bundle = bundle
        load = _quicknat if bundle.network.kind == "quicknat" else _nnunet
        self._find = load(bundle.network, threads)
        quality = bundle.quality
        self._judge = _classifier(quality, threads) if quality else None

    def probability(self, pixels: NDArray[np.uint8]) -> Probability:
        """Return how likely each pixel of a strip is lumen.

        Windows as high as the strip overlap by half; where they do, what is nearer to the middle of
        its window counts more.

        Args:
            pixels: uint8 [Y, X].

        Returns:
            float32 [Y, X], 0 to 1.
        """
        height, width = pixels.shape
        total = np.zeros(pixels.shape, np.float32)
        weight = np.zeros(pixels.shape, np.float32)
        weights = window_weights((height, height))
        for box in tile_windows((height, width), height):
            inside = weights[:, : box.right - box.left]
            total[box.slices] += inside * self.window_probability(pixels, box)
            weight[box.slices] += inside
        return np.asarray(total / weight)

    def window_probability(self, pixels: NDArray[np.uint8], box: Box) -> Probability:
        """Return how likely each pixel of a window is lumen, at the window's own size.

        Args:
            pixels: uint8 [Y, X].
            box: A window of it, see :func:`tile_windows`.
        """
        return uncut(self._find(cut_picture(pixels, box, self.bundle.network.size)), box)

    def judge(
        self,
        pixels: NDArray[np.uint8],
        mask: Mask | None,
        mass_g: float | None = None,
    ) -> NDArray[np.float64] | None:
        """Return how sure the classifier is of each column that its picture is good.

        Args:
            pixels: uint8 [Y, X].
            mask: uint8 [Y, X], as that of a strip: windows lie around its mean row. None: in the
                middle.
            mass_g: Of the animal: how large windows are, see :func:`quality_side`.

        Returns:
            [X], 0 to 1, NaN where no window lies; None if the bundle has no classifier.
        """
        if self._judge is None:
            return None
        height, width = pixels.shape
        side = quality_side(height, mass_g)
        centre = None if mask is None else mean_row(mask)
        boxes = tile_windows((height, width), side, centre)
        return column_confidence(boxes, self.confidence(pixels, boxes), width)

    def confidence(self, pixels: NDArray[np.uint8], boxes: Sequence[Box]) -> list[float]:
        """Return how sure the classifier is that each window is good, 0 to 1.

        Args:
            pixels: uint8 [Y, X].
            boxes: Windows of it.

        Raises:
            ValueError: The bundle has no classifier.
        """
        quality = self.bundle.quality
        if quality is None or self._judge is None:
            raise ValueError("the bundle has no classifier of windows")
        return [self._judge(cut_picture(pixels, box, quality.size)) for box in boxes]


def _quicknat(network: LumenNetwork, threads: int) -> Finder:
    session = open_network(network.file, threads)

    def find(window: NDArray[np.uint8]) -> Probability:
        grey = window.astype(np.float32) / 255
        (logits,) = session.run(None, {"image": grey[None, None]})
        return np.asarray(expit(logits[0, 0]))

    return find


def _nnunet(network: LumenNetwork, threads: int) -> Finder:
    folds = FoldNetwork(network.file, network.input, threads)

    def find(window: NDArray[np.uint8]) -> Probability:
        grid = to_grid(window[None], _PIXEL, _PIXEL)
        (scores,) = folds.scores(grid.frames)
        return np.asarray(softmax(on_picture(scores, grid, window.shape), axis=0)[1])

    return find


def _classifier(network: QualityNetwork, threads: int) -> Judge:
    session = open_network(network.file, threads)

    def judge(window: NDArray[np.uint8]) -> float:
        grey = (window.astype(np.float32) / 255 - 0.5) / 0.5
        (logits,) = session.run(None, {"image": grey[None, None]})
        return float(expit(logits[0]))

    return judge
