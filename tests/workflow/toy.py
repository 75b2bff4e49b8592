"""A toy data set: single-view clips of the left ventricle alone, from cameras of unknown scale.

A text to read beside docs/extending.md: test_extending.py puts this file among the data sets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.datasets.base import Dataset, Findings
from echoweave.datasets.pictures import check_contrast, digest
from echoweave.datasets.source import Facts, Found, Report, SequenceFiles
from echoweave.errors import InputError, Problem
from echoweave.labels import BACKGROUND, CAVITY


@dataclass(frozen=True)
class ToyFiles(SequenceFiles):
    """One .npz: frames uint8 [T, Y, X] from ED to ES, masks bool [2, Y, X]."""

    sequence: Path
    dense_truth: Path | None = None

    @property
    def all(self) -> list[Path]:
        """The one file, and the truth where there is one."""
        return [self.sequence, *([self.dense_truth] if self.dense_truth else [])]

    @property
    def labelled(self) -> bool:
        """Every clip has masks."""
        return True

    def inspect(self) -> Report:
        """Check that there is something to see."""
        frames = self.read_frames()
        if problems := check_contrast(self.sequence, frames):
            return Report(None, tuple(problems))
        facts = Facts(
            stored_ed=0,
            stored_es=len(frames) - 1,
            native_shape=(frames.shape[1], frames.shape[2]),
            native_spacing_mm=None,
            digests=f"{digest(frames[0])}:{digest(frames[-1])}",
        )
        return Report(facts, ())

    def read_frames(self) -> NDArray[np.uint8]:
        """Return the frames [T, Y, X]."""
        with np.load(self.sequence) as arrays:
            return np.asarray(arrays["frames"], np.uint8)

    def read_masks(self) -> NDArray[np.uint8]:
        """Return the masks [2, Y, X] at ED and ES."""
        with np.load(self.sequence) as arrays:
            return np.where(arrays["masks"], CAVITY, BACKGROUND).astype(np.uint8)


def find_toy(section: Mapping[str, Any], truths: Mapping[str, Path]) -> Findings:
    """List training/*.npz and testing/*.npz."""
    root = Path(section["root"])
    if not (root / "training").is_dir():
        raise InputError(Problem(str(root), "data.toy.root", "holds no training/", "correct it"))
    found = [
        Found(path.stem, "4CH", split, ToyFiles(path, truths.get(f"{path.stem}_4CH")))
        for split in ("training", "testing")
        for path in (root / split).glob("*.npz")
    ]
    return Findings(sorted(found, key=lambda one: one.name), [], [])


TOY = Dataset("toy", "Toy", (BACKGROUND, CAVITY), find_toy)
