"""Find the frames and predictions of a sequence among the files that a figure gets."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.io.cache import EchoSequence, read_sequence
from echoweave.io.images import read_array


class Sources:
    """Cache files ``{patient}.h5`` and prediction files ``{arm}/{sequence}.nii.gz``, by name."""

    def __init__(self, caches: Sequence[Path], predictions: Sequence[Path]) -> None:
        self._caches = {path.stem: path for path in caches}
        self._predictions = {
            (path.parent.name, path.name.removesuffix(".nii.gz")): path for path in predictions
        }

    def echo(self, sequence: str) -> EchoSequence:
        """Return the frames and references of ``sequence`` ("patient0001_4CH")."""
        patient, _, view = sequence.rpartition("_")
        return read_sequence(self._caches[patient], view)

    def arms(self, sequence: str) -> list[str]:
        """Return the arms that predicted ``sequence``."""
        return [arm for arm, name in self._predictions if name == sequence]

    def prediction(self, arm: str, sequence: str) -> NDArray[np.uint8]:
        """Return the predicted labels [T, Y, X]."""
        labels: NDArray[np.uint8] = read_array(self._predictions[arm, sequence]).astype(np.uint8)
        return labels
