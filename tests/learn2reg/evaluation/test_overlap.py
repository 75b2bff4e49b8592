import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from surface_distance import (
    compute_dice_coefficient,
    compute_robust_hausdorff,
    compute_surface_distances,
)

from echoweave.learn2reg.evaluation.overlap import measure_organs

VOXELS = (2.0, 2.0, 2.0)
Labels = NDArray[np.uint8]


def boxes(**starts: int) -> Labels:
    """Cubes of side 4 along the first axis, l3=2: label 3 from plane 2 on."""
    labels = np.zeros((20, 8, 8), np.uint8)
    for name, start in starts.items():
        labels[start : start + 4, 2:6, 2:6] = int(name[1:])
    return labels


def test_a_cube_that_is_off_by_one() -> None:
    fixed, warped = boxes(l6=5), boxes(l6=6)
    (found,) = measure_organs(fixed, fixed, warped, VOXELS)
    assert (found.label, found.present, found.is_lost) == (6, "both", False)
    assert found.dice == pytest.approx(3 / 4)
    assert (found.hd95_voxels, found.hd95_mm) == (1, 2)


def test_millimetres_follow_the_axis() -> None:
    fixed, warped = boxes(l6=5), boxes(l6=6)
    (found,) = measure_organs(fixed, fixed, warped, (5.0, 1.0, 1.0))
    assert (found.hd95_voxels, found.hd95_mm) == (1, 5)


def test_only_labels_of_both_files_count() -> None:
    fixed, moving = boxes(l1=0, l2=6), boxes(l1=0, l3=12)
    first, second, third = measure_organs(fixed, moving, moving, VOXELS)
    assert (first.present, second.present, third.present) == ("both", "fixed", "moving")
    assert first.dice == 1
    assert math.isnan(second.dice) and math.isnan(third.hd95_voxels)
    assert not second.is_lost


def test_a_label_that_is_lost_has_no_distance() -> None:
    labels = boxes(l1=0, l2=6)
    first, second = measure_organs(labels, labels, boxes(l1=0), VOXELS)
    assert (first.dice, first.is_lost) == (1, False)
    assert (second.dice, second.is_lost) == (0, True)
    assert math.isnan(second.hd95_mm)


def test_boxes_change_nothing() -> None:
    """Against the public evaluation: whole volumes, spacing 1."""
    generator = np.random.default_rng(5)
    fixed, warped = (generator.integers(0, 14, (9, 8, 7)).astype(np.uint8) for _ in range(2))
    # Shapes that reach the border and shapes that do not.
    fixed[2:6, 2:6, 2:5] = warped[3:7, 2:6, 2:5] = 9
    for organ in measure_organs(fixed, fixed, warped, (1.0, 1.0, 1.0)):
        masks = fixed == organ.label, warped == organ.label
        expected = compute_robust_hausdorff(compute_surface_distances(*masks, np.ones(3)), 95)
        dice = compute_dice_coefficient(*masks)
        assert organ == replace(organ, dice=dice, hd95_voxels=expected, hd95_mm=expected)
