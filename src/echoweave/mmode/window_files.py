"""Folders of windows: what the networks of a wing are trained and tested with.

A folder with masks holds img/*.png and, of the same names, mask/*.png (0 and 255), as that of the
original does (Echo2Pheno, module I); one of qualities holds good/*.png and bad/*.png. What stands
before the first "_" of a window's name is its animal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.clips.clip import Box
from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_folder
from echoweave.io.png import read_grey, write_grey
from echoweave.io.tables import write_tsv
from echoweave.mmode.strip import LUMEN, Strip
from echoweave.mmode.windows import square_mask, square_picture, training_windows
from echoweave.segmentation.files import patient_of

# What a mask may hold beside 0.
_WHITE = (1, 255)


class MaskedWindow(NamedTuple):
    """A window and what is lumen in it: uint8 and bool [S, S]; sides vary."""

    name: str
    picture: NDArray[np.uint8]
    mask: NDArray[np.bool_]


class JudgedWindow(NamedTuple):
    """A window, uint8 [S, S], and whether somebody found it good."""

    name: str
    picture: NDArray[np.uint8]
    good: bool


def write_windows(
    strips: Iterable[tuple[str, Strip]],
    animals: Mapping[str, str],
    shares: Sequence[float],
    folder: Path,
) -> None:
    """Write the training windows of strips with their masks, whole or not at all.

    Beside img/ and mask/ the folder gets windows.tsv: window, recording, animal, left, top, side.

    Args:
        strips: With the names of their recordings; those without a mask have no windows.
        animals: By recording.
        shares: Heights of windows as shares of that of a strip.
        folder: Of one split; splits are by animal.

    Raises:
        InputError: No strip has marked columns enough for a window, or two animals would get one
            name.
    """
    names = window_animals(animals.values())
    rows: list[dict[str, Any]] = []
    with whole_folder(folder) as whole:
        for recording, strip in strips:
            animal = animals[recording]
            boxes = [] if strip.mask is None else training_windows(strip, shares)
            for window, box in named_windows(names[animal], recording, boxes):
                lumen = square_mask(np.asarray(strip.mask), box) == LUMEN
                write_grey(whole / f"img/{window}.png", square_picture(strip.pixels, box))
                write_grey(whole / f"mask/{window}.png", np.uint8(255) * lumen)
                rows.append(window_row(window, recording, animal, box))
        if not rows:
            what = "there is no window to write: no strip has enough marked columns"
            remedy = "mark the lumen in more columns, or list smaller shares in mmode.window_shares"
            raise InputError(Problem(str(folder), "", what, remedy))
        write_tsv(pd.DataFrame(rows), whole / "windows.tsv")


def read_windows(folder: Path) -> Iterator[MaskedWindow]:
    """Read img/ and mask/ of a folder one after the other, sorted by name.

    Raises:
        InputError: There is none, or a picture or a mask is alone; while they are read: one is
            unreadable or not square, or a mask holds other values than 0 and 255 (or 1).
    """
    pictures, masks = (_listed(folder / part) for part in ("img", "mask"))
    problems = [
        Problem(str(folder / part / name), "", f"there is no {other}/{name}", "give both or none")
        for part, other, names in (
            ("img", "mask", pictures.keys() - masks.keys()),
            ("mask", "img", masks.keys() - pictures.keys()),
        )
        for name in sorted(names)
    ]
    if problems:
        raise InputError(problems)
    return (_read_pair(path, masks[name]) for name, path in pictures.items())


def read_judged_windows(folder: Path) -> Iterator[JudgedWindow]:
    """Read good/ and bad/ of a folder one after the other, the good ones first.

    Raises:
        InputError: Either has no pictures; while they are read: one is unreadable or not square.
    """
    files = {part: _listed(folder / part).values() for part in ("good", "bad")}
    return (
        JudgedWindow(path.stem, _read_square(path), part == "good")
        for part, paths in files.items()
        for path in paths
    )


def animals_of(names: Sequence[str]) -> set[str]:
    """Return the animals of windows, as their names have them."""
    return {patient_of(name) for name in names}


def check_animals(training: Sequence[str], validation: Sequence[str], folder: Path) -> None:
    """Check that no animal is on both sides.

    Args:
        training: Names of the windows to train on.
        validation: Names of those to validate on.
        folder: Of these, for the error.

    Raises:
        InputError: One is.
    """
    shared = animals_of(training) & animals_of(validation)
    if shared:
        what = f"windows of {', '.join(sorted(shared)[:5])} are among those to train on as well"
        remedy = "split by animal: what stands before the first _ of a name"
        raise InputError(Problem(str(folder), "", what, remedy))


def window_animals(animals: Iterable[str]) -> dict[str, str]:
    """Return what the windows of each animal begin with: its name with - for _.

    Raises:
        InputError: Two animals would get one name.
    """
    found: dict[str, str] = {}
    for animal in animals:
        name = animal.replace("_", "-")
        if found.setdefault(name, animal) != animal:
            what = f"{found[name]} and {animal} are one in the names of windows"
            raise InputError(Problem("cohort", "animal", what, "rename one of them"))
    return {animal: name for name, animal in found.items()}


def named_windows(animal: str, recording: str, boxes: Sequence[Box]) -> Iterator[tuple[str, Box]]:
    """Yield the boxes of a recording with the names of their windows.

    Args:
        animal: As in :func:`window_animals`.
        recording: Its name.
        boxes: In order.
    """
    for number, box in enumerate(boxes):
        yield f"{animal}_{recording}_w{number:03d}", box


def window_row(window: str, recording: str, animal: str, box: Box) -> dict[str, Any]:
    """Return the row of windows.tsv: of what a window was cut, and where."""
    row = {"window": window, "recording": recording, "animal": animal}
    return row | {"left": box.left, "top": box.top, "side": box.bottom - box.top}


def _listed(folder: Path) -> dict[str, Path]:
    """Return the PNGs of a folder by name, sorted."""
    found = {path.name: path for path in sorted(folder.glob("*.png"))}
    if not found:
        what = "holds no windows" if folder.is_dir() else "there is no such folder"
        remedy = "give a folder of windows, see docs/mmode.md"
        raise InputError(Problem(str(folder), "", what, remedy))
    return found


def _read_pair(picture: Path, mask: Path) -> MaskedWindow:
    pixels, marks = _read_square(picture), _read_square(mask)
    if pixels.shape != marks.shape:
        what = f"is {_sides(marks)} where the picture is {_sides(pixels)}"
        raise InputError(Problem(str(mask), "", what, "save it at the size of the picture"))
    others = np.setdiff1d(marks, (0, *_WHITE))
    if len(others):
        what = f"holds the value {others[0]}"
        raise InputError(Problem(str(mask), "", what, "mark the lumen with 255, all else with 0"))
    return MaskedWindow(picture.stem, pixels, marks > 0)


def _read_square(path: Path) -> NDArray[np.uint8]:
    pixels = read_grey(path)
    if pixels.shape[0] != pixels.shape[1]:
        what = f"is {_sides(pixels)}, and windows are square"
        raise InputError(Problem(str(path), "", what, "cut it square"))
    return pixels


def _sides(pixels: NDArray[np.uint8]) -> str:
    return f"{pixels.shape[1]} x {pixels.shape[0]}"
