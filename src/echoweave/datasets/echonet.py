"""EchoNet-Dynamic: whole four-chamber clips, the left ventricle traced at ED and ES.

Source: Ouyang et al., Video-based AI for beat-to-beat assessment of cardiac function, Nature 580
(2020), and the files of its release: FileList.csv, VolumeTracings.csv and Videos/*.avi.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echoweave.datasets.base import Dataset, Findings
from echoweave.datasets.clinical import check_volumes, read_quantity
from echoweave.datasets.companions import check_grid
from echoweave.datasets.folders import file_names
from echoweave.datasets.pictures import check_contrast, digest
from echoweave.datasets.read import attempt, read_masks
from echoweave.datasets.rows import Rows, number_of, read_rows
from echoweave.datasets.source import BadInput, Facts, Found, Report, SequenceFiles
from echoweave.datasets.traced_frames import TRACED_COLUMNS, ed_and_es, read_tracings
from echoweave.datasets.tracing import Tracing
from echoweave.errors import InputError, Problem, printable
from echoweave.io.images import Image
from echoweave.io.video import read_video
from echoweave.labels import BACKGROUND, CAVITY

ECHONET_VIEW = "4CH"
# Columns of the release, in its order.
LISTED_COLUMNS = (
    *("FileName", "EF", "ESV", "EDV", "FrameHeight", "FrameWidth", "FPS", "NumberOfFrames"),
    "Split",
)
# A right tracing gives the published EF within a point or two.
TRACED_EF_TOLERANCE = 5.0
_LABEL_VALUES = (BACKGROUND, CAVITY)
_SPLITS = {"TRAIN": "training", "VAL": "training", "TEST": "testing"}
# Column of FileList.csv -> field of Facts.
_QUANTITIES = {"EF": "ef_percent", "EDV": "edv_ml", "ESV": "esv_ml", "FPS": "frame_rate_hz"}
# In the order of the axes of a clip.
_COUNTS = ("NumberOfFrames", "FrameHeight", "FrameWidth")
_LARGEST_COUNT = 10**6
# Snakemake, nnU-Net and file systems take these; an underscore would end the patient's name.
_NAME = re.compile(r"[A-Za-z0-9-]+")
# Outlines may leave the picture where the ventricle does, but not by more of its side than this.
_BEYOND = 0.25


@dataclass(frozen=True)
class EchoNetFiles(SequenceFiles):
    """One clip and what both tables say of it.

    Attributes:
        sequence: The video.
        listed: Its row of FileList.csv.
        traced: Its rows of VolumeTracings.csv; None where it has none.
        dense_truth: Masks of every stored frame from ``data.dense_truth``; None without such.
    """

    sequence: Path
    listed: Rows
    traced: Rows | None
    dense_truth: Path | None

    @property
    def all(self) -> list[Path]:
        """The files of this clip alone: what the tables say is in ``told``."""
        return [self.sequence, *([self.dense_truth] if self.dense_truth else [])]

    @property
    def told(self) -> str:
        """Digest of the rows of this clip in both tables."""
        rows = (self.listed, self.traced)
        said = [(one.columns, one.text) if one else None for one in rows]
        return hashlib.md5(repr(said).encode(errors="surrogatepass")).hexdigest()[:16]

    @property
    def labelled(self) -> bool:
        """Every clip is traced, those of test patients too."""
        return True

    def inspect(self) -> Report:
        """Read the video and the rows and check that they agree."""
        return _Inspection(self).report()

    def read_frames(self) -> NDArray[np.uint8]:
        """Return the stored frames [T, Y, X]."""
        return read_video(self.sequence)

    def read_masks(self) -> NDArray[np.uint8]:
        """Return the traced masks [2, Y, X] at ED and ES."""
        (row,) = self.listed.values(self.sequence.stem)
        shape = int(float(row["FrameHeight"])), int(float(row["FrameWidth"]))
        masks = [one.mask(shape) for one in ed_and_es(self.tracings(), shape)]
        return np.where(masks, CAVITY, BACKGROUND).astype(np.uint8)

    def tracings(self) -> list[Tracing]:
        """Return the tracing of each traced frame, in the order of the file.

        Raises:
            InputError: A value is no number, a row stands twice, or a frame has no sound outline.
        """
        return read_tracings(self.sequence.stem, self.traced) if self.traced else []


def find_echonet(section: Mapping[str, Any], truths: Mapping[str, Path]) -> Findings:
    """List the clips of a tree.

    Args:
        section: ``root``.
        truths: Dense masks by sequence name.

    Raises:
        InputError: There is no tree, or one of its tables cannot be read.
    """
    root = Path(section["root"])
    if not (root / "Videos").is_dir():
        what = "holds no Videos/" if root.is_dir() else "there is no such folder"
        remedy = "point it at the unpacked EchoNet-Dynamic data"
        raise InputError(Problem(str(root), "data.echonet.root", what, remedy))
    bad: list[BadInput] = []
    problems: list[Problem] = []
    tables = root / "FileList.csv", root / "VolumeTracings.csv"
    listed = attempt(lambda path: read_rows(path, LISTED_COLUMNS, bad), tables[0], problems)
    traced = attempt(lambda path: read_rows(path, TRACED_COLUMNS, bad), tables[1], problems)
    if listed is None or traced is None:
        raise InputError(problems)
    bad += _unlisted(tables[1], sorted(traced.keys() - listed.keys()))
    videos = _videos(root / "Videos", bad)
    missing = sorted(listed.keys() - videos.keys())
    bad += _missing(root / "Videos", missing, len(listed))
    found = []
    for name in sorted(listed.keys() & videos.keys()):
        problem, split = _split(name, listed[name])
        if problem is not None:
            bad.append(BadInput(problem, _sequence(name)))
            continue
        files = EchoNetFiles(
            videos[name], listed[name], traced.get(name), truths.get(_sequence(name))
        )
        found.append(Found(name, ECHONET_VIEW, _SPLITS[split], files, split == "VAL"))
    return Findings(found, bad, list(tables))


# Its masks know the cavity alone.
ECHONET = Dataset("echonet", "EchoNet", _LABEL_VALUES, find_echonet, whole_clips=True)


def _sequence(name: str) -> str:
    return f"{name}_{ECHONET_VIEW}"


def _videos(folder: Path, bad: list[BadInput]) -> dict[str, Path]:
    """Return the AVI files by their names without suffix, which may be in capitals."""
    videos: dict[str, Path] = {}
    for file in file_names(folder):
        stem, dot, suffix = file.rpartition(".")
        if f"{dot}{suffix}".lower() != ".avi":
            continue
        if stem in videos:
            what = f"there is {videos[stem].name}, too"
            problem = Problem(str(folder / file), "", what, "keep the one that is right")
            bad.append(BadInput(problem, _sequence(stem)))
        videos[stem] = folder / file
    return videos


def _missing(folder: Path, names: Sequence[str], listed: int) -> list[BadInput]:
    """Return one problem for all videos that are missing: there may be thousands."""
    if not names:
        return []
    what = f"{len(names)} of the {listed} videos of FileList.csv are missing: "
    what += ", ".join(f"{name}.avi" for name in names)
    remedy = "put them back from the release, or drop their rows"
    sequences = ", ".join(_sequence(name) for name in names)
    return [BadInput(Problem(str(folder), "", what, remedy), sequences)]


def _unlisted(table: Path, names: Sequence[str]) -> list[BadInput]:
    what, remedy = "traced, but FileList.csv does not list it", "add its row or drop the tracing"
    return [BadInput(Problem(str(table), name, what, remedy), _sequence(name)) for name in names]


def _split(name: str, rows: Rows) -> tuple[Problem | None, str]:
    """Return the published split of a video, "TRAIN", "VAL" or "TEST"; or why it has none."""
    table = str(rows.table)
    if not _NAME.fullmatch(name):
        what = "the name has other characters than letters, digits and -"
        return Problem(table, name, what, "rename the video, here and in VolumeTracings.csv"), ""
    try:
        values = rows.values(name)
    except InputError as error:
        return error.problems[0], ""
    if len(values) > 1:
        return Problem(table, name, f"listed {len(values)} times", "keep one of the rows"), ""
    split = values[0]["Split"].upper()
    if split not in _SPLITS:
        what = f"{printable(values[0]['Split'][:20])!r} is none of {', '.join(_SPLITS)}"
        return Problem(table, f"{name}, Split", what, "correct it"), ""
    return None, split


class _Inspection:
    """Looks at one clip and collects what is wrong."""

    def __init__(self, files: EchoNetFiles) -> None:
        self.files, self.name = files, files.sequence.stem
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def report(self) -> Report:
        """Return the facts of the clip, or what stands in their way."""
        row = self.files.listed.values(self.name)[0]
        numbers, counts = self._numbers(row), self._counts(row)
        frames = attempt(read_video, self.files.sequence, self.problems)
        tracings = self._tracings()
        if frames is not None:
            self._check_frames(frames, counts, tracings)
        facts = None
        if frames is not None and not self.problems:
            facts = self._facts(frames, tracings, numbers)
        facts = None if self.problems else facts
        return Report(facts, tuple(self.problems), tuple(self.warnings))

    def _numbers(self, row: Mapping[str, str]) -> dict[str, float]:
        found: dict[str, float] = {}
        for column, field in _QUANTITIES.items():
            value = read_quantity(row[column], field)
            if isinstance(value, float):
                found[field] = value
            else:
                self._wrong(column, value or f"{printable(row[column][:20])!r} is not a number")
        if "edv_ml" in found and "esv_ml" in found:
            # Of this video, with its own row in front of what is said.
            keys = {field: f"{self.name}, {column}" for column, field in _QUANTITIES.items()}
            table = self.files.listed.table
            check_volumes(found, keys, table, self.problems, self.warnings)
        return found

    def _counts(self, row: Mapping[str, str]) -> dict[str, int]:
        found = {}
        for column in _COUNTS:
            number = number_of(row[column])
            if number is None or number != int(number) or not 1 <= number <= _LARGEST_COUNT:
                self._wrong(column, f"{printable(row[column][:20])!r} is no whole number from 1 on")
            else:
                found[column] = int(number)
        return found

    def _wrong(self, column: str, what: str) -> None:
        table, key = str(self.files.listed.table), f"{self.name}, {column}"
        self.problems.append(Problem(table, key, what, "correct it"))

    def _tracings(self) -> list[Tracing]:
        try:
            tracings = self.files.tracings()
        except InputError as error:
            self.problems += error.problems
            return []
        if len(tracings) < 2:
            table = self.files.listed.table.with_name("VolumeTracings.csv")
            what = f"{len(tracings)} traced frames, where ED and ES are needed"
            remedy = "trace both, or leave the video out"
            self.problems.append(Problem(str(table), self.name, what, remedy))
        return tracings

    def _check_frames(
        self, frames: NDArray[np.uint8], counts: Mapping[str, int], tracings: Sequence[Tracing]
    ) -> None:
        found = dict(
            zip(("NumberOfFrames", "FrameHeight", "FrameWidth"), frames.shape, strict=True)
        )
        video = self.files.sequence.name
        for column, count in counts.items():
            if count != found[column]:
                self._wrong(column, f"{count}, but in {video} it is {found[column]}")
        for tracing in tracings:
            self._check_place(tracing, frames)

    def _check_place(self, tracing: Tracing, frames: NDArray[np.uint8]) -> None:
        """Check that a tracing lies in a frame that there is."""
        height, width = frames.shape[1:]
        x, y = tracing.outline.T
        if tracing.frame >= len(frames):
            what = f"past the end: the video has frames 0 to {len(frames) - 1}"
        elif (
            min(x.min() / width, y.min() / height) < -_BEYOND
            or max(x.max() / width, y.max() / height) > 1 + _BEYOND
        ):
            what = f"its outline lies outside of the {width} x {height} pixels of the video"
        else:
            return
        self._mistraced(f"{self.name}, frame {tracing.frame}", what)

    def _mistraced(self, key: str, what: str) -> None:
        assert self.files.traced is not None
        remedy = "correct the tracing, or leave the video out"
        self.problems.append(Problem(str(self.files.traced.table), key, what, remedy))

    def _facts(
        self, frames: NDArray[np.uint8], tracings: Sequence[Tracing], numbers: Mapping[str, float]
    ) -> Facts:
        shape = frames.shape[1], frames.shape[2]
        ed, es = ed_and_es(tracings, shape)
        if not es.mask(shape).any():
            self._mistraced(f"{self.name}, frame {es.frame}", "outlines no pixel")
        self._check_order(tracings[0], ed)
        self._check_ef(ed, es, numbers["ef_percent"])
        used = slice(min(ed.frame, es.frame), max(ed.frame, es.frame) + 1)
        # It counts frames from 1, these files from 0.
        self.problems += check_contrast(self.files.sequence, frames[used], used.start - 1)
        self._check_dense_truth(frames)
        return Facts(
            stored_ed=ed.frame,
            stored_es=es.frame,
            native_shape=shape,
            native_spacing_mm=None,
            digests=f"{digest(frames[ed.frame])}:{digest(frames[es.frame])}",
            frame_rate_hz=numbers["frame_rate_hz"],
            edv_ml=numbers["edv_ml"],
            esv_ml=numbers["esv_ml"],
            ef_percent=numbers["ef_percent"],
        )

    def _check_order(self, first: Tracing, ed: Tracing) -> None:
        if first is ed:
            return
        what = "the frame that is traced first is not the largest, which is taken for ED"
        remedy = "see whether the tracings are right"
        self.warnings.append(Problem(str(self.files.sequence), "ED", what, remedy))

    def _check_ef(self, ed: Tracing, es: Tracing, published: float) -> None:
        traced = 100 * (1 - es.volume_px3 / ed.volume_px3)
        if not abs(traced - published) <= TRACED_EF_TOLERANCE:
            what = f"the tracings give {traced:.1f} %, but FileList.csv says {published:.1f} %"
            self._mistraced(f"{self.name}, EF", what)

    def _check_dense_truth(self, frames: NDArray[np.uint8]) -> None:
        path = self.files.dense_truth
        if path is None:
            return
        masks = attempt(lambda one: read_masks(one, len(_LABEL_VALUES)), path, self.problems)
        if masks is not None:
            # The clip tells no spacing that the masks could disagree with.
            clip = Image(frames, masks.spacing_mm, "")
            check_grid(path, masks, self.files.sequence, clip, len(frames), self.problems)
