"""The cohort: the sound sequences of the data trees, with their split and fold.

The workflow needs it before any job runs, so nothing slow is imported here.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from echoweave.cache.discover import (
    Found,
    discover_camus,
    discover_ted,
    list_subgroups,
    list_truths,
)
from echoweave.cache.inspect import inspect_sequence, inspect_ted
from echoweave.cache.memo import Task, inspect_all
from echoweave.cache.source import TED_VIEW, BadInput, Source, TedClip
from echoweave.errors import InputError, Problem
from echoweave.logs import log_to_terminal


@dataclass(frozen=True)
class Cohort:
    """What the study works on.

    Attributes:
        sequences: Every sound sequence, sorted by patient and view.
        folds: The 0-based cross-validation fold of each training patient.
        ted: Every sound TED clip, sorted by id.
        pairing: The user's table of TED ids and patients; None where the images decide.
        excluded: What was left out, and why.
        subgroups: The lists that say which patient is in which split; none in the legacy release.
    """

    sequences: tuple[Source, ...]
    folds: Mapping[str, int]
    ted: tuple[TedClip, ...] = ()
    pairing: Path | None = None
    excluded: tuple[BadInput, ...] = ()
    subgroups: tuple[Path, ...] = ()

    @property
    def training(self) -> list[Source]:
        """The sequences of the training patients."""
        return [source for source in self.sequences if source.split == "training"]

    @property
    def testing(self) -> list[Source]:
        """The sequences of the test patients."""
        return [source for source in self.sequences if source.split == "testing"]

    @property
    def patients(self) -> list[str]:
        """Every patient, sorted."""
        return _patients(self.sequences)

    @property
    def training_patients(self) -> list[str]:
        """The training patients, sorted."""
        return _patients(self.training)

    @property
    def testing_patients(self) -> list[str]:
        """The test patients, sorted."""
        return _patients(self.testing)

    @property
    def test_references(self) -> dict[str, tuple[Path, Path]]:
        """The masks at ED and ES of the labelled test sequences, by name."""
        return {
            source.name: (source.files.ed_gt, source.files.es_gt)
            for source in self.testing
            if source.files.ed_gt and source.files.es_gt
        }

    @property
    def test_images(self) -> dict[str, tuple[Path, Path]]:
        """The images at ED and ES of the test sequences, by name."""
        return {source.name: (source.files.ed, source.files.es) for source in self.testing}

    @property
    def dense_sources(self) -> list[Source]:
        """The training sequences with a mask of every frame, own or perhaps of a TED clip."""
        return [
            one
            for one in self.training
            if one.files.dense_truth or (self.ted and one.view == TED_VIEW)
        ]

    @property
    def pairing_sources(self) -> list[Source]:
        """The sequences among which TED clips find their patient; none without TED."""
        return [source for source in self.training if self.ted and source.view == TED_VIEW]

    @property
    def pairing_files(self) -> list[Path]:
        """The clips of ``pairing_sources``: no mask and no other frame decides."""
        return [path for source in self.pairing_sources for path in source.files.clip]

    @property
    def ted_files(self) -> list[Path]:
        """The files of the TED clips, and the user's pairing table if there is one."""
        paths = [path for clip in self.ted for path in clip.files]
        return paths if self.pairing is None else [*paths, self.pairing]

    def sequences_of(self, patients: Iterable[str]) -> list[Source]:
        """Return the sequences of ``patients``, sorted by patient and view."""
        chosen = set(patients)
        return [source for source in self.sequences if source.patient in chosen]

    def files(self, patients: Iterable[str]) -> list[Path]:
        """Return every source file of ``patients``."""
        return [path for source in self.sequences_of(patients) for path in source.files.all]

    @staticmethod
    def buckets(patients: Iterable[str], chunks: int) -> dict[int, list[str]]:
        """Share ``patients`` out to at most ``chunks`` buckets.

        A patient's bucket depends on its id alone, so one patient more changes one bucket.
        """
        buckets: dict[int, list[str]] = {}
        for patient in sorted(patients):
            buckets.setdefault(_hash(patient) % chunks, []).append(patient)
        return dict(sorted(buckets.items()))


def load_cohort(config: Mapping[str, Any], results_dir: Path) -> Cohort:
    """Find and check every input, and say which sequence serves where.

    What was read is remembered in ``results_dir``/.inspected.json; progress goes to stderr.

    Args:
        config: The whole configuration; ``data``, ``folds`` and ``seed`` count here.
        results_dir: Where the results go.

    Raises:
        InputError: Everything that is wrong: all bad inputs with ``data.on_bad_input: stop``;
            no data at all, or too few patients for the folds, in any case.
    """
    data = config["data"]
    found, clips, bad, fatal = _discover(data)
    with log_to_terminal():
        reports = inspect_all(_tasks(found, clips), results_dir / ".inspected.json")
    names = [one.name for one in found] + [f"TED {clip.ted_id}" for clip in clips]
    for name, report in zip(names, reports, strict=True):
        bad += [BadInput(problem, name) for problem in report.problems]
    if fatal or (bad and data["on_bad_input"] == "stop"):
        raise InputError([*fatal, *(one.problem for one in bad)])
    sound = [
        (one, report.facts)
        for one, report in zip(found, reports[: len(found)], strict=True)
        if report.facts is not None
    ]
    training = {one.patient for one, _ in sound if one.split == "training"}
    return Cohort(
        sequences=tuple(
            Source(one.patient, one.view, one.split, one.files, facts) for one, facts in sound
        ),
        folds=_assign_folds(training, config["folds"], config["seed"], data["camus"]["root"]),
        ted=tuple(
            clip
            for clip, report in zip(clips, reports[len(found) :], strict=True)
            if not report.problems
        ),
        pairing=_optional(data["ted"]["pairing"]),
        excluded=tuple(bad),
        subgroups=tuple(list_subgroups(Path(data["camus"]["root"]))),
    )


def _discover(
    data: Mapping[str, Any],
) -> tuple[list[Found], list[TedClip], list[BadInput], list[Problem]]:
    """Return what lies in the data trees: sequences, clips, bad input, and what no one can skip."""
    found: list[Found] = []
    clips: list[TedClip] = []
    bad: list[BadInput] = []
    fatal = _missing_pairing(_optional(data["ted"]["pairing"]))
    try:
        truths = list_truths(_optional(data["dense_truth"]))
        camus = data["camus"]
        found, bad = discover_camus(Path(camus["root"]), camus["layout"], truths)
    except InputError as error:
        fatal += error.problems
    try:
        clips, bad_clips = discover_ted(_optional(data["ted"]["root"]))
        bad += bad_clips
    except InputError as error:
        fatal += error.problems
    return found, clips, bad, fatal


def _optional(path: str | None) -> Path | None:
    return None if path is None else Path(path)


def _missing_pairing(pairing: Path | None) -> list[Problem]:
    if pairing is None or pairing.is_file():
        return []
    remedy = "correct the path, or set it to null to pair by the images"
    return [Problem(str(pairing), "data.ted.pairing", "there is no such file", remedy)]


def _tasks(found: Sequence[Found], clips: Sequence[TedClip]) -> list[Task]:
    tasks = [
        Task(str(one.files.sequence), one.files.all, partial(inspect_sequence, one.files))
        for one in found
    ]
    tasks += [Task(str(clip.sequence), clip.files, partial(inspect_ted, clip)) for clip in clips]
    return tasks


def _assign_folds(patients: set[str], folds: int, seed: int, root: str) -> dict[str, int]:
    """Return the fold of each training patient: round-robin in an order that the seed shuffles.

    Raises:
        InputError: There is no patient, or not one for each fold.
    """
    if not patients:
        what = "holds no sound training patient"
        remedy = "point it at the unpacked CAMUS data"
        raise InputError(Problem(root, "data.camus.root", what, remedy))
    if folds > len(patients):
        what = f"{folds} folds for {len(patients)} training patients"
        raise InputError(Problem("config", "folds", what, f"set it to {len(patients)} or less"))
    order = sorted(patients, key=lambda patient: (_hash(f"{seed}:{patient}"), patient))
    return {patient: index % folds for index, patient in enumerate(order)}


def _hash(text: str) -> int:
    return int(hashlib.md5(text.encode()).hexdigest(), 16)


def _patients(sources: Iterable[Source]) -> list[str]:
    return sorted({source.patient for source in sources})
