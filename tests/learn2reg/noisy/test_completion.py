"""True labels over predicted ones, by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from echoweave.learn2reg.noisy.completion import complete_labels
from echoweave.learn2reg.organs import ORGANS

LIVER, STOMACH, SPLEEN = 6, 7, 1


def voxels(*given: dict[int, float]) -> NDArray[np.float32]:
    """Return probabilities [14, 1, 1, X] of as many voxels."""
    probabilities = np.zeros((14, 1, 1, len(given)), np.float32)
    for x, labels in enumerate(given):
        for label, value in labels.items():
            probabilities[label, 0, 0, x] = value
    return probabilities


def true(*labels: int) -> NDArray[np.uint8]:
    return np.array([[labels]], np.uint8)


def test_without_labels_the_network_is_taken_at_its_word() -> None:
    found = complete_labels(
        voxels({0: 0.9, LIVER: 0.1}, {LIVER: 0.6, 0: 0.4}, {LIVER: 0.8, 0: 0.2}), None, ()
    )
    assert found.labels.tolist() == [[[0, LIVER, LIVER]]]
    assert found.voxels[LIVER] == 2
    assert found.confidence[LIVER] == pytest.approx(0.7)


def test_true_labels_overwrite_the_prediction() -> None:
    found = complete_labels(voxels({STOMACH: 0.9, 0: 0.1}, {0: 1.0}), true(LIVER, 0), (LIVER,))
    assert found.labels.tolist() == [[[LIVER, 0]]]
    assert found.voxels[LIVER] == 1


def test_outside_of_its_true_mask_a_known_organ_gives_way_to_the_next_likely() -> None:
    found = complete_labels(
        voxels({LIVER: 0.7, STOMACH: 0.2, 0: 0.1}, {LIVER: 0.7, STOMACH: 0.1, 0: 0.2}),
        true(0, 0),
        (LIVER,),
    )
    assert found.labels.tolist() == [[[STOMACH, 0]]]
    # Of .2 and .1 that are left, .2 are the stomach's.
    assert found.confidence[STOMACH] == pytest.approx(2 / 3)


def test_the_mean_is_of_organs_that_were_to_be_added() -> None:
    found = complete_labels(
        voxels({STOMACH: 0.6, 0: 0.4}, {SPLEEN: 1.0}, {SPLEEN: 0.8, 0: 0.2}, {0: 1.0}),
        true(0, 0, 0, LIVER),
        (LIVER,),
    )
    # Ten of twelve were not found.
    assert found.confidence[[SPLEEN, STOMACH]] == pytest.approx([0.9, 0.6])
    assert found.mean_confidence == pytest.approx((0.6 + 0.9) / 12)
    assert np.isnan(found.confidence[[0, LIVER]]).all()


def test_with_all_organs_known_the_labels_are_the_true_ones() -> None:
    labels = true(0, LIVER, STOMACH)
    prediction = voxels({LIVER: 1.0}, {0: 1.0}, {LIVER: 1.0})
    found = complete_labels(prediction, labels, tuple(ORGANS))
    assert np.array_equal(found.labels, labels)
    assert found.mean_confidence == 1
