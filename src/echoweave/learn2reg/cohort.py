"""The cases of the wing: which there are, their split, and the pairs that are measured.

The workflow needs them before any job runs, so nothing slow is imported here.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from echoweave.datasets.memo import Task, inspect_all
from echoweave.datasets.source import Report
from echoweave.errors import InputError, Problem
from echoweave.imports import code_digest
from echoweave.io.checksums import digest_of_content
from echoweave.learn2reg.checks import check_case, check_one_grid
from echoweave.learn2reg.cohorts.form import FoundVolume, VolumeForm
from echoweave.learn2reg.cohorts.registry import FORMS, TARGET
from echoweave.learn2reg.source import VolumeSource
from echoweave.learn2reg.splits import (
    VolumePair,
    check_pairs,
    list_pairs,
    split_target,
)
from echoweave.logs import log_to_terminal

# Of which a pair can be made.
_FEWEST = 2


class VolumeCohort(NamedTuple):
    """What the wing works on.

    Attributes:
        sources: Sorted by name.
        pairs: "validation" and "testing" -> those of the target that are measured.
    """

    sources: tuple[VolumeSource, ...]
    pairs: Mapping[str, tuple[VolumePair, ...]]

    def split(self, name: str) -> list[VolumeSource]:
        """Return the cases of one of ``SPLITS``, of all cohorts."""
        return [one for one in self.sources if one.split == name]

    def of(self, cohort: str) -> list[VolumeSource]:
        """Return the cases of a cohort."""
        return [one for one in self.sources if one.cohort == cohort]

    @property
    def reference(self) -> VolumeSource:
        """The case on whose grid the other cohorts are brought: the first that no pair holds."""
        return next(one for one in self.of(TARGET) if one.split in ("training", "choosing"))


def load_volume_cohort(
    root: Path,
    cohorts: Mapping[str, Path | None],
    pairs: Mapping[str, Path | None],
    choosing_cases: int,
    exclude: Sequence[str],
    seed: int,
    memo: Path | None = None,
    threads: int = 1,
) -> VolumeCohort:
    """Find and check every case.

    Args:
        root: The data of Learn2Reg, see :mod:`echoweave.learn2reg.cohorts.task3`.
        cohorts: Names of ``FORMS`` -> folder; None where a cohort is not used.
        pairs: See :func:`echoweave.learn2reg.splits.list_pairs`.
        choosing_cases: Training cases of the target that choose the best checkpoint instead.
        exclude: Names of cases to leave out, ``"kits_case_00160"``.
        seed: Of the draw of those that choose.
        memo: Where to remember what was found of files that did not change; None: nowhere.
        threads: Files that are read at once.

    Raises:
        InputError: Everything that is wrong.
    """
    problems: list[Problem] = []
    found = {
        TARGET: _find(root, "learn2reg.root", FORMS[TARGET], problems),
        **{
            name: _find(folder, f"learn2reg.cohorts.{name}", FORMS[name], problems)
            for name, folder in cohorts.items()
            if folder is not None
        },
    }
    if not found[TARGET]:
        raise InputError(problems)
    problems += _unknown(exclude, found)
    found = {
        cohort: [one for one in cases if _name(cohort, one) not in exclude]
        for cohort, cases in found.items()
    }
    target = {_name(TARGET, one): one for one in found[TARGET]}
    amiss: list[Problem] = []
    lists = list_pairs(root, pairs, {*target, *exclude}, amiss)
    # What follows from a fault of a list is no fault of its own.
    if not amiss:
        labelled = {name: one.labels is not None for name, one in target.items()}
        amiss += check_pairs(lists, labelled, root, exclude)
    testing = {name: one.testing for name, one in target.items()}
    splits = split_target(lists, testing, choosing_cases, seed)
    if not amiss and not problems:
        amiss += _without_labels(target, splits) + _too_few(splits, choosing_cases)
    problems += amiss
    digests = _inspect(found, memo, threads, problems)
    if problems:
        raise InputError(problems)
    sources = [
        _source(cohort, one, splits.get(_name(cohort, one), "training"), digests)
        for cohort, cases in found.items()
        for one in cases
    ]
    return VolumeCohort(
        tuple(sorted(sources)),
        {split: tuple(pair for _, pair in one.pairs) for split, one in lists.items()},
    )


def _find(root: Path, key: str, form: VolumeForm, problems: list[Problem]) -> list[FoundVolume]:
    if not root.is_dir():
        what = "is a file, no folder" if root.exists() else "there is no such folder"
        problems.append(Problem(str(root), key, what, "correct the path"))
        return []
    before = len(problems)
    found = form.find(root, problems)
    if len(found) < _FEWEST and len(problems) == before:
        what = f"holds {len(found)} cases as {form.name} has them, and a pair needs {_FEWEST}"
        problems.append(Problem(str(root), key, what, "point it at the unpacked data"))
    return found


def _name(cohort: str, one: FoundVolume) -> str:
    return f"{cohort}_{one.case}"


def _unknown(exclude: Sequence[str], found: Mapping[str, Sequence[FoundVolume]]) -> list[Problem]:
    names = {_name(cohort, one) for cohort, cases in found.items() for one in cases}
    return [
        Problem("config", "learn2reg.exclude", f"there is no case {name}", "correct the name")
        for name in exclude
        if name not in names
    ]


def _without_labels(target: Mapping[str, FoundVolume], splits: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(
            str(one.image),
            "",
            "has no labels, and is in no pair to test on",
            "put them back, or name it in learn2reg.exclude",
        )
        for name, one in target.items()
        if splits[name] in ("training", "choosing") and one.labels is None
    ]


def _too_few(splits: Mapping[str, str], choosing_cases: int) -> list[Problem]:
    counts = Counter(splits.values())
    left = counts["training"]
    if left >= _FEWEST:
        return []
    total = left + counts["choosing"]
    what = f"{total} cases are in no pair, and {choosing_cases} of them leave {left} to train"
    # The config takes no fewer than make a pair.
    remedy = "lower it, or add cases" if choosing_cases > _FEWEST else "add cases"
    return [Problem("config", "learn2reg.choosing_cases", what, remedy)]


def _inspect(
    found: Mapping[str, Sequence[FoundVolume]],
    memo: Path | None,
    threads: int,
    problems: list[Problem],
) -> dict[str, str]:
    """Read every file; return a digest of each case, and add what is wrong to the problems."""
    # What checks is part of what is remembered: other code may come to another verdict.
    told = code_digest(Path(__file__))
    tasks = [
        Task(
            _name(cohort, one), one.files, _reporting(partial(check_case, one, FORMS[cohort])), told
        )
        for cohort, cases in found.items()
        for one in cases
    ]
    images = [one.image for one in found[TARGET]]
    tasks.append(Task(TARGET, images, _reporting(partial(check_one_grid, images)), told))
    with log_to_terminal():
        reports, digests = inspect_all(tasks, memo, threads)
    problems += [problem for report in reports for problem in report.problems]
    return {task.key: digest_of_content(task.files, digests) for task in tasks}


def _reporting(check: Callable[[], list[Problem]]) -> Callable[[], Report]:
    return lambda: Report(None, tuple(check()))


def _source(cohort: str, one: FoundVolume, split: str, digests: Mapping[str, str]) -> VolumeSource:
    name = _name(cohort, one)
    return VolumeSource(
        name=name,
        cohort=cohort,
        image=one.image,
        labels=one.labels,
        known=FORMS[cohort].known if one.labels else (),
        split=split,
        digest=digests[name],
    )
