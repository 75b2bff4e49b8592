"""The records of the ingest: a sequence and a TED clip as they lie in the data trees."""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from echoweave.errors import Problem

# TED holds no other view.
TED_VIEW = "4CH"


@dataclass(frozen=True)
class SequenceFiles:
    """The files of one view of one patient.

    Attributes:
        cfg: ED, ES, NbFrame and what is known of the patient.
        sequence: The clip.
        ed: The ED frame alone.
        es: The ES frame alone.
        ed_gt: The reference mask at ED; None where the release holds none (test patients).
        es_gt: The same at ES.
        dense_truth: Masks of every frame from ``data.dense_truth``; None where there are none.
        pixels: Files that the headers above refer to (.raw, .zraw), that of the clip first.
    """

    cfg: Path
    sequence: Path
    ed: Path
    es: Path
    ed_gt: Path | None
    es_gt: Path | None
    dense_truth: Path | None
    pixels: tuple[Path, ...]

    @property
    def clip(self) -> list[Path]:
        """The clip and its pixels."""
        return [self.sequence, *self.pixels[:1]]

    @property
    def all(self) -> list[Path]:
        """Every file, in one fixed order."""
        named = [self.cfg, self.sequence, self.ed, self.es]
        named += [path for path in (self.ed_gt, self.es_gt, self.dense_truth) if path]
        return [*named, *self.pixels]


@dataclass(frozen=True)
class Facts:
    """What the cfg and the image headers of a sequence say, in the units of io.cache.EchoSequence.

    Attributes:
        stored_ed: 0-based index of the ED frame in the stored clip.
        stored_es: 0-based index of the ES frame; smaller than ``stored_ed`` in reversed clips.
        native_shape: (Y, X).
        native_spacing_mm: (sy, sx).
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
    native_spacing_mm: tuple[float, float]
    axes: str = ""
    digests: str = ""
    quality: str = ""
    sex: str = ""
    age: float = math.nan
    frame_rate_hz: float = math.nan
    edv_ml: float = math.nan
    esv_ml: float = math.nan
    ef_percent: float = math.nan


@dataclass(frozen=True, repr=False)
class Source:
    """A sound sequence: where it lies, what it is and which part of the study it serves.

    Attributes:
        patient: ``"patient0001"``.
        view: ``"2CH"`` or ``"4CH"``.
        split: ``"training"`` or ``"testing"``.
        files: Its files.
        facts: What they say.
    """

    patient: str
    view: str
    split: str
    files: SequenceFiles
    facts: Facts

    @property
    def name(self) -> str:
        """``"patient0001_4CH"``."""
        return f"{self.patient}_{self.view}"

    def __repr__(self) -> str:
        """Short, as it is kept with every output; another fact gives another one, a place not."""
        digest = hashlib.md5(repr((self.split, self.facts)).encode()).hexdigest()
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

    @property
    def has_labels(self) -> bool:
        """Whether there are reference masks at ED and ES."""
        return self.files.ed_gt is not None


def references_of(sources: Iterable[Source]) -> dict[str, tuple[Path, Path]]:
    """Return the masks at ED and ES of those of ``sources`` that have them, by name."""
    return {
        source.name: (source.files.ed_gt, source.files.es_gt)
        for source in sources
        if source.files.ed_gt and source.files.es_gt
    }


def images_of(sources: Iterable[Source]) -> dict[str, tuple[Path, Path]]:
    """Return the images at ED and ES of ``sources``, by name."""
    return {source.name: (source.files.ed, source.files.es) for source in sources}


@dataclass(frozen=True, repr=False)
class TedClip:
    """A TED clip: the full cycle of a CAMUS 4CH sequence with a mask for every frame.

    Attributes:
        ted_id: The folder's name; TED numbers its patients on its own.
        sequence: The clip.
        labels: Its masks, values 0 to 2.
        pixels: Files that the headers refer to.
    """

    ted_id: str
    sequence: Path
    labels: Path
    pixels: tuple[Path, ...]

    @property
    def files(self) -> list[Path]:
        """Every file, in one fixed order."""
        return [self.sequence, self.labels, *self.pixels]

    def __repr__(self) -> str:
        """Wherever its files lie, as it is kept with every output."""
        return f"TedClip({self.ted_id})"


@dataclass(frozen=True)
class BadInput:
    """A problem and the sequence ("patient0001_4CH") or TED clip that it costs; may be ""."""

    problem: Problem
    sequence: str
