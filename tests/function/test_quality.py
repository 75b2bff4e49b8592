import numpy as np
import pytest

from echoweave.bundles.doubt import FoldOpinion
from echoweave.function.quality import agreement_marks, shape_marks, steadiness_marks


def ellipse(height: float, width: float, size: int = 80) -> np.ndarray:
    y, x = np.mgrid[:size, :size] - size / 2
    return (y / height) ** 2 + (x / width) ** 2 <= 1


def test_a_ventricle_within_its_muscle_is_plausible():
    labels = np.where(ellipse(25, 15), 1, np.where(ellipse(30, 20), 2, 0)).astype(np.uint8)
    assert shape_marks(labels[None], (0, 1, 2, 3)) == pytest.approx([1.0])


def test_what_is_no_ventricle():
    bare = ellipse(25, 15).astype(np.uint8)
    halves = bare.copy()
    halves[39:41] = 0
    ragged = bare & (np.indices(bare.shape)[1] // 4 % 2 == 0)
    nothing = 0 * bare
    marks = shape_marks(np.stack([bare, halves, ragged, nothing]), (0, 1))
    assert marks[0] == 1
    assert marks[1] == pytest.approx(0.5, abs=0.02)
    assert marks[2] < 0.3
    assert marks[3] == 0
    # A model that knows muscle finds none around it.
    assert shape_marks(bare[None], (0, 1, 2, 3)) == [0]


def test_folds_agree_by_their_dice():
    masks = [np.array([1, 1, 1, 1]), np.array([1, 1, 0, 0]), np.array([0, 0, 1, 1])]
    frame = [FoldOpinion(np.packbits(mask), 1.0, (1.0,)) for mask in masks]
    # Dice 2/3, 2/3 and 0.
    assert agreement_marks([frame]) == pytest.approx([4 / 9])
    assert np.isnan(agreement_marks([frame[:1]])).all()


def test_an_area_that_jumps_is_not_steady():
    areas = np.array([100.0, 101, 102, 150, 104, 105, np.nan, 107])
    marks = steadiness_marks(areas)
    assert marks[1] == 1
    assert marks[3] == 0
    assert marks[6] == 0
