"""TED: full cycles of CAMUS patients, 4CH, under numbers of its own, with a mask of every frame."""

from dataclasses import dataclass
from pathlib import Path

from echoweave.datasets.companions import check_grid, check_orientation
from echoweave.datasets.folders import METAIMAGE, file_names, file_of, patient_folders, pixel_files
from echoweave.datasets.pictures import check_contrast, check_spacing
from echoweave.datasets.read import attempt, read_frames, read_masks
from echoweave.datasets.source import BadInput, Report
from echoweave.errors import InputError, Problem

TED_VIEW = "4CH"
# Its masks know no atrium.
TED_LABELS = (0, 1, 2)


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


def discover_ted(root: Path | None) -> tuple[list[TedClip], list[BadInput]]:
    """List the TED clips under ``root`` (``data.ted.root``), sorted by id; none where it is None.

    Raises:
        InputError: There is no database/ in it.
    """
    if root is None:
        return [], []
    database = root / "database"
    if not database.is_dir():
        what = "holds no database/" if root.is_dir() else "there is no such folder"
        remedy = "point it at the unpacked TED data, or set it to null to go without"
        raise InputError(Problem(str(root), "data.ted.root", what, remedy))
    bad: list[BadInput] = []
    clips = []
    for folder in patient_folders(database, bad):
        names = file_names(folder)
        sequence, labels = (
            file_of(folder, f"{folder.name}_{TED_VIEW}_{part}", METAIMAGE, names)
            for part in ("sequence", "sequence_gt")
        )
        pixels = tuple(pixel_files([sequence, labels]))
        clips.append(TedClip(folder.name, sequence, labels, pixels))
    return sorted(clips, key=lambda clip: clip.ted_id), bad


def inspect_ted(clip: TedClip) -> Report:
    """Read the clip and its masks and check that they agree."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    frames = attempt(read_frames, clip.sequence, problems)
    labels = attempt(lambda path: read_masks(path, n_labels=len(TED_LABELS)), clip.labels, problems)
    if frames is not None:
        check_grid(clip.labels, labels, clip.sequence, frames, len(frames.array), problems)
        problems += check_orientation(clip.labels, labels, clip.sequence, [frames])
        problems += check_contrast(clip.sequence, frames.array)
        warnings += check_spacing(clip.sequence, frames)
    return Report(None, tuple(problems), tuple(warnings))
