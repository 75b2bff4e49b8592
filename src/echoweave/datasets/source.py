"""The records of the ingest: a sequence as it lies in a data tree, what it says, what is bad."""

import hashlib
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoweave.errors import Problem


class SequenceFiles(ABC):
    """The files of one view of one patient, which check and read themselves.

    Each data set has a class of its own, a frozen dataclass. Both arrays are on the native grid.

    Attributes:
        sequence: The clip.
        dense_truth: Masks of every frame from ``data.dense_truth``; None where there are none.
    """

    sequence: Path
    dense_truth: Path | None

    @property
    @abstractmethod
    def all(self) -> list[Path]:
        """Every file, in one fixed order; a change of one makes what was made of it stale."""

    @property
    def told(self) -> str:
        """Digest of what tables of the whole data set say of this sequence; "" without such.

        A change of it makes stale what was made of this sequence, and of no other.
        """
        return ""

    @property
    @abstractmethod
    def labelled(self) -> bool:
        """Whether there are reference masks at ED and ES."""

    @abstractmethod
    def inspect(self) -> "Report":
        """Read every file and check that they agree."""

    @abstractmethod
    def read_frames(self) -> NDArray[np.uint8]:
        """Return the stored frames [T, Y, X], in their order.

        Raises:
            InputError: The clip cannot be read.
        """

    @abstractmethod
    def read_masks(self) -> NDArray[np.uint8] | None:
        """Return the reference masks [2, Y, X] at ED and ES; None where there are none.

        Raises:
            InputError: A mask cannot be read.
        """


@dataclass(frozen=True)
class Facts:
    """What the cfg and the image headers of a sequence say, in the units of io.cache.EchoSequence.

    Attributes:
        stored_ed: 0-based index of the ED frame in the stored clip.
        stored_es: 0-based index of the ES frame; smaller than ``stored_ed`` in reversed clips.
        native_shape: (Y, X).
        native_spacing_mm: (sy, sx); None where the data set does not tell it.
        axes: How the clip's header calls its axes; see :mod:`echoweave.io.axes`.
        digests: Of the pixels of the ED and of the ES frame, joined by a colon.
        quality: "Good", "Medium", "Poor" or "".
        sex: "F", "M" or "".
        age: Years; NaN if unknown, as are those below.
        frame_rate_hz: Frames a second.
        edv_ml: Left-ventricular volume at ED.
        esv_ml: The same at ES.
        ef_percent: Ejection fraction.
    """

    stored_ed: int
    stored_es: int
    native_shape: tuple[int, int]
    native_spacing_mm: tuple[float, float] | None
    axes: str = ""
    digests: str = ""
    quality: str = ""
    sex: str = ""
    age: float = math.nan
    frame_rate_hz: float = math.nan
    edv_ml: float = math.nan
    esv_ml: float = math.nan
    ef_percent: float = math.nan


@dataclass(frozen=True)
class Report:
    """What an inspection found: facts, or the problems that stand in their way.

    Attributes:
        facts: Of a sound sequence; None otherwise, and for a TED clip.
        problems: Empty where all is well.
        warnings: What looks wrong and stops nothing.
    """

    facts: Facts | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Found:
    """A sequence that was found but not read yet; the fields are those of Source."""

    patient: str
    view: str
    split: str
    files: SequenceFiles
    validation: bool = False

    @property
    def name(self) -> str:
        """``"patient0001_4CH"``."""
        return f"{self.patient}_{self.view}"


@dataclass(frozen=True, repr=False)
class Source:
    """A sound sequence: where it lies, what it is and which part of the study it serves.

    Attributes:
        patient: ``"patient0001"``.
        view: ``"2CH"`` or ``"4CH"``.
        split: ``"training"`` or ``"testing"``.
        files: Its files.
        facts: What they say.
        validation: Whether the data set publishes it as a validation patient; its ``split`` is
            "training".
    """

    patient: str
    view: str
    split: str
    files: SequenceFiles
    facts: Facts
    validation: bool = False

    @property
    def name(self) -> str:
        """``"patient0001_4CH"``."""
        return f"{self.patient}_{self.view}"

    def __repr__(self) -> str:
        """Short, as it is kept with every output; another fact gives another one, a place not."""
        said = repr((self.split, self.facts, self.files.told))
        digest = hashlib.md5(said.encode()).hexdigest()
        return f"Source({self.name}, {digest[:16]})"

    @property
    def n_frames(self) -> int:
        """Number of frames from ED to ES, both included: those that the cache keeps."""
        return abs(self.facts.stored_es - self.facts.stored_ed) + 1

    @property
    def reversed(self) -> bool:
        """Whether the stored clip runs from ES to ED."""
        return self.facts.stored_es < self.facts.stored_ed

    def phase(self, ted_order: str = "") -> str:
        """Return what the frames show: "systole", or "diastole" where ES precedes ED in time.

        TED tells. Where it does not, the stored order is taken for that of time.

        Args:
            ted_order: "rises" or "falls" of ted_pairs.tsv; "" without a pair.
        """
        falls = ted_order == "falls" if ted_order else self.reversed
        return "diastole" if falls else "systole"

    def read_ed_to_es(self) -> NDArray[np.uint8]:
        """Read the frames [T, Y, X] from ED to ES, both included, in that order.

        Frames outside are dropped: nothing carries a label there. Reversed clips are turned.

        Raises:
            InputError: The clip cannot be read.
        """
        return self.cut(self.files.read_frames())

    def cut(self, stored: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return, of frames or masks [T, Y, X] of the whole clip, those from ED to ES."""
        ed, es = self.facts.stored_ed, self.facts.stored_es
        return stored[ed : es + 1] if ed < es else stored[es : ed + 1][::-1]


@dataclass(frozen=True)
class BadInput:
    """A problem and the sequence ("patient0001_4CH") or TED clip that it costs; may be ""."""

    problem: Problem
    sequence: str
