from collections import Counter

import pytest

from echoweave.datasets.cohort import assign_folds
from echoweave.errors import InputError
from echoweave.registration.split import PatientSplit, split_patients

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


@pytest.mark.parametrize(("holdout", "bound"), [(50, 2), ("ted", 1), (["patient0001"], 1)])
def test_one_patient_less_gives_few_others_another_role(holdout, bound: int) -> None:
    patients = [f"patient{number:04d}" for number in range(1, 451)]
    before = roles(split_patients(patients, patients[:98], holdout, 25, seed=2023))
    changed = []
    for left_out in patients[1:]:
        kept = [patient for patient in patients if patient != left_out]
        after = roles(split_patients(kept, patients[:98], holdout, 25, seed=2023))
        changed.append(sum(before[patient] != role for patient, role in after.items()))
    assert max(changed) == bound


def roles(split: PatientSplit) -> dict[str, str]:
    return {patient: role for role, names in split._asdict().items() for patient in names}


def test_folds_and_roles_are_drawn_apart() -> None:
    """Else the first fold would be those whom the registration network has not seen."""
    patients = [f"patient{number:04d}" for number in range(1, 451)]
    held = split_patients(patients, [], 90, 25, seed=2023).holdout
    folds = assign_folds(patients, 5, seed=2023)
    counts = Counter(folds[patient] for patient in held)
    # By chance 18 each, with a standard deviation of 3.4.
    assert all(8 <= counts[fold] <= 28 for fold in range(5))


def test_a_holdout_of_nobody_is_said(caplog: pytest.LogCaptureFixture) -> None:
    assert split_patients(PATIENTS, [], "ted", 4, seed=1).holdout == []
    assert "no training patient is in TED, so none is held out" in caplog.text


def test_all_unknown_patients_are_named() -> None:
    with pytest.raises(InputError) as caught:
        split_patients(PATIENTS, TED, ["patient0001", "patient0999", "ann"], 4, seed=1)
    assert "patient0999" in str(caught.value)
    assert "ann" in str(caught.value)
    assert "registration.holdout" in str(caught.value)


@pytest.mark.parametrize(
    ("patients", "holdout", "validation", "said"),
    [
        (
            20,
            16,
            4,
            "registration.validation_patients: 20 training patients less 16 held out and 4 for "
            "validation leave none to train on; set it to 3 or less",
        ),
        (
            4,
            "ted",
            25,
            "registration.validation_patients: 4 training patients less 2 held out and 25 for "
            "validation leave none to train on; set it to 1 or less",
        ),
        (
            3,
            2,
            1,
            "registration.holdout: 3 training patients less 2 held out leave none for both "
            "training and validation; hold out at most 1, by a number or a list",
        ),
        (
            1,
            0,
            1,
            "registration.holdout: 1 training patients less 0 held out leave none for both "
            "training and validation; add patients: a network needs two",
        ),
    ],
)
def test_somebody_must_be_left_to_train_on(patients, holdout, validation, said) -> None:
    with pytest.raises(InputError) as caught:
        split_patients(PATIENTS[:patients], PATIENTS[:2], holdout, validation, seed=1)
    assert str(caught.value) == f"config: {said}"


def test_the_largest_number_that_is_offered_is_enough() -> None:
    assert len(split_patients(PATIENTS, TED, 16, 3, seed=1).training) == 1
    assert len(split_patients(PATIENTS[:3], TED, 1, 1, seed=1).training) == 1
