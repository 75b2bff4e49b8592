"""Check a sequence or a TED clip before anything is made from it, and list all that is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from echoweave.datasets.clinical import read_numbers, read_quality, read_sex
from echoweave.datasets.companions import check_areas, check_frames, check_grid, check_orientation
from echoweave.datasets.pictures import check_contrast, check_spacing, digest
from echoweave.datasets.read import read_clip, read_frame, read_mask, read_masks
from echoweave.datasets.source import Facts, SequenceFiles, TedClip
from echoweave.errors import InputError, Problem
from echoweave.io.cfg import read_cfg
from echoweave.io.images import Image

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Report:
    """What an inspection found: facts, or the problems that stand in their way.

    Attributes:
        facts: Of a sound CAMUS sequence; None otherwise.
        problems: Empty where all is well.
        warnings: What looks wrong and stops nothing.
    """

    facts: Facts | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def inspect_sequence(files: SequenceFiles) -> Report:
    """Read every file of a CAMUS sequence and check that they agree."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    cfg = _attempt(read_cfg, files.cfg, problems)
    indices = _frame_indices(cfg, files.cfg, problems) if cfg is not None else None
    clip = _attempt(read_clip, files.sequence, problems)
    images = [_attempt(read_frame, path, problems) for path in (files.ed, files.es)]
    masks = {
        path: _attempt(read_mask, path, problems) for path in (files.ed_gt, files.es_gt) if path
    }
    if clip is not None:
        for path, image in ({files.ed: images[0], files.es: images[1]} | masks).items():
            check_grid(path, image, files.sequence, clip, None, problems)
        warnings += check_spacing(files.sequence, clip)
    if clip is not None and indices is not None:
        _check_length(indices[2], len(clip.array), files, problems)
        _check_dense_truth(files, clip, indices[:2], problems)
    numbers = read_numbers(cfg, files.cfg, problems, warnings) if cfg is not None else {}
    if problems or cfg is None or clip is None or indices is None:
        return Report(None, tuple(problems), tuple(warnings))
    ed, es, _ = indices
    used = slice(min(ed, es), max(ed, es) + 1)
    problems += check_contrast(files.sequence, clip.array[used], used.start)
    ed_image, es_image = images
    if ed_image and es_image and not problems:
        problems += check_frames(files, (ed_image, es_image), clip.array, (ed, es))
    for (path, mask), image in zip(masks.items(), images, strict=bool(masks)):
        problems += check_orientation(path, mask, files.sequence, [clip, image])
    problems += check_areas(files, masks)
    if problems:
        return Report(None, tuple(problems), tuple(warnings))
    height, width = clip.array.shape[1:]
    facts = Facts(
        stored_ed=ed,
        stored_es=es,
        native_shape=(height, width),
        native_spacing_mm=clip.spacing_mm,
        axes=clip.axes,
        digests=f"{digest(clip.array[ed])}:{digest(clip.array[es])}",
        quality=read_quality(cfg),
        sex=read_sex(cfg),
        **numbers,
    )
    return Report(facts, (), tuple(warnings))


def inspect_ted(clip: TedClip) -> Report:
    """Read the clip and its masks and check that they agree."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    frames = _attempt(read_clip, clip.sequence, problems)
    labels = _attempt(lambda path: read_masks(path, n_labels=3), clip.labels, problems)
    if frames is not None:
        check_grid(clip.labels, labels, clip.sequence, frames, len(frames.array), problems)
        problems += check_orientation(clip.labels, labels, clip.sequence, [frames])
        problems += check_contrast(clip.sequence, frames.array)
        warnings += check_spacing(clip.sequence, frames)
    return Report(None, tuple(problems), tuple(warnings))


def _attempt(reader: Callable[[Path], _Read], path: Path, problems: list[Problem]) -> _Read | None:
    try:
        return reader(path)
    except InputError as error:
        problems += error.problems
        return None


def _frame_indices(
    cfg: dict[str, str], path: Path, problems: list[Problem]
) -> tuple[int, int, int] | None:
    """Return ED and ES, 0-based, and NbFrame; None, and why, if the cfg does not tell them."""
    numbers: dict[str, int] = {}
    for key in ("NbFrame", "ED", "ES"):
        text = cfg.get(key)
        if text is None:
            what, remedy = "the key is missing", f'add the line "{key}: <number>"'
        elif not (text.isascii() and text.isdecimal()) or len(text) > 9:
            what, remedy = f"{text[:20]!r} is not a whole number", "correct it"
        elif not 1 <= int(text) <= numbers.get("NbFrame", int(text)):
            what = f"frame {text} is out of range 1 to {numbers.get('NbFrame', 'NbFrame')}"
            remedy = "correct it"
        else:
            numbers[key] = int(text)
            continue
        problems.append(Problem(str(path), key, what, remedy))
    if len(numbers) < 3:
        return None
    if numbers["ED"] == numbers["ES"]:
        what = f"the same frame as ED ({numbers['ED']})"
        problems.append(Problem(str(path), "ES", what, "correct one of them"))
        return None
    return numbers["ED"] - 1, numbers["ES"] - 1, numbers["NbFrame"]


def _check_length(
    announced: int, n_frames: int, files: SequenceFiles, problems: list[Problem]
) -> None:
    if announced == n_frames:
        return
    what = f"{announced}, but {files.sequence.name} holds {n_frames} frames"
    remedy = "correct it or replace the clip"
    problems.append(Problem(str(files.cfg), "NbFrame", what, remedy))


def _check_dense_truth(
    files: SequenceFiles, clip: Image, ed_es: tuple[int, int], problems: list[Problem]
) -> None:
    path = files.dense_truth
    if path is None:
        return
    masks = _attempt(read_masks, path, problems)
    check_grid(path, masks, files.sequence, clip, abs(ed_es[1] - ed_es[0]) + 1, problems)
    problems += check_orientation(path, masks, files.sequence, [clip])
