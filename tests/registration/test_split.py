import pytest

from echoweave.errors import InputError
from echoweave.registration.split import split_patients

PATIENTS = [f"patient{number:04d}" for number in range(1, 21)]
TED = ["patient0003", "patient0007"]


@pytest.mark.parametrize("holdout", ["ted", 5, 0, ["patient0001", "patient0020"]])
def test_every_patient_has_one_role(holdout) -> None:
    split = split_patients(PATIENTS, TED, holdout, 4, seed=1)
    assert sorted(split.training + split.validation + split.holdout) == PATIENTS
    assert len(split.validation) == 4


def test_ted_patients_are_held_out() -> None:
    assert split_patients(PATIENTS, TED, "ted", 4, seed=1).holdout == TED


def test_ted_patients_outside_the_cohort_do_not_matter() -> None:
    assert split_patients(PATIENTS[:5], TED, "ted", 2, seed=1).holdout == ["patient0003"]


def test_a_number_of_patients_is_held_out() -> None:
    assert len(split_patients(PATIENTS, TED, 5, 4, seed=1).holdout) == 5


def test_a_list_is_held_out() -> None:
    assert split_patients(PATIENTS, TED, PATIENTS[:2], 4, seed=1).holdout == PATIENTS[:2]


def test_the_seed_and_not_the_order_of_the_files_chooses() -> None:
    once = split_patients(PATIENTS, TED, "ted", 4, seed=1)
    assert split_patients(PATIENTS[::-1], TED, "ted", 4, seed=1) == once
    assert split_patients(PATIENTS, TED, "ted", 4, seed=2) != once


def test_all_unknown_patients_are_named() -> None:
    with pytest.raises(InputError) as caught:
        split_patients(PATIENTS, TED, ["patient0001", "patient0999", "ann"], 4, seed=1)
    assert "patient0999" in str(caught.value)
    assert "ann" in str(caught.value)
    assert "registration.holdout" in str(caught.value)


def test_somebody_must_be_left_to_train_on() -> None:
    with pytest.raises(InputError, match=r"registration\.validation_patients: .*leave none"):
        split_patients(PATIENTS, TED, 16, 4, seed=1)
