import itertools

import pytest

from echoweave.errors import InputError
from echoweave.segmentation.splits import FoldSplit, check_splits, make_splits, share_of

FOLDS = {"p1": 0, "p2": 1}


def test_views_and_frames_of_a_patient_stay_together() -> None:
    cases = ["p1_2CH_f000", "p1_4CH_f003", "p2_2CH_f001"]
    assert make_splits(cases, FOLDS) == [
        {"train": ["p2_2CH_f001"], "val": ["p1_2CH_f000", "p1_4CH_f003"]},
        {"train": ["p1_2CH_f000", "p1_4CH_f003"], "val": ["p2_2CH_f001"]},
    ]


def test_folds_are_those_of_the_table_whatever_the_cases_are() -> None:
    frames = make_splits(["p1_2CH_f000", "p2_2CH_f001"], FOLDS)
    sequences = make_splits(["p1_2CH", "p2_2CH"], FOLDS)
    assert [split["val"] for split in frames] == [["p1_2CH_f000"], ["p2_2CH_f001"]]
    assert [split["val"] for split in sequences] == [["p1_2CH"], ["p2_2CH"]]


def test_fold_without_cases_is_refused() -> None:
    with pytest.raises(InputError, match="fold 1: there is no case to val"):
        make_splits(["p1_2CH", "p1_4CH"], FOLDS)


def test_patient_on_both_sides_is_refused() -> None:
    leaking = [
        FoldSplit(train=["p1_2CH", "p2_2CH"], val=["p1_4CH"]),
        FoldSplit(train=["p1_4CH"], val=["p1_2CH", "p2_2CH"]),
    ]
    with pytest.raises(InputError, match="fold 0: both sides hold p1"):
        check_splits(leaking, ["p1_2CH", "p1_4CH", "p2_2CH"])


def test_case_that_is_validated_twice_is_refused() -> None:
    twice = [
        FoldSplit(train=["p2_2CH"], val=["p1_2CH"]),
        FoldSplit(train=["p2_2CH"], val=["p1_2CH"]),
    ]
    with pytest.raises(InputError, match="p1_2CH: validated more than once"):
        check_splits(twice, ["p1_2CH", "p2_2CH"])


def test_patients_whom_no_fold_validates_train_in_all_of_them() -> None:
    cases = ["p1_4CH_f000", "p2_4CH_f000", "p3_4CH_f000"]
    assert make_splits(cases, {"p2": 0}) == [
        {"train": ["p1_4CH_f000", "p3_4CH_f000"], "val": ["p2_4CH_f000"]}
    ]


def test_a_share_of_the_patients_is_part_of_a_larger_share() -> None:
    cases = [f"patient{number:04d}_{view}" for number in range(8) for view in ("2CH", "4CH")]
    shares = [share_of(cases, share, seed=1) for share in (0.01, 0.25, 0.5, 1)]
    assert [len(share) for share in shares] == [2, 4, 8, 16]
    for smaller, larger in itertools.pairwise(shares):
        assert set(smaller) < set(larger)
    assert shares[-1] == cases
    assert share_of(cases, 0.5, seed=2) != shares[2]
