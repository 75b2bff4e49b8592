"""Which cases of the target train, choose, validate and test, and which pairs are measured."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from echoweave.datasets.csv_tables import read_table, said
from echoweave.datasets.folders import file_names
from echoweave.errors import InputError, Problem, gathered
from echoweave.learn2reg.cohorts.registry import TARGET
from echoweave.shuffle import stable_order

# Lists of pairs are of these two.
PAIRED_SPLITS = ("validation", "testing")
# Published for task 3 as the first case that tests.
_FIRST_TESTING = 61
# How lists end that come with a release.
_ENDINGS = {"validation": "pairs_val.csv", "testing": "pairs_test.csv"}
_JSON = {"validation": "registration_val", "testing": "registration_test"}
# 7, 0007, 0007_0000, l2r_0007, img0007.nii.gz or ./imagesTr/AbdomenCTCT_0007_0000.nii.gz: a folder,
# a name as short as can be, the case, nnU-Net's number of the channel, and how the file ends.
_CASE = re.compile(r"(?:.*/)?(?:.*?[A-Za-z_])??(\d{1,4})(?:_0000)?(?:\.nii(?:\.gz)?)?")
_GIVE = "give its number, such as 7 or 0007"


class VolumePair(NamedTuple):
    """Names of two cases, ``"l2r_0001"``: the field maps fixed to moving."""

    fixed: str
    moving: str


# Published for task 3 to validate with: each pair of these ten cases with fixed < moving.
VALIDATION_NUMBERS = (1, 4, 7, 10, 23, 26, 29, 32, 35, 38)
PUBLISHED_PAIRS = tuple(
    VolumePair(f"{TARGET}_{fixed:04d}", f"{TARGET}_{moving:04d}")
    for fixed, moving in combinations(VALIDATION_NUMBERS, 2)
)


class PairList(NamedTuple):
    """Pairs of a split, with what lists them, for what is wrong.

    Attributes:
        pairs: In their order, each behind its place in the list ("line 3").
        file: What lists them; the folder of the data for those that are published.
    """

    pairs: tuple[tuple[str, VolumePair], ...]
    file: Path


def list_pairs(
    root: Path,
    lists: Mapping[str, Path | None],
    present: Collection[str],
    problems: list[Problem],
) -> dict[str, PairList]:
    """Return the pairs of validation and testing.

    Of each: the table that ``lists`` names; else one in ``root`` that ends in pairs_val.csv or
    pairs_test.csv; else what {release}_dataset.json says; else, for validation, the 45 pairs that
    are published. The published 55 pairs of testing are in a table of the release alone. A list
    that nobody named counts only if one of its cases is there: images to test on are a download
    of their own.

    Args:
        root: The folder of the target.
        lists: "validation" and "testing" -> a table with the columns fixed and moving, or None.
        present: Cases that are there.
        problems: Gets what is wrong with the lists themselves.
    """
    found = {}
    for split in PAIRED_SPLITS:
        table, one = lists.get(split), PairList((), root)
        with gathered(problems):
            one = PairList(read_pair_list(table), table) if table else _released(root, split)
        used = table is not None or any(name in present for _, pair in one.pairs for name in pair)
        found[split] = one if used else one._replace(pairs=())
    return found


def check_pairs(
    found: Mapping[str, PairList],
    labelled: Mapping[str, bool],
    root: Path,
    exclude: Collection[str],
) -> list[Problem]:
    """Return what is wrong with lists of pairs.

    Args:
        found: Those of :func:`list_pairs`.
        labelled: Each case of the target that is there, and whether it has labels.
        root: The folder of the target.
        exclude: Cases that the user leaves out.
    """
    problems = []
    validation = {name for _, pair in found["validation"].pairs for name in pair}
    for split, one in found.items():
        seen: set[VolumePair] = set()
        for place, pair in one.pairs:
            problems += [
                Problem(str(one.file), place, what, remedy)
                for what, remedy in _wrong(pair, split, pair in seen, labelled, exclude, validation)
            ]
            seen.add(pair)
    if not found["validation"].pairs:
        what, remedy = "there are no pairs to validate", "list them in pairs_val.csv"
        problems.append(Problem(str(root), "learn2reg.pairs.validation", what, remedy))
    return problems


def _wrong(
    pair: VolumePair,
    split: str,
    again: bool,
    labelled: Mapping[str, bool],
    exclude: Collection[str],
    validation: Collection[str],
) -> Iterable[tuple[str, str]]:
    """Yield what is wrong with a pair, and the remedy."""
    if pair.fixed == pair.moving:
        yield f"{pair.fixed} is fixed and moving", "pair it with another case"
    if again:
        yield f"{pair.fixed}, {pair.moving} is listed twice", "keep one of them"
    for name in dict.fromkeys(pair):
        if name in exclude:
            yield f"{name} is left out by learn2reg.exclude", "take it out of one of the two"
        elif name not in labelled:
            yield f"there is no case {name}", "put it back, or list pairs of cases that are there"
        elif split == "validation" and not labelled[name]:
            yield f"{name} has no labels to validate with", "put them back"
        elif split == "testing" and name in validation:
            yield f"{name} is in a pair of validation, too", "give it one of the two splits"


def split_target(
    found: Mapping[str, PairList],
    testing: Mapping[str, bool],
    choosing_cases: int,
    seed: int,
) -> dict[str, str]:
    """Return the split of each case of the target.

    Those in pairs validate and test, the others train, but for ``choosing_cases`` of them, drawn by
    a hash of their name.

    Args:
        found: Lists of pairs.
        testing: Each case, and whether it lies among the images to test on.
        choosing_cases: How many are set aside to choose the best checkpoint.
        seed: Of the draw.
    """
    # Of the published split it is known which cases test.
    published = found["validation"].file.is_dir()
    splits = {
        name: "testing" if test or (published and name >= _name(_FIRST_TESTING)) else "training"
        for name, test in testing.items()
    }
    for split in PAIRED_SPLITS:
        splits |= {name: split for _, pair in found[split].pairs for name in pair}
    training = [name for name, split in splits.items() if split == "training"]
    chosen = stable_order(training, seed, "learn2reg")[:choosing_cases]
    return splits | dict.fromkeys(chosen, "choosing")


def _released(root: Path, split: str) -> PairList:
    """Return the pairs that come with the data, or else those that are published."""
    names = file_names(root)
    tables = [root / name for name in names if name.endswith(_ENDINGS[split])]
    if len(tables) > 1:
        what, remedy = f"{tables[0].name} is there as well", f"set learn2reg.pairs.{split}"
        raise InputError(Problem(str(tables[1]), "", what, remedy))
    if tables:
        return PairList(read_pair_list(tables[0]), tables[0])
    descriptions = [root / name for name in names if name.endswith("_dataset.json")]
    if descriptions:
        return PairList(_read_description(descriptions[0], split), descriptions[0])
    published = PUBLISHED_PAIRS if split == "validation" else ()
    return PairList(tuple(("published pairs", pair) for pair in published), root)


def read_pair_list(table: Path) -> tuple[tuple[str, VolumePair], ...]:
    """Read a table with the columns fixed and moving; each pair behind its place in it.

    Raises:
        InputError: It is damaged, or an entry names no case.
    """
    rows = read_table(table, ("fixed", "moving"))
    problems = [
        Problem(
            str(table), f"line {row.line}, {column}", f"{said(row.cells[column])} is no case", _GIVE
        )
        for row in rows
        for column in ("fixed", "moving")
        if not _CASE.fullmatch(row.cells[column])
    ]
    if problems:
        raise InputError(problems)
    return tuple(
        (f"line {row.line}", VolumePair(_case(row.cells["fixed"]), _case(row.cells["moving"])))
        for row in rows
    )


def _read_description(path: Path, split: str) -> tuple[tuple[str, VolumePair], ...]:
    """Return the pairs of a release's {name}_dataset.json; none where it lists none."""
    try:
        listed = json.loads(path.read_bytes()).get(_JSON[split], [])
        return tuple(
            (f"{_JSON[split]} {place}", VolumePair(_case(one["fixed"]), _case(one["moving"])))
            for place, one in enumerate(listed, 1)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"lists no pairs that are read ({error!r})"
        raise InputError(
            Problem(str(path), _JSON[split], what, "replace it with a sound copy")
        ) from error


def _case(text: str) -> str:
    match = _CASE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]} is no case")
    return _name(int(match[1]))


def _name(number: int) -> str:
    return f"{TARGET}_{number:04d}"
