import numpy as np
import pandas as pd

from echoweave.evaluation.pairs import pair_up

UNIT = ("patient", "view", "instant")


def rows(*lines: tuple[str, str, str, str, float, bool]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=["arm", *UNIT, "hd_mm", "lost"])


def test_instants_that_one_arm_lost_are_left_out_for_both() -> None:
    found = pair_up(
        rows(
            ("a", "p1", "4CH", "ED", 3.0, False),
            ("a", "p1", "4CH", "ES", np.nan, True),
            ("b", "p1", "4CH", "ED", 2.0, False),
            ("b", "p1", "4CH", "ES", 9.0, False),
        ),
        *("a", "b", UNIT, "hd_mm"),
    )
    # ED alone, not 3 against (2 + 9) / 2.
    assert (found.first.tolist(), found.second.tolist()) == ([3.0], [2.0])
    assert (found.units, found.first_lost, found.second_lost) == (1, 1, 0)


def test_a_value_a_patient_is_the_mean_over_what_both_arms_have() -> None:
    found = pair_up(
        rows(
            ("a", "p1", "2CH", "ED", 1.0, False),
            ("a", "p1", "4CH", "ED", 3.0, False),
            ("a", "p2", "4CH", "ED", 7.0, False),
            ("b", "p1", "4CH", "ED", 5.0, False),
            ("b", "p1", "2CH", "ED", 5.0, False),
            ("b", "p3", "4CH", "ED", 7.0, False),
        ),
        *("a", "b", UNIT, "hd_mm"),
    )
    assert (found.first.tolist(), found.second.tolist()) == ([2.0], [5.0])
    # Each arm lacks a patient that the other one has.
    assert (found.units, found.first_lost, found.second_lost) == (2, 1, 1)


def test_what_nobody_could_have_is_nobodys_loss() -> None:
    found = pair_up(
        rows(
            ("a", "p1", "4CH", "ED", np.nan, False),
            ("b", "p1", "4CH", "ED", np.nan, False),
            ("a", "p1", "4CH", "ES", np.nan, True),
            ("b", "p1", "4CH", "ES", np.nan, True),
        ),
        *("a", "b", UNIT, "hd_mm"),
    )
    assert (found.units, found.first_lost, found.second_lost) == (0, 1, 1)
    assert len(found.first) == 0
