from collections import Counter
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.learn2reg.pairs import (
    CasePair,
    StoredCase,
    draw_case_pairs,
    every_two,
    partnered,
    stored_cases,
)
from echoweave.learn2reg.store import CaseHeader, store_case
from tests.learn2reg.ellipsoids import KNOWN, SHAPE, ellipsoid_case, write_cases


def case(name: str) -> StoredCase:
    cohort = name.rpartition("_")[0]
    return StoredCase(Path(f"{name}.h5"), CaseHeader(name, cohort, (), SHAPE, "LPS"))


CASES = [case(name) for name in ("kits_1", "l2r_1", "l2r_2", "l2r_3", "tcia_1", "tcia_2")]


def names(pair: CasePair) -> tuple[str, str]:
    return pair.fixed.header.name, pair.moving.header.name


def test_every_case_meets_every_other_one_of_its_cohort_and_never_itself() -> None:
    drawn = draw_case_pairs(partnered(CASES, "baseline"), 1000, np.random.default_rng(1))
    counts = Counter(map(names, drawn))
    assert set(counts) == {
        *((f"l2r_{one}", f"l2r_{other}") for one, other in permutations((1, 2, 3), 2)),
        ("tcia_1", "tcia_2"),
        ("tcia_2", "tcia_1"),
    }
    # Each of the five cases moves in a fifth of the pairs.
    moving = Counter(name for _, name in map(names, drawn))
    assert all(count == pytest.approx(200, abs=45) for count in moving.values())


def test_the_seed_decides_on_the_pairs() -> None:
    one, same, other = (
        list(
            map(
                names, draw_case_pairs(partnered(CASES, "baseline"), 8, np.random.default_rng(seed))
            )
        )
        for seed in ((7, 1), (7, 1), (7, 2))
    )
    assert one == same != other


def test_a_cohort_of_one_case_is_left_out_by_name(caplog: pytest.LogCaptureFixture) -> None:
    assert [row[0].header.name for row in partnered(CASES, "baseline")] == [
        "l2r_1",
        "l2r_2",
        "l2r_3",
        "tcia_1",
        "tcia_2",
    ]
    assert "kits_1 is left out: no other case of kits to pair it with" in caplog.text


def test_without_any_pair_nothing_is_trained() -> None:
    with pytest.raises(InputError, match="no cohort has two cases to train baseline on, of 2"):
        partnered(CASES[:2], "baseline")


def test_listed_pairs_are_every_two_once_with_the_fixed_case_first() -> None:
    pairs = list(map(names, every_two(CASES[1:4])))
    assert pairs == [("l2r_1", "l2r_2"), ("l2r_1", "l2r_3"), ("l2r_2", "l2r_3")]
    with pytest.raises(InputError, match="1 cases choose the checkpoint: no pair; set at least 2"):
        every_two(CASES[:1])


def test_stored_cases_are_sorted_and_on_one_grid(tmp_path: Path) -> None:
    paths = write_cases(tmp_path, "l2r", range(1, 3))
    cases = stored_cases(paths[::-1])
    assert [case.path for case in cases] == paths
    assert cases[0].header == CaseHeader("l2r_0001", "l2r", KNOWN, SHAPE, "LPS")
    whole = ellipsoid_case("l2r_0003", "l2r", 3)
    shorter = type(whole)(**vars(whole) | {"image": whole.image[:-1], "labels": None})
    store_case(tmp_path / "l2r_0003.h5", shorter)
    with pytest.raises(InputError, match="cases of different sizes: "):
        stored_cases([*paths, tmp_path / "l2r_0003.h5"])
