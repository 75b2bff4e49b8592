"""Check a sequence or a TED clip before anything is made from it, and list all that is wrong."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from echoweave.cache.read import read_clip, read_frame, read_mask, read_masks
from echoweave.cache.source import Facts, SequenceFiles, TedClip
from echoweave.errors import InputError, Problem, printable
from echoweave.io.cfg import read_cfg
from echoweave.labels import CAVITY

# Headers of one patient round their spacing differently; a real difference is larger.
SPACING_TOLERANCE = 0.01
# A cavity may look a little larger at ES in a weak heart, but not by so much.
SWAPPED_AREA_RATIO = 1.1

# What a cfg may tell in numbers: field of Facts -> the keys of the two releases.
_NUMBERS = {
    "age": ("Age",),
    "frame_rate_hz": ("FrameRate",),
    "edv_ml": ("LVedv",),
    "esv_ml": ("LVesv",),
    "ef_percent": ("EF", "LVef"),
}

_Read = TypeVar("_Read")
_Picture = tuple[NDArray[np.uint8], tuple[float, float]]


@dataclass(frozen=True)
class Report:
    """What an inspection found: facts, or the problems that stand in their way.

    Attributes:
        facts: Of a sound CAMUS sequence; None otherwise.
        problems: Empty where all is well.
    """

    facts: Facts | None
    problems: tuple[Problem, ...]


def inspect_sequence(files: SequenceFiles) -> Report:
    """Read every file of a CAMUS sequence and check that they agree."""
    problems: list[Problem] = []
    cfg = _attempt(read_cfg, files.cfg, problems)
    indices = _frame_indices(cfg, files.cfg, problems) if cfg is not None else None
    clip = _attempt(read_clip, files.sequence, problems)
    frames = {path: _attempt(read_frame, path, problems) for path in (files.ed, files.es)}
    masks = {
        path: _attempt(read_mask, path, problems) for path in (files.ed_gt, files.es_gt) if path
    }
    if clip is not None:
        for path, picture in (frames | masks).items():
            _check_grid(path, picture, files.sequence, clip, problems)
    if clip is not None and indices is not None:
        _check_length(indices[2], len(clip[0]), files, problems)
    if files.dense_truth and clip is not None and indices is not None:
        _check_dense_truth(files.dense_truth, clip[0].shape, indices[:2], problems)
    numbers = _numbers(cfg, files.cfg, problems) if cfg is not None else {}
    if problems or cfg is None or clip is None or indices is None:
        return Report(None, tuple(problems))
    _check_order(files, clip[0], frames, masks, indices[:2], problems)
    if problems:
        return Report(None, tuple(problems))
    height, width = clip[0].shape[1:]
    facts = Facts(
        stored_ed=indices[0],
        stored_es=indices[1],
        native_shape=(height, width),
        native_spacing_mm=clip[1],
        quality=printable(cfg.get("ImageQuality", "")),
        sex=printable(cfg.get("Sex", "")),
        **numbers,
    )
    return Report(facts, ())


def inspect_ted(clip: TedClip) -> Report:
    """Read the clip and its masks and check that they agree."""
    problems: list[Problem] = []
    frames = _attempt(read_clip, clip.sequence, problems)
    labels = _attempt(lambda path: read_masks(path, n_labels=3), clip.labels, problems)
    if frames is not None and labels is not None and frames[0].shape != labels.shape:
        what = f"the masks are {_size(labels)}, the frames {_size(frames[0])}"
        problems.append(_wrong_size(clip.labels, what))
    return Report(None, tuple(problems))


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


def _check_grid(
    path: Path, picture: _Picture | None, clip_path: Path, clip: _Picture, problems: list[Problem]
) -> None:
    if picture is None:
        return
    if picture[0].shape != clip[0].shape[1:]:
        what = f"{_size(picture[0])}, but the frames of {clip_path.name} are {_size(clip[0][0])}"
        problems.append(_wrong_size(path, what))
    elif not np.allclose(picture[1], clip[1], rtol=SPACING_TOLERANCE):
        what = f"{_pair(picture[1])} mm, but {clip_path.name} says {_pair(clip[1])} mm"
        problems.append(Problem(str(path), "spacing", what, "correct the header that is wrong"))


def _check_dense_truth(
    path: Path,
    clip_shape: tuple[int, ...],
    ed_es: tuple[int, int],
    problems: list[Problem],
) -> None:
    masks = _attempt(read_masks, path, problems)
    expected = (abs(ed_es[1] - ed_es[0]) + 1, *clip_shape[1:])
    if masks is not None and masks.shape != expected:
        what = f"{_size(masks)}, but ED to ES of the clip is {_size(np.empty(expected, bool))}"
        problems.append(_wrong_size(path, what))


def _check_order(
    files: SequenceFiles,
    clip: NDArray[np.uint8],
    frames: dict[Path, _Picture | None],
    masks: dict[Path, _Picture | None],
    ed_es: tuple[int, int],
    problems: list[Problem],
) -> None:
    """Notice ED and ES images, or masks, that took each other's place."""
    ed_image, es_image = (frames[path] for path in (files.ed, files.es))
    if ed_image and es_image:
        ed, es = (clip[index] for index in ed_es)
        straight = _distance(ed_image[0], ed) + _distance(es_image[0], es)
        crossed = _distance(ed_image[0], es) + _distance(es_image[0], ed)
        if crossed < straight:
            what = f"looks like frame {ed_es[1] + 1} (ES), not {ed_es[0] + 1} (ED), of the clip"
            problems.append(
                Problem(
                    str(files.ed), "ED", what, f"swap it with {files.es.name} or correct the cfg"
                )
            )
    if files.ed_gt and files.es_gt:
        areas = [int((mask[0] == CAVITY).sum()) for mask in masks.values() if mask]
        if len(areas) == 2 and areas[1] > SWAPPED_AREA_RATIO * areas[0]:
            what = f"the cavity is smaller ({areas[0]} pixels) than at ES ({areas[1]} pixels)"
            remedy = f"swap it with {files.es_gt.name} or correct the cfg"
            problems.append(Problem(str(files.ed_gt), "labels", what, remedy))


def _distance(image: NDArray[np.uint8], frame: NDArray[np.uint8]) -> float:
    return float(np.abs(image.astype(np.int16) - frame).mean())


def _numbers(cfg: dict[str, str], path: Path, problems: list[Problem]) -> dict[str, float]:
    """Return what is known; words such as N/A are not, but -1 or 1e999 would spoil the tables."""
    found: dict[str, float] = {}
    for field, keys in _NUMBERS.items():
        for key in keys:
            try:
                value = float(cfg[key])
            except (KeyError, ValueError):
                continue
            if not math.isnan(value):
                found.setdefault(field, value)
            if value < 0 or math.isinf(value) or (value == 0 and field == "frame_rate_hz"):
                what = f"{cfg[key][:20]} cannot be"
                problems.append(Problem(str(path), key, what, "correct it or remove the line"))
    return found


def _wrong_size(path: Path, what: str) -> Problem:
    return Problem(str(path), "size", what, "replace it with the one that belongs to the clip")


def _size(array: NDArray[np.generic]) -> str:
    frames = f"{len(array)} frames of " if array.ndim == 3 else ""
    return f"{frames}{array.shape[-1]} x {array.shape[-2]} pixels"


def _pair(spacing_mm: tuple[float, float]) -> str:
    return f"{spacing_mm[1]:g} x {spacing_mm[0]:g}"
