"""The recordings of the M-mode wing: which there are, what belongs to each, and their split.

The workflow needs them before any job runs, so nothing slow is imported here.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from echoweave.datasets.folders import file_names
from echoweave.datasets.memo import Task, inspect_all
from echoweave.datasets.read import attempt
from echoweave.datasets.source import Report
from echoweave.errors import InputError, Problem
from echoweave.io.checksums import digest_of_content, sha256
from echoweave.io.refusals import refused_by_name
from echoweave.mmode.strips.listed import list_folders, read_strip_table
from echoweave.mmode.strips.quality_regions import QualityRegions, read_quality_regions
from echoweave.mmode.strips.recording import StripRecording
from echoweave.mmode.strips.splits import split_animals

TABLE, REGIONS = "strips.tsv", "regions.tsv"
_KEY = "mmode.root"


class MModeCohort(NamedTuple):
    """What the wing works on.

    Attributes:
        root: The folder of the data.
        recordings: Sorted by name.
        regions: Good and bad stretches of those recordings that the table has.
        tables: Those that tell of all recordings, as far as they are there.
    """

    root: Path
    recordings: tuple[StripRecording, ...]
    regions: Mapping[str, QualityRegions]
    tables: tuple[Path, ...]

    def split(self, name: str) -> list[StripRecording]:
        """Return the recordings of one of ``SPLITS``."""
        return [one for one in self.recordings if one.split == name]


def load_mmode_cohort(
    root: Path,
    mm_per_px: float | None,
    ms_per_px: float | None,
    validation_percent: float,
    test_percent: float,
    seed: int,
    memo: Path | None = None,
) -> MModeCohort:
    """Find the recordings below ``root``.

    ``strips.tsv`` has the columns recording, animal and file, and may have mm_per_px, ms_per_px,
    mass_g and split; without it every img/*.png and dicom/*.dcm is a recording, of the animal that
    its name up to the first "_" says. Masks are mask/{recording}.png, traces
    traces/{recording}.csv; regions.tsv tells good and bad stretches.

    Args:
        root: The folder.
        mm_per_px: Depth of a pixel of pictures of which the table does not tell it.
        ms_per_px: Time of a column, likewise.
        validation_percent: Share of the animals, where the table tells no split.
        test_percent: Likewise.
        seed: Of the draw.
        memo: Where to remember the digests of files that did not change; None: nowhere.

    Raises:
        InputError: Everything that is wrong with the tables and with what lies in the folders.
    """
    if not root.is_dir():
        what = "is a file, no folder" if root.exists() else "there is no such folder"
        raise InputError(Problem(str(root), _KEY, what, "correct the path"))
    table = root / TABLE
    source = table if table.exists() else root
    recordings = read_strip_table(table) if table.exists() else list_folders(root)
    problems: list[Problem] = []
    recordings = _with_annotation(root, recordings, problems)
    recordings = [_with_scale(one, mm_per_px, ms_per_px) for one in recordings]
    _check_scales(source, recordings, problems)
    splits = attempt(
        lambda path: split_animals(path, recordings, validation_percent, test_percent, seed),
        source,
        problems,
    )
    regions = _regions(root / REGIONS, recordings, problems)
    if problems or splits is None:
        raise InputError(problems)
    digests = _digests(recordings, memo)
    return MModeCohort(
        root=root,
        recordings=tuple(
            one._replace(split=splits[one.animal], digest=digest_of_content(one.files, digests))
            for one in sorted(recordings)
        ),
        regions=regions,
        tables=tuple(path for path in (table, root / REGIONS) if path.exists()),
    )


def _with_annotation(
    root: Path, recordings: Sequence[StripRecording], problems: list[Problem]
) -> list[StripRecording]:
    """Add masks and traces; what belongs to no recording, and both for one, are problems."""
    names = {one.name for one in recordings}
    masks = _beside(root / "mask", ".png", names, problems)
    traces = _beside(root / "traces", ".csv", names, problems)
    for name in sorted(masks.keys() & traces.keys()):
        what = f"there is a mask of {name} as well"
        problems.append(Problem(str(traces[name]), "", what, "keep one of them"))
    return [
        one._replace(mask=masks.get(one.name), traces=traces.get(one.name)) for one in recordings
    ]


def _beside(
    folder: Path, suffix: str, names: Collection[str], problems: list[Problem]
) -> dict[str, Path]:
    """Return the file in ``folder`` of each recording; files of none are problems."""
    found = {}
    for file in file_names(folder) if folder.is_dir() else []:
        name = file.removesuffix(suffix)
        if name in names and name != file:
            found[name] = folder / file
        elif name != file:
            what, remedy = f"there is no recording {name}", "rename it, or move it elsewhere"
            problems.append(Problem(str(folder / file), "", what, remedy))
    return found


def _with_scale(
    one: StripRecording, mm_per_px: float | None, ms_per_px: float | None
) -> StripRecording:
    """Fill in what holds for all pictures: DICOM files tell their own."""
    if one.is_dicom:
        return one
    return one._replace(mm_per_px=one.mm_per_px or mm_per_px, ms_per_px=one.ms_per_px or ms_per_px)


def _check_scales(
    source: Path, recordings: Sequence[StripRecording], problems: list[Problem]
) -> None:
    pictures = [one for one in recordings if not one.is_dicom]
    for key in ("mm_per_px", "ms_per_px"):
        without = [one.name for one in pictures if getattr(one, key) is None]
        if without:
            more = f" and {len(without) - 3} others" if len(without) > 3 else ""
            what = f"nothing tells it of {', '.join(without[:3])}{more}"
            remedy = f"give it in {TABLE}, or set mmode.{key}"
            problems.append(Problem(str(source), key, what, remedy))


def _regions(
    path: Path, recordings: Sequence[StripRecording], problems: list[Problem]
) -> dict[str, QualityRegions]:
    if not path.exists():
        return {}
    # How long the strips are is not known before they are read.
    unknown = dict.fromkeys(one.name for one in recordings)
    return attempt(lambda one: read_quality_regions(one, unknown), path, problems) or {}


def _digests(recordings: Sequence[StripRecording], memo: Path | None) -> Mapping[str, str]:
    if memo is None:
        return {str(path): _digest(path) for one in recordings for path in one.files}
    tasks = [Task(one.name, one.files, lambda: Report(None, ())) for one in recordings]
    return inspect_all(tasks, memo, 1)[1]


def _digest(path: Path) -> str:
    with refused_by_name(str(path)):
        return sha256(path)
