"""Turn volumes from their file's axes to those of the house and back: superior, posterior, left.

Letters are ITK's: an axis called "L" runs towards the left of the patient.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from echoweave.io.limits import UnhandledError

Values = TypeVar("Values", bound=np.generic)
# Letter -> axis of ours and whether it runs our way.
_RUNS = {"S": (0, 1), "I": (0, -1), "P": (1, 1), "A": (1, -1), "L": (2, 1), "R": (2, -1)}
# Rows of directions (left, posterior, superior): letter of either way.
_LETTERS = ("LR", "PA", "SI")
# A patient who lies askew by this much (20 degrees) counts as straight: people differ by more.
_ASKEW = np.cos(np.radians(20))
# Cosine between two axes: of a gantry that was tilted by less than half a degree.
SHEAR = 0.01
_STRAIGHT = "resample it onto straight axes"


def axes_of(directions: NDArray[np.float64] | None) -> str:
    """Return where the axes i, j and k of a file run, to the nearest of the patient's: "RAS".

    Args:
        directions: [3, 3]; a column for i, j and k: where it runs in the space of ITK (left,
            posterior, superior), of any length. None where nothing tells.

    Raises:
        ValueError: The axes have no direction.
        UnhandledError: Nothing tells, or they are sheared or lie askew by more than 20 degrees.
    """
    if directions is None:
        what = "its header does not say where its axes run (neither sform nor qform)"
        raise UnhandledError(what, "store it with the orientation that it was converted from")
    lengths = np.linalg.norm(directions, axis=0)
    if not (np.isfinite(directions).all() and lengths.all()):
        raise ValueError("the header is damaged (its axes have no direction)")
    unit = directions / lengths
    if np.abs(unit.T @ unit - np.eye(3)).max() > SHEAR:
        raise UnhandledError("its header says that its axes are sheared", _STRAIGHT)
    rows = np.abs(unit).argmax(axis=0)
    if np.abs(unit).max(axis=0).min() < _ASKEW or len(set(rows.tolist())) < 3:
        raise UnhandledError("its axes lie askew in the patient by over 20 degrees", _STRAIGHT)
    return "".join(
        _LETTERS[row][int(unit[row, axis] < 0)] for axis, row in enumerate(rows.tolist())
    )


def file_axes(axes: str) -> tuple[tuple[int, int], ...]:
    """Return for k, j and i, the axes of an array as stored, which axis of ours each is.

    Returns:
        Three pairs: 0, 1 or 2 for Z, Y or X, and 1 if it runs our way, else -1.
    """
    return tuple(_RUNS[letter] for letter in reversed(axes))


def orient_volume(array: NDArray[Values], axes: str) -> NDArray[Values]:
    """Return [..., k, j, i] of a file whose axes run as ``axes`` says as [..., Z, Y, X]."""
    runs = file_axes(axes)
    order = [[axis for axis, _ in runs].index(ours) for ours in range(3)]
    return np.ascontiguousarray(_transpose(_flip(array, runs), order))


def restore_orientation(array: NDArray[Values], axes: str) -> NDArray[Values]:
    """Return [..., Z, Y, X] as a file whose axes run as ``axes`` says holds it: [..., k, j, i]."""
    runs = file_axes(axes)
    stored = _transpose(array, [axis for axis, _ in runs])
    return np.ascontiguousarray(_flip(stored, runs))


def _flip(array: NDArray[Values], runs: tuple[tuple[int, int], ...]) -> NDArray[Values]:
    """Flip those of the last three axes, in a file's order, that run against ours."""
    return np.flip(array, tuple(axis - 3 for axis, (_, way) in enumerate(runs) if way < 0))


def _transpose(array: NDArray[Values], order: list[int]) -> NDArray[Values]:
    before = array.ndim - 3
    return array.transpose(*range(before), *(before + axis for axis in order))
