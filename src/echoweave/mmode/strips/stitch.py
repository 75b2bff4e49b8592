"""Put the frames of a scrolling M-mode together to one strip.

A scanner that scrolls shows the last seconds in each frame: what was at column x + s of one frame
is at column x of the next, s columns of time later. Speckle tells which s that is. It is new in
every beat, so that a beat later the walls look alike and the speckle does not.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from echoweave.io.limits import UnhandledError

# Pixels whose mean is taken off a pixel: what is smoother than speckle goes.
_SMOOTH = 5
# Of the speckle of two frames laid over each other. JPEG leaves .6 or more of it the same; at any
# other shift it is .25 at most.
_ALIKE = 0.5
# Correlations that JPEG could exchange; what differs least decides among them.
_AS_ALIKE = 0.02
# Columns that two frames must share at least.
_FEWEST_SHARED = 16
# Share of the columns of a frame that changed where they are.
_DRAWN_OVER = 0.02
# Share of the mean speckle of a column; what has less changes nothing.
_FAINT = 0.1


@dataclass(frozen=True)
class Stitched:
    """Frames put together.

    Attributes:
        pixels: uint8 [Y, X].
        seams: Joins between frames, breaks included; frames that show nothing new make none.
        breaks: First columns of frames that continue nothing.
    """

    pixels: NDArray[np.uint8]
    seams: int
    breaks: tuple[int, ...]


def stitch(frames: NDArray[np.uint8]) -> Stitched:
    """Join frames uint8 [T, Y, X] in their order.

    Raises:
        UnhandledError: They do not scroll but are drawn over in place.
    """
    pieces = [frames[0]]
    breaks: list[int] = []
    width = frames.shape[2]
    before, before_speckle = frames[0], _Speckle(frames[0])
    for frame in frames[1:]:
        if np.array_equal(frame, before):
            continue
        speckle = _Speckle(frame)
        shift = _shift(before, frame, before_speckle, speckle)
        if shift == 0:
            _refuse_drawn_over(before_speckle.pixels, speckle.pixels)
            continue
        if shift is None:
            breaks.append(sum(piece.shape[1] for piece in pieces))
        pieces.append(frame if shift is None else frame[:, width - shift :])
        before, before_speckle = frame, speckle
    return Stitched(np.concatenate(pieces, axis=1), len(pieces) - 1, tuple(breaks))


class _Speckle:
    """What is left of a frame without all that is smooth.

    Attributes:
        pixels: float32 [Y, X].
        spectrum: Of every row, padded so that nothing comes in again at the other side.
        energy: Sum of squares of each column.
    """

    def __init__(self, frame: NDArray[np.uint8]) -> None:
        greys = frame.astype(np.float32)
        self.pixels = greys - cv2.blur(greys, (_SMOOTH, _SMOOTH))
        self.spectrum = fft.rfft(self.pixels, 2 * frame.shape[1], axis=1)
        self.energy = np.square(self.pixels).sum(axis=0, dtype=np.float64)


def _shift(
    before: NDArray[np.uint8], frame: NDArray[np.uint8], old: _Speckle, new: _Speckle
) -> int | None:
    """Return by how many columns ``frame`` goes on after ``before``; None: it does not."""
    alike = _correlations(old, new)
    best = alike.max()
    if best < _ALIKE:
        return None
    # Pictures that are smooth in time are nearly as alike one column off.
    near = cv2.dilate((alike > best - _AS_ALIKE).astype(np.uint8)[None], np.ones((1, 3)))[0]
    shifts = np.flatnonzero(near).tolist()
    return min(shifts, key=lambda shift: _mean_difference(before, frame, shift))


def _correlations(old: _Speckle, new: _Speckle) -> NDArray[np.float64]:
    """Return the correlation of what two frames share at each shift, from 0 up."""
    width = len(new.energy)
    shifts = max(width - _FEWEST_SHARED, 0) + 1
    products = fft.irfft((old.spectrum * new.spectrum.conj()).sum(axis=0), 2 * width)[:shifts]
    # Of the columns from each shift on, and of those up to as many.
    old_energy = old.energy[::-1].cumsum()[::-1][:shifts]
    new_energy = new.energy.cumsum()[::-1][:shifts]
    # Of flat pictures there is none.
    return np.asarray(products / np.maximum(np.sqrt(old_energy * new_energy), 1.0))


def _mean_difference(before: NDArray[np.uint8], frame: NDArray[np.uint8], shift: int) -> float:
    kept: int = before.shape[1] - shift
    return float(cv2.norm(before[:, shift:], frame[:, :kept], cv2.NORM_L1)) / kept


def _refuse_drawn_over(old: NDArray[np.float32], new: NDArray[np.float32]) -> None:
    """Refuse frames that differ in a few columns alone, where a sweep writes over the last one.

    Raises:
        UnhandledError: They do.
    """
    products = (old * new).sum(axis=0)
    energy = np.maximum(np.square(old).sum(axis=0), np.square(new).sum(axis=0))
    changed = (energy > _FAINT * energy.mean()) & (products < _ALIKE * energy)
    if changed.mean() > _DRAWN_OVER:
        what = "its frames are drawn over from the left, and only frames that scroll are joined"
        raise UnhandledError(what, "give the frame with the whole sweep as PNG, with its scale")
