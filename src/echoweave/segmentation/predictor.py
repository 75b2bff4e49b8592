"""Windows over a sequence: how a network that sees a few frames at once predicts all of them.

Imports nnU-Net: call nnunet.set_environment first.
"""

from typing import Any

import numpy as np
import torch
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from torch import Tensor

from echoweave.geometry.mirror import mirrored_indices

# A probability below is taken for this: its logarithm is still a number in half precision.
_LEAST = 1e-7


class ClipPredictor(nnUNetPredictor):  # type: ignore[misc]
    """nnU-Net's sliding windows over time and frame, with what whole sequences want.

    Where windows overlap, the probabilities are averaged, with nnU-Net's Gaussian weights that fall
    towards the ends of a window; nnU-Net itself averages logits, so that one window that is very
    sure outvotes others. Windows are predicted one by one, so a result is that of no batch. A
    sequence that is shorter than a window goes on with its own frames mirrored, as in training.
    """

    def _internal_maybe_mirror_and_predict(self, x: Tensor) -> Tensor:
        """Return the probabilities of a window [1, labels, T, Y, X]."""
        logits = super()._internal_maybe_mirror_and_predict(x)
        return torch.softmax(logits.float(), dim=1)

    def predict_sliding_window_return_logits(self, input_image: Tensor) -> Any:
        """Return logits [labels, T, Y, X] of a sequence [C, T, Y, X]: the logarithm of the mean."""
        n_frames, window = input_image.shape[1], self.configuration_manager.patch_size[0]
        before = max(window - n_frames, 0) // 2
        shown = np.arange(-before, max(n_frames, window - before))
        indices = torch.from_numpy(mirrored_indices(shown, n_frames))
        mean = super().predict_sliding_window_return_logits(input_image[:, indices])
        return mean[:, before : before + n_frames].clamp_min(_LEAST).log()
