from echoweave.mmode.strips.splits import cohort_splits


def test_of_a_cohort_the_first_fold_validates() -> None:
    found = cohort_splits(["a", "b", "c", "d"], {"d", "e"}, {"a": 0, "b": 1})
    # Whom no fold validates trains in all of them.
    assert found == {"a": "validation", "b": "training", "c": "training", "d": "testing"}
