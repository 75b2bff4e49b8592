"""Which recordings a tree has, and who is in which split."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from echoweave.mmode.strips.cohort import MModeCohort, load_mmode_cohort
from echoweave.mmode.strips.quality_regions import QualityRegions
from echoweave.mmode.strips.splits import draw_splits
from tests.mmode.strips.samples import TABLE, beating_strip, write_png, write_tree

TOLD = {"mm_per_px": None, "ms_per_px": None, "validation_percent": 20, "test_percent": 20}


def load(root: Path, **changed: Any) -> MModeCohort:
    return load_mmode_cohort(root, **(TOLD | {"seed": 1} | changed))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """See ``write_tree``."""
    root = tmp_path_factory.mktemp("mmode")
    write_tree(root)
    return root


def test_recordings_of_the_table_with_what_belongs_to_them(tree: Path) -> None:
    cohort = load(tree)
    assert [one.name for one in cohort.recordings] == ["m1_a", "m1_b", "m2_a", "m3_a"]
    first, _, traced, dicom = cohort.recordings
    assert (first.animal, first.split, first.mass_g) == ("m1", "training", 21.5)
    assert first.files == [tree / "img/m1_a.png", tree / "mask/m1_a.png"]
    assert traced.files == [tree / "img/m2_a.png", tree / "traces/m2_a.csv"]
    assert (first.mm_per_px, first.ms_per_px) == (0.05, 2.0)
    # It tells its own.
    assert (dicom.mm_per_px, dicom.ms_per_px, dicom.is_dicom) == (None, None, True)
    assert [one.name for one in cohort.split("training")] == ["m1_a", "m1_b"]
    assert (cohort.tables, cohort.regions) == ((tree / "strips.tsv",), {})


def test_what_holds_for_all_pictures_fills_in_what_the_table_leaves_out(tmp_path: Path) -> None:
    write_tree(tmp_path, TABLE.replace("m1_a.png\t0.05\t2\t", "m1_a.png\t\t2\t"))
    scales = {one.name: one.mm_per_px for one in load(tmp_path, mm_per_px=0.1).recordings}
    assert scales == {"m1_a": 0.1, "m1_b": 0.05, "m2_a": 0.05, "m3_a": None}


def test_without_a_table_the_folders_tell(tmp_path: Path) -> None:
    write_tree(tmp_path)
    (tmp_path / "strips.tsv").unlink()
    cohort = load(tmp_path, mm_per_px=0.05, ms_per_px=2)
    assert [(one.name, one.animal) for one in cohort.recordings] == [
        ("m1_a", "m1"),
        ("m1_b", "m1"),
        ("m2_a", "m2"),
        ("m3_a", "m3"),
    ]
    by_animal = {one.animal: one.split for one in cohort.recordings}
    assert Counter(by_animal.values()) == {"training": 1, "validation": 1, "testing": 1}


def test_good_and_bad_stretches_beside_the_table(tmp_path: Path) -> None:
    write_tree(tmp_path)
    (tmp_path / "regions.tsv").write_text(
        "recording,good_start_s,good_end_s,bad_start_s,bad_end_s\nm1_b,0,0.1,0.1,0.2\n"
    )
    cohort = load(tmp_path)
    assert cohort.regions == {"m1_b": QualityRegions(((0.0, 0.1),), ((0.1, 0.2),))}
    assert cohort.tables == (tmp_path / "strips.tsv", tmp_path / "regions.tsv")


def test_digests_follow_the_content_and_nothing_else(tree: Path, tmp_path: Path) -> None:
    write_tree(tmp_path / "copy")
    memo = tmp_path / "memo.json"
    before = [one.digest for one in load(tree).recordings]
    assert [one.digest for one in load(tmp_path / "copy", memo=memo).recordings] == before
    write_png(tmp_path / "copy/mask/m1_a.png", beating_strip(20))
    after = [one.digest for one in load(tmp_path / "copy", memo=memo).recordings]
    assert [one == other for one, other in zip(before, after, strict=True)] == [
        False,
        True,
        True,
        True,
    ]


def test_the_draw_takes_shares_of_the_animals() -> None:
    animals = [f"m{number}" for number in range(50)]
    drawn = draw_splits(animals, 20, 10, seed=1)
    assert Counter(drawn.values()) == {"training": 35, "validation": 10, "testing": 5}
    assert draw_splits(animals[::-1], 20, 10, seed=1) == drawn
    assert draw_splits(animals, 20, 10, seed=2) != drawn


@pytest.mark.parametrize(
    ("animals", "shares", "counts"),
    [
        (3, (1, 1), {"training": 1, "validation": 1, "testing": 1}),
        (3, (90, 90), {"training": 1, "testing": 2}),
        (2, (20, 20), {"training": 1, "testing": 1}),
        (5, (0, 20), {"training": 4, "testing": 1}),
        (1, (20, 20), {"training": 1}),
    ],
)
def test_the_draw_of_few_animals(
    animals: int, shares: tuple[float, float], counts: dict[str, int]
) -> None:
    drawn = draw_splits([f"m{number}" for number in range(animals)], *shares, seed=1)
    assert Counter(drawn.values()) == counts
