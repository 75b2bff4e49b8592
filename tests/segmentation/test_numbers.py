import numpy as np
import pytest

from echoweave.pseudolabels.selection import IGNORE
from echoweave.segmentation.numbers import from_nnunet, to_nnunet


@pytest.mark.parametrize(
    ("label_values", "numbers"),
    [((0, 1, 2, 3), [0, 1, 2, 3, 4]), ((0, 1), [0, 1, 2]), ((0, 1, 3), [0, 1, 2, 3])],
)
def test_labels_are_numbered_without_a_gap_and_ignore_is_the_highest(
    label_values: tuple[int, ...], numbers: list[int]
) -> None:
    labels = np.array([*label_values, IGNORE], np.uint8)
    assert to_nnunet(labels, label_values).tolist() == numbers


def test_a_prediction_gets_our_labels_back() -> None:
    described = {"background": 0, "cavity": 1, "atrium": 2, "ignore": 3}
    numbers = np.array([[0, 2], [1, 2]], np.uint8)
    assert from_nnunet(numbers, described).tolist() == [[0, 3], [1, 3]]
