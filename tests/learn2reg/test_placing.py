import numpy as np
import pytest

from echoweave.learn2reg.placing import find_translation, place
from echoweave.learn2reg.scan import Scan, Spacing
from tests.learn2reg.case_files import torso

_GRID = ((24, 20, 24), (2.0, 2.0, 2.0))


@pytest.fixture(scope="module")
def reference() -> Scan:
    """Where all are brought."""
    return torso(*_GRID, (0, 0, 0))


@pytest.mark.parametrize(
    ("moved", "shape", "spacing"),
    [
        ((0, 0, 0), *_GRID),
        ((5.3, -3, 4.2), *_GRID),
        # Thick slices; more of the body than the reference shows; less of it.
        ((9, 5, -7), (14, 30, 30), (4.0, 1.5, 1.5)),
        ((20, 2, 3), (40, 22, 22), (2.5, 2.0, 2.0)),
        ((-12, 2, 3), (20, 22, 22), (1.5, 2.0, 2.0)),
    ],
)
def test_a_translation_is_found_within_half_a_voxel(
    reference: Scan,
    moved: tuple[float, ...],
    shape: tuple[int, int, int],
    spacing: Spacing,
) -> None:
    found = find_translation(reference, torso(shape, spacing, moved))
    np.testing.assert_allclose(found, moved, atol=0.5 * 2.0)


def test_a_volume_is_moved_padded_and_rounded() -> None:
    scan = Scan(np.arange(8, dtype=np.int16).reshape(2, 2, 2) * 10 + 1, (2.0, 2.0, 4.0), "LPS")
    placed = place(scan, (3, 2, 3), (2.0, 2.0, 2.0), (-2.0, 0.0, 0.0), -1024)
    # Voxel (z, y, x) shows what is 2 mm below, at half the step along x.
    assert placed.tolist() == [
        [[-1024] * 3] * 2,
        [[1, 6, 11], [21, 26, 31]],
        [[41, 46, 51], [61, 66, 71]],
    ]
    assert placed.dtype == np.int16


def test_labels_take_the_nearest_voxel() -> None:
    scan = Scan(np.array([[[6, 6, 1, 1]]], np.uint8), (1.0, 1.0, 1.0), "LPS")
    placed = place(scan, (1, 1, 5), (1.0, 1.0, 1.0), (0.0, 0.0, 0.4), 0, nearest=True)
    assert placed.tolist() == [[[6, 6, 1, 1, 0]]]
