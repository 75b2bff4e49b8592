"""The cohort: the sound sequences of the data trees, with their split and fold.

The workflow needs it before any job runs, so nothing slow is imported here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from echoweave.datasets.base import Dataset, Findings
from echoweave.datasets.camus import CAMUS, clip_files
from echoweave.datasets.memo import Task, inspect_all
from echoweave.datasets.registry import dataset_of
from echoweave.datasets.source import BadInput, Found, Source
from echoweave.datasets.ted import TED_VIEW, TedClip, discover_ted, inspect_ted
from echoweave.datasets.truths import check_truths, list_truths
from echoweave.datasets.twins import find_other_axes, find_twins
from echoweave.errors import InputError, Problem, gathered
from echoweave.io.checksums import digest_of_content, sha256
from echoweave.logs import LOGGER, log_to_terminal
from echoweave.shuffle import hash_number, stable_order
from echoweave.units import Unit

# The value of `folds` that asks for one fold, validated by the patients that the data set names.
PUBLISHED = "published"


@dataclass(frozen=True)
class Cohort:
    """What the study works on.

    Attributes:
        dataset: What it is built from.
        sequences: Every sound sequence, sorted by patient and view.
        folds: The 0-based fold that validates each training patient; patients whom none does are
            not in it.
        ted: Every sound TED clip, sorted by id.
        pairing: The user's table of TED ids and patients; None where the images decide.
        excluded: What was left out, and why.
        lists: Files that say which patient is in which split; none in the legacy release of CAMUS.
        warnings: What looks wrong in the inputs and stops nothing.
        digests: The SHA-256 of every file of ``sequences``, ``ted`` and ``pairing``, by path.
    """

    dataset: Dataset
    sequences: tuple[Source, ...]
    folds: Mapping[str, int]
    ted: tuple[TedClip, ...] = ()
    pairing: Path | None = None
    excluded: tuple[BadInput, ...] = ()
    lists: tuple[Path, ...] = ()
    warnings: tuple[Problem, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def unit(self) -> Unit:
        """What lengths are measured in: mm where every sequence tells the size of its pixels."""
        known = all(one.facts.native_spacing_mm is not None for one in self.sequences)
        return "mm" if known else "px"

    @property
    def n_folds(self) -> int:
        """How many folds there are."""
        return max(self.folds.values()) + 1

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
        return clip_files(self.pairing_sources)

    @property
    def ted_files(self) -> list[Path]:
        """The files of the TED clips, and the user's pairing table if there is one."""
        paths = [path for clip in self.ted for path in clip.files]
        return paths if self.pairing is None else [*paths, self.pairing]

    def warn(self) -> None:
        """Log the warnings to the terminal, alike ones of several files in one line."""
        alike: dict[tuple[str, str, str], list[str]] = {}
        for one in self.warnings:
            alike.setdefault((one.key, one.what, one.remedy), []).append(one.file)
        with log_to_terminal():
            for (key, what, remedy), files in alike.items():
                more = f" (and {len(files) - 1} other files)" if len(files) > 1 else ""
                LOGGER.warning("Warning: %s", Problem(files[0], key, what + more, remedy))

    def sequences_of(self, patients: Iterable[str]) -> list[Source]:
        """Return the sequences of ``patients``, sorted by patient and view."""
        chosen = set(patients)
        return [source for source in self.sequences if source.patient in chosen]

    def files(self, patients: Iterable[str]) -> list[Path]:
        """Return every source file of ``patients``."""
        return [path for source in self.sequences_of(patients) for path in source.files.all]

    def content(self, files: Iterable[Path]) -> str:
        """Return a digest of the content of ``files``, of which ``digests`` knows each."""
        return digest_of_content(files, self.digests)

    @staticmethod
    def buckets(patients: Iterable[str], chunks: int) -> dict[int, list[str]]:
        """Share ``patients`` out to at most ``chunks`` buckets.

        A patient's bucket depends on its id alone, so one patient more changes one bucket.
        """
        buckets: dict[int, list[str]] = {}
        for patient in sorted(patients):
            buckets.setdefault(hash_number(patient) % chunks, []).append(patient)
        return dict(sorted(buckets.items()))


def load_cohort(config: Mapping[str, Any], results_dir: Path, threads: int = 1) -> Cohort:
    """Find and check every input, and say which sequence serves where.

    What was read is remembered in ``results_dir``/.inspected.json; progress goes to stderr.

    Args:
        config: The whole configuration; ``data``, ``folds`` and ``seed`` count here.
        results_dir: Where the results go.
        threads: Files that are read at once.

    Raises:
        InputError: Everything that is wrong: all bad inputs with ``data.on_bad_input: stop``;
            no data at all in any case.
    """
    data = config["data"]
    dataset = dataset_of(data)
    section = data[dataset.name]
    (found, bad, lists), clips, fatal, warnings = _discover(dataset, data)
    with log_to_terminal():
        reports, digests = inspect_all(
            _tasks(found, clips), results_dir / ".inspected.json", threads
        )
    names = [one.name for one in found] + [f"TED {clip.ted_id}" for clip in clips]
    for name, report in zip(names, reports, strict=True):
        bad += [BadInput(problem, name) for problem in report.problems]
    sources = [
        Source(one.patient, one.view, one.split, one.files, report.facts, one.validation)
        for one, report in zip(found, reports[: len(found)], strict=True)
        if report.facts is not None
    ]
    twins = find_twins(sources)
    bad += twins
    if fatal or (bad and data["on_bad_input"] == "stop"):
        raise InputError([*fatal, *(one.problem for one in bad)])
    left_out = {one.sequence for one in twins}
    sources = [source for source in sources if source.name not in left_out]
    training = {source.patient for source in sources if source.split == "training"}
    if not training:
        what = "holds no sound training patient"
        remedy = f"point it at the unpacked {dataset.title} data"
        raise InputError(Problem(section["root"], f"data.{dataset.name}.root", what, remedy))
    warnings += [warning for report in reports for warning in report.warnings]
    warnings += find_other_axes(sources)
    pairing = _optional(data["ted"]["pairing"])
    if pairing is not None:
        digests[str(pairing)] = sha256(pairing)
    return Cohort(
        dataset=dataset,
        sequences=tuple(sources),
        folds=_folds(config, sources, training),
        ted=tuple(
            clip
            for clip, report in zip(clips, reports[len(found) :], strict=True)
            if not report.problems
        ),
        pairing=pairing,
        excluded=tuple(bad),
        lists=tuple(lists),
        warnings=tuple(warnings),
        digests=digests,
    )


def _folds(
    config: Mapping[str, Any], sources: Sequence[Source], training: Set[str]
) -> dict[str, int]:
    """Return who validates which fold: a share of the patients each, or those that are published.

    Raises:
        InputError: The data set publishes no validation patients, or nobody is left to train on.
    """
    if config["folds"] != PUBLISHED:
        return assign_folds(training, config["folds"], config["seed"])
    validation = {source.patient for source in sources if source.validation}
    if validation and training - validation:
        return dict.fromkeys(sorted(validation), 0)
    what = "no training patient is left beside" if validation else "the data set has no"
    what = f"{PUBLISHED}, but {what} published validation patients"
    raise InputError(Problem("config", "folds", what, "set it to a number, such as 5"))


def assign_folds(patients: Collection[str], folds: int, seed: int) -> dict[str, int]:
    """Return the 0-based fold of each patient: equal stretches of an order by hash.

    One patient more or less shifts every border between two folds by at most one patient, so at
    most ``folds`` - 1 others move. The sizes of two folds differ by at most one patient.
    """
    order = stable_order(patients, seed, "folds")
    return {patient: place * folds // len(order) for place, patient in enumerate(order)}


def _discover(
    dataset: Dataset, data: Mapping[str, Any]
) -> tuple[Findings, list[TedClip], list[Problem], list[Problem]]:
    """Return what lies in the data trees: sequences, clips, what no one can skip, what looks wrong.

    Bad clips are among the bad input of the sequences.
    """
    findings = Findings([], [], [])
    clips: list[TedClip] = []
    warnings: list[Problem] = []
    fatal = _missing_pairing(_optional(data["ted"]["pairing"])) + _ted_of_others(dataset, data)
    with gathered(fatal):
        truths = list_truths(_optional(data["dense_truth"]))
        findings = dataset.find(data[dataset.name], truths)
        check_truths(truths, findings.found, data["dense_truth"], fatal, warnings)
    with gathered(fatal):
        clips, bad_clips = discover_ted(_optional(data["ted"]["root"]))
        findings.bad.extend(bad_clips)
    return findings, clips, fatal, warnings


def _ted_of_others(dataset: Dataset, data: Mapping[str, Any]) -> list[Problem]:
    if dataset.name == CAMUS.name or data["ted"]["root"] is None:
        return []
    what = f"TED shows patients of CAMUS, and data.dataset is {dataset.name}"
    return [Problem("config", "data.ted.root", what, "set it to null to go without")]


def _optional(path: str | None) -> Path | None:
    return None if path is None else Path(path)


def _missing_pairing(pairing: Path | None) -> list[Problem]:
    if pairing is None or pairing.is_file():
        return []
    remedy = "correct the path, or set it to null to pair by the images"
    return [Problem(str(pairing), "data.ted.pairing", "there is no such file", remedy)]


def _tasks(found: Sequence[Found], clips: Sequence[TedClip]) -> list[Task]:
    tasks = [
        Task(str(one.files.sequence), one.files.all, one.files.inspect, one.files.told)
        for one in found
    ]
    tasks += [Task(str(clip.sequence), clip.files, partial(inspect_ted, clip)) for clip in clips]
    return tasks


def _patients(sources: Iterable[Source]) -> list[str]:
    return sorted({source.patient for source in sources})
