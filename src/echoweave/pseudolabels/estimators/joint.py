"""Joint registration of the whole clip, on its own frames alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from echoweave.geometry.warp import compose_steps, resize_fields
from echoweave.registration.joint import SuccessiveFields, register_clip
from echoweave.registration.settings import JointSettings


class Joint:
    """Finds the motion of both directions together; see :mod:`echoweave.registration.joint`."""

    def __init__(self, settings: JointSettings) -> None:
        self.settings = settings

    def fields(
        self, frames: NDArray[np.uint8], pairs: Sequence[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """See :class:`~echoweave.pseudolabels.estimators.base.Estimator`."""
        shape = frames.shape[1], frames.shape[2]
        result = np.empty((len(pairs), 2, *shape), np.float32)
        if not pairs:
            return result
        motion = register_clip(frames, self.settings)
        for field, pair in zip(result, pairs, strict=True):
            field[:] = resize_fields(_between(motion, *pair), shape)[0].cpu().numpy()
        return result


def _between(motion: SuccessiveFields, fixed: int, moving: int) -> Tensor:
    """Return the field [1, 2, S, S] of any two frames, composed of the steps between them."""
    if fixed < moving:
        return compose_steps(motion.later[fixed:moving].flip(0))
    return compose_steps(motion.earlier[moving:fixed])
