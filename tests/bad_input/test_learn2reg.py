"""Every bad input of the abdominal wing gets its line, all of them at once."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from echoweave.errors import InputError
from echoweave.learn2reg.cohort import load_volume_cohort
from tests.bad_input.learn2reg_cases import FILES, LISTS, VolumeCase
from tests.learn2reg.case_files import (
    blocks,
    ramp,
    write_kits,
    write_msd,
    write_nifti,
    write_pairs,
    write_series,
    write_target,
)

COHORTS = {"msd-spleen": "spleen", "kits": "kits", "tcia": "tcia"}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target and three further cohorts."""
    root = tmp_path_factory.mktemp("sound")
    write_target(root / "l2r", [1, 2, 3, 4, 5, 6], testing=[61, 62])
    write_pairs(root / "l2r/pairs_val.csv", [(1, 4)])
    write_pairs(root / "l2r/pairs_test.csv", [(61, 62)])
    write_msd(root / "spleen", "spleen", {2: blocks(1), 3: blocks(1)}, tests=[1])
    for case in (0, 1, 2):
        write_kits(root / "kits", case, blocks(1))
    write_series(root / "tcia/image/PANCREAS_0001", ramp())
    write_nifti(root / "tcia/image/PANCREAS_0002.nii.gz", ramp())
    write_nifti(root / "tcia/label/label0001.nii.gz", blocks(3, 11))
    return root


@pytest.fixture
def tree(sound: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return Path(shutil.copytree(sound, tmp_path / "volumes"))


def said(
    root: Path,
    target: str = "l2r",
    cohorts: Mapping[str, str] = COHORTS,
    exclude: Sequence[str] = (),
    choosing_cases: int = 2,
    pairs: Mapping[str, Path | None] | None = None,
) -> list[str]:
    """The lines that are said of a tree."""
    folders = {name: root / folder for name, folder in cohorts.items()}
    lists = pairs or {"validation": None, "testing": None}
    try:
        load_volume_cohort(root / target, folders, lists, choosing_cases, exclude, seed=1)
    except InputError as error:
        return str(error).splitlines()
    return []


def test_the_tree_before_it_is_spoilt_is_sound(sound: Path) -> None:
    assert said(sound) == []


@pytest.mark.parametrize("case", [*FILES.values(), *LISTS.values()], ids=[*FILES, *LISTS])
def test_a_bad_tree_gets_all_its_lines(tree: Path, case: VolumeCase) -> None:
    spoil, lines = case
    spoil(tree)
    expected = [
        line if line.startswith("config") else f"{tree}/{line}"
        for line in lines.format(root=tree).splitlines()
    ]
    assert said(tree) == expected


def test_faults_of_several_files_are_told_at_once(tree: Path) -> None:
    (tree / "l2r/img/img0003.nii.gz").write_bytes(b"")
    (tree / "kits/case_00001/segmentation.nii.gz").write_bytes(b"")
    (tree / "l2r/pairs_val.csv").write_text("fixed,moving\n4,4\n")
    assert [line.partition(":")[0] for line in said(tree)] == [
        f"{tree}/l2r/pairs_val.csv",
        f"{tree}/l2r/img/img0003.nii.gz",
        f"{tree}/kits/case_00001/segmentation.nii.gz",
    ]


@pytest.mark.parametrize(
    ("choices", "line"),
    [
        ({"target": "x"}, "x: learn2reg.root: there is no such folder; correct the path"),
        (
            {"target": "l2r/pairs_val.csv"},
            "l2r/pairs_val.csv: learn2reg.root: is a file, no folder; correct the path",
        ),
        (
            {"target": "kits"},
            "kits: learn2reg.root: holds 0 cases as l2r has them, and a pair needs 2; point it at "
            "the unpacked data",
        ),
        (
            {"cohorts": {"kits": "spleen"}},
            "spleen: learn2reg.cohorts.kits: holds 0 cases as kits has them, and a pair needs 2; "
            "point it at the unpacked data",
        ),
        (
            {"exclude": ["kits_case_00009"]},
            "config: learn2reg.exclude: there is no case kits_case_00009; correct the name",
        ),
        (
            {"exclude": ["l2r_0004"]},
            "l2r/pairs_val.csv: line 2: l2r_0004 is left out by learn2reg.exclude; take it out of "
            "one of the two",
        ),
        (
            {"choosing_cases": 3},
            "config: learn2reg.choosing_cases: 4 cases are in no pair, and 3 of them leave 1 to "
            "train; lower it, or add cases",
        ),
        (
            {"choosing_cases": 2, "exclude": ["l2r_0002"]},
            "config: learn2reg.choosing_cases: 3 cases are in no pair, and 2 of them leave 1 to "
            "train; add cases",
        ),
        (
            {"pairs": {"validation": Path("/none/mine.csv"), "testing": None}},
            "/none/mine.csv: the file is missing; put it back",
        ),
    ],
)
def test_choices_that_do_not_fit(sound: Path, choices: dict[str, object], line: str) -> None:
    found = said(sound, **choices)  # type: ignore[arg-type]
    assert found[0] == (line if line.startswith(("config", "/")) else f"{sound}/{line}")
