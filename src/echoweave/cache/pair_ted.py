"""Pair TED clips with CAMUS patients: TED is a subset of CAMUS under other numbers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from echoweave.cache.match import match_frames, remove_mean, thumbnails, upper_bounds
from echoweave.cache.pairing import pairing_problems, read_pairing
from echoweave.datasets.read import read_frames
from echoweave.datasets.source import Source
from echoweave.datasets.ted import TedClip
from echoweave.errors import InputError, Problem
from echoweave.io.checksums import write_checksums
from echoweave.io.tables import write_tsv
from echoweave.logs import LOGGER, Progress

# Thumbnails of the same frames correlate above .99 whatever their size and contrast; those of
# two patients, with the mean picture removed, hardly at all.
SAME = 0.9
# The best patient must lead the next by this much, or the pair counts as ambiguous.
LEAD = 0.05
PAIR_COLUMNS = [
    "ted_id",
    "patient",
    "ted_frames",
    "ted_order",
    "score",
    "next_score",
    "clip",
    "labels",
    "md5",
]


@dataclass(frozen=True)
class _Match:
    """How well a TED clip fits a CAMUS sequence.

    Attributes:
        score: Mean correlation of the frames, or a bound on it that is below ``SAME``.
        frames: The TED frame, 0-based, of each CAMUS frame from ED to ES.
        order: "rises" or "falls": what the numbers of these frames do.
    """

    score: float
    frames: tuple[int, ...] = ()
    order: str = ""


def pair_ted(
    sources: Sequence[Source],
    clips: Sequence[TedClip],
    pairing: Path | None,
    root: Path,
    output: Path,
    checksums: Path,
) -> None:
    """Write results/ted_pairs.tsv: which TED clip shows which CAMUS patient, frame by frame.

    Columns: ``ted_id``, ``patient``, ``ted_frames`` (the 0-based TED frame of each CAMUS frame
    from ED to ES, joined by commas), ``ted_order`` ("rises": ES follows ED in time, a systole;
    "falls": it precedes ED, a diastole), ``score`` (mean correlation), ``next_score`` (at most, of
    the next best patient), ``clip`` (the TED frames, below ``root``, wherever that lies),
    ``labels`` (their masks) and ``md5`` (of the clip's files: a changed mask changes the table and
    so makes the caches stale).

    Clips that resemble no patient, or more than one, stay out and are logged as warnings.

    Args:
        sources: The 4CH sequences of the training patients.
        clips: The TED clips.
        pairing: Table with the columns ted_id and patient to verify instead of searching.
        root: ``data.ted.root``; without clips it is not used.
        output: The table to write.
        checksums: Gets a row for each file of ``clips``, and for ``pairing``.

    Raises:
        InputError: A row of ``pairing`` names an unknown clip or patient, or two that differ.
    """
    matches = _match_all(sources, clips)
    patients = [source.patient for source in sources]
    if pairing is None:
        chosen = _choose(matches, [clip.ted_id for clip in clips], patients)
    else:
        chosen = _verify(pairing, matches, [clip.ted_id for clip in clips], patients)
    rows = []
    for clip, candidates in zip(clips, matches, strict=True):
        if clip.ted_id not in chosen:
            continue
        column = chosen[clip.ted_id]
        match = candidates[column]
        others = [other.score for index, other in enumerate(candidates) if index != column]
        frames = ",".join(str(frame) for frame in match.frames)
        digest = hashlib.md5(b"".join(path.read_bytes() for path in clip.files)).hexdigest()
        rows.append(
            [
                clip.ted_id,
                patients[column],
                frames,
                match.order,
                match.score,
                max(others, default=np.nan),
                *(str(path.relative_to(root)) for path in (clip.sequence, clip.labels)),
                digest,
            ]
        )
    LOGGER.info("%d of %d TED clips have their patient", len(rows), len(clips))
    write_tsv(pd.DataFrame(rows, columns=PAIR_COLUMNS), output)
    files = [path for clip in clips for path in clip.files]
    write_checksums([*files, pairing] if pairing else files, checksums)


def _match_all(sources: Sequence[Source], clips: Sequence[TedClip]) -> list[list[_Match]]:
    """Match each clip (rows) with each sequence (columns)."""
    if not sources or not clips:
        return [[] for _ in clips]
    progress = Progress("Reading 4CH sequences", len(sources))
    thumbs = []
    for done, source in enumerate(sources, 1):
        thumbs.append(thumbnails(source.read_ed_to_es()))
        progress.update(done)
    # Every patient counts alike in the mean picture, whatever the length of its clip.
    mean = np.mean([one.mean(axis=0) for one in thumbs], axis=0)
    thumbs = [remove_mean(one, mean) for one in thumbs]
    stacked = np.concatenate(thumbs)
    starts = np.cumsum([0, *(len(one) for one in thumbs[:-1])]).tolist()
    progress = Progress("Matching TED clips", len(clips))
    matches = []
    for done, clip in enumerate(clips, 1):
        frames = remove_mean(thumbnails(read_frames(clip.sequence)[0]), mean)
        bounds = upper_bounds(frames, stacked, starts)
        matches.append(
            [_match(one, frames, bound) for one, bound in zip(thumbs, bounds, strict=True)]
        )
        progress.update(done)
    return matches


def _match(camus: NDArray[np.float32], ted: NDArray[np.float32], bound: float) -> _Match:
    if bound < SAME or len(camus) > len(ted):
        return _Match(min(float(bound), SAME - LEAD))
    similarity = camus @ ted.T
    in_time = np.arange(len(ted))
    straight = [_follow(similarity, in_time, "rises"), _follow(similarity, in_time[::-1], "falls")]
    best = max(straight, key=lambda match: match.score)
    if best.score >= SAME:
        return best
    # A beat is a circle: one that is cut amid these frames has the first of them at its end.
    turned = [
        _follow(similarity, np.roll(columns, -start), order)
        for start in in_time[1:]
        for order, columns in (("rises", in_time), ("falls", in_time[::-1]))
    ]
    return max([best, *turned], key=lambda match: match.score)


def _follow(similarity: NDArray[np.float32], columns: NDArray[np.intp], order: str) -> _Match:
    """Align the rows of ``similarity`` [CAMUS, TED] with its ``columns`` in the order given."""
    path, score = match_frames(similarity[:, columns])
    return _Match(score, tuple(columns[path].tolist()), order)


def _choose(
    matches: list[list[_Match]], ted_ids: Sequence[str], patients: Sequence[str]
) -> dict[str, int]:
    """Return the column of each clip's patient, where there is exactly one for it."""
    chosen: dict[str, int] = {}
    for ted_id, candidates in zip(ted_ids, matches, strict=True):
        order = sorted(range(len(candidates)), key=lambda column: -candidates[column].score)
        scores = [candidates[column].score for column in order]
        if not order or scores[0] < SAME:
            best = f" (nearest: {patients[order[0]]}, {scores[0]:.2f})" if order else ""
            LOGGER.warning("Warning: TED %s shows no training patient of CAMUS%s", ted_id, best)
        elif len(order) > 1 and scores[1] > scores[0] - LEAD:
            names = " and ".join(f"{patients[column]}" for column in order[:2])
            LOGGER.warning("Warning: TED %s fits %s, so it is left out", ted_id, names)
        else:
            chosen[ted_id] = order[0]
    for column in set(chosen.values()):
        twins = [ted_id for ted_id, other in chosen.items() if other == column]
        if len(twins) > 1:
            names = " and ".join(twins)
            LOGGER.warning("Warning: TED %s fit %s, so they are left out", names, patients[column])
            chosen = {ted_id: other for ted_id, other in chosen.items() if other != column}
    return chosen


def _verify(
    pairing: Path,
    matches: list[list[_Match]],
    ted_ids: Sequence[str],
    patients: Sequence[str],
) -> dict[str, int]:
    """Return the column of each clip's patient as the user's table says, after checking it."""
    rows = read_pairing(pairing)
    problems = pairing_problems(pairing, rows, ted_ids, patients)
    chosen: dict[str, int] = {}
    for ted_id, patient in rows:
        if ted_id in ted_ids and patient in patients:
            chosen.setdefault(ted_id, patients.index(patient))
    for ted_id, column in chosen.items():
        score = matches[ted_ids.index(ted_id)][column].score
        if score < SAME:
            camus = patients[column]
            what = f"its images are not those of {camus} (correlation at most {score:.2f})"
            problems.append(Problem(str(pairing), ted_id, what, "correct or remove the row"))
    if problems:
        raise InputError(problems)
    return chosen
