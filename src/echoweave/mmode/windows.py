"""Square windows of strips: what networks see of a recording, and the way back.

The vertical place of a window is the same along a strip; no window leaves the strip. A strip, or a
marked part of one, that is narrower than a window is stretched in time to a square.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from echoweave.bundles.grid import from_grid
from echoweave.bundles.windows import axis_starts
from echoweave.clips.clip import Box
from echoweave.geometry.resize import resize_frames, resize_labels
from echoweave.mmode.strip import LUMEN, UNKNOWN, Strip

Mask = NDArray[np.uint8]


def tile_windows(shape: tuple[int, int], side: int, centre_row: float | None = None) -> list[Box]:
    """Lay windows over a strip from its first to its last column, in order.

    Neighbours overlap by half or a little more; the first and the last one reach the ends.

    Args:
        shape: (Y, X) of the strip.
        side: Of a window; one that is higher than the strip is as high as the strip.
        centre_row: Where the middle of the windows should be, as far as they stay within the strip;
            None: the middle of the strip.

    Returns:
        Boxes of ``side`` rows and columns. Where the strip has fewer columns than that, one box of
        ``side`` rows and all columns.
    """
    height, width = shape
    side = min(side, height)
    middle = height / 2 if centre_row is None else centre_row + 0.5
    top = min(max(round(middle - side / 2), 0), height - side)
    if width <= side:
        return [Box(top, 0, top + side, width)]
    return [Box(top, left, top + side, left + side) for left in axis_starts(width, side)]


def share_side(height: int, share: float) -> int:
    """Return the side of a window that is as high as a share of the strip."""
    return max(1, round(share * height))


def mean_row(mask: Mask) -> float | None:
    """Return the mean row of the lumen, the first row being 0; None where there is no lumen.

    Args:
        mask: uint8 [Y, X] as that of a :class:`Strip`.
    """
    rows = np.nonzero(mask == LUMEN)[0]
    return float(rows.mean()) if len(rows) else None


def training_windows(strip: Strip, shares: Sequence[float]) -> list[Box]:
    """Return windows of varying size, all of whose columns somebody has marked.

    They lie around the mean row of the lumen. Each run of marked columns is tiled by itself; a run
    that is narrower than half a window, and than the strip, has none of that size.

    Args:
        strip: With a mask.
        shares: Of the height of the strip, one a size.
    """
    assert strip.mask is not None
    height, width = strip.pixels.shape
    centre = mean_row(strip.mask)
    return [
        box._replace(left=box.left + start, right=box.right + start)
        for share in shares
        for start, stop in _marked_runs(strip.mask)
        if 2 * (stop - start) >= min(share_side(height, share), 2 * width)
        for box in tile_windows((height, stop - start), share_side(height, share), centre)
    ]


def cut_picture(pixels: NDArray[np.uint8], box: Box, size: int) -> NDArray[np.uint8]:
    """Return a window of a picture [Y, X] at [size, size]; area means where it shrinks."""
    (cut,) = resize_frames(pixels[box.slices][None], (size, size))
    return np.asarray(cut)


def resize_mask(mask: Mask, size: int) -> Mask:
    """Return a mask of any values at [size, size]; borders keep their place."""
    (resized,) = resize_labels(mask[None], (size, size))
    return np.asarray(resized)


def square_picture(pixels: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Return what lies in ``box`` of a picture [Y, X] at the height of the box, as a square."""
    return cut_picture(pixels, box, box.bottom - box.top)


def square_mask(mask: Mask, box: Box) -> Mask:
    """Return the same of a mask of any values."""
    return resize_mask(mask[box.slices], box.bottom - box.top)


def uncut(probability: NDArray[np.float32], box: Box) -> NDArray[np.float32]:
    """Return what a network found in a window at the size of ``box``.

    Args:
        probability: float32 [size, size].
        box: Of the window.
    """
    shape = (box.bottom - box.top, box.right - box.left)
    return np.asarray(from_grid(probability[None], shape)[0])


def _marked_runs(mask: Mask) -> Iterator[tuple[int, int]]:
    """Yield first column and end of each run of columns that are known throughout."""
    known = np.concatenate([[False], (mask != UNKNOWN).all(axis=0), [False]])
    edges = np.flatnonzero(known[1:] != known[:-1])
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
