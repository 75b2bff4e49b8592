"""The folds of one configuration, run by onnxruntime on the CPU."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from echoweave.bundles.windows import axis_starts, window_corners, window_weights
from echoweave.geometry.mirror import mirrored_indices

Scores = NDArray[np.float32]

# A probability below is taken for this, as in training's own predictions.
_LEAST = np.float32(1e-7)


class FoldNetwork:
    """One trained network.

    Args:
        file: An ONNX file; its input is [1, 1, *window], its output logits [1, labels, *window].
        window: (Y, X), or (T, Y, X) of a network that sees frames together.
        threads: Threads to run it with.
    """

    def __init__(self, file: Path, window: Sequence[int], threads: int) -> None:
        self.window = tuple(window)
        self._session = open_network(file, threads)

    def scores(self, frames: Scores) -> Iterator[Scores]:
        """Yield logits [labels, y, x] of each of the frames [T, y, x].

        Of a network that sees frames together, they are the logarithm of the mean probability of
        all windows; a clip that is shorter than a window goes on with its own frames mirrored.
        """
        if len(self.window) == 2:
            for frame in frames:
                yield self._mean(frame, self._run)
            return
        missing = max(self.window[0] - len(frames), 0)
        shown = np.arange(-(missing // 2), len(frames) + missing - missing // 2)
        means = self._means_in_time(frames[mirrored_indices(shown, len(frames))])
        for mean in itertools.islice(means, missing // 2, missing // 2 + len(frames)):
            yield np.log(np.maximum(mean, _LEAST))

    def _means_in_time(self, frames: Scores) -> Iterator[Scores]:
        """Yield mean probabilities [labels, y, x] a frame; no more than one window is in memory."""
        depth = self.window[0]
        weights = window_weights(self.window).max(axis=(1, 2))
        starts = axis_starts(len(frames), depth)
        total, weight = np.zeros((0, 0, 0, 0), np.float32), np.zeros(depth, np.float32)
        for start, following in itertools.pairwise([*starts, len(frames)]):
            found = self._mean(frames[start : start + depth], self._probabilities)
            if not total.size:
                total = np.zeros_like(found)
            total += found * weights[:, None, None]
            weight += weights
            done = following - start
            yield from (total[:, :done] / weight[:done, None, None]).swapaxes(0, 1)
            total, weight = _moved(total, done, axis=1), _moved(weight, done, axis=0)

    def _mean(self, picture: Scores, run: Callable[[Scores], Scores]) -> Scores:
        """Return the weighted mean of ``run`` over all windows, [labels, *picture.shape]."""
        padded, inside = _padded(picture, self.window)
        weights = window_weights(self.window)
        total: Scores | None = None
        weight = np.zeros(padded.shape, np.float32)
        for corner in window_corners(padded.shape, self.window):
            place = tuple(
                slice(at, at + side) for at, side in zip(corner, self.window, strict=True)
            )
            found = run(padded[place])
            if total is None:
                total = np.zeros((len(found), *padded.shape), np.float32)
            total[(slice(None), *place)] += found * weights
            weight[place] += weights
        assert total is not None
        return (total / weight)[(slice(None), *inside)]

    def _probabilities(self, window: Scores) -> Scores:
        return np.asarray(softmax(self._run(window), axis=0))

    def _run(self, window: Scores) -> Scores:
        logits: Scores = self._session.run(None, {"image": window[None, None]})[0][0]
        return logits


def open_network(file: Path, threads: int) -> Any:
    """Return the onnxruntime session of an ONNX file, on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def _moved(array: Scores, frames: int, axis: int) -> Scores:
    """Return ``array`` without its first frames, with zeros after the last ones."""
    widths = [(0, frames if one == axis else 0) for one in range(array.ndim)]
    kept = np.take(array, np.arange(frames, array.shape[axis]), axis)
    return np.pad(kept, widths)


def _padded(picture: Scores, window: Sequence[int]) -> tuple[Scores, tuple[slice, ...]]:
    """Surround ``picture`` with zeros up to the size of a window; return where it lies, too."""
    missing = [max(side - have, 0) for side, have in zip(window, picture.shape, strict=True)]
    widths = [(one // 2, one - one // 2) for one in missing]
    inside = tuple(
        slice(before, before + have)
        for (before, _), have in zip(widths, picture.shape, strict=True)
    )
    return np.pad(picture, widths), inside
