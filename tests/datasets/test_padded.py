"""Pictures of another data set get the shape of ours, and nothing in them is stretched."""

import math
from pathlib import Path

import numpy as np
import pytest

from echoweave.datasets.padded import padded, picture_aspect
from echoweave.datasets.source import Facts, SequenceFiles, Source
from tests.workflow.toy import ToyFiles


def source_of(
    tmp_path: Path,
    shape: tuple[int, int],
    spacing: tuple[float, float] | None = None,
    masks: np.ndarray | None = None,
) -> Source:
    """Two frames of grey, whose masks are the whole picture unless told otherwise."""
    frames = np.full((2, *shape), 90, np.uint8)
    path = tmp_path / "patient0001.npz"
    np.savez(path, frames=frames, masks=np.ones_like(frames) if masks is None else masks)
    return Source("patient0001", "4CH", "testing", ToyFiles(path), Facts(0, 1, shape, spacing))


def aspect_of(source: Source) -> float:
    return picture_aspect([source])


def test_a_tall_picture_gets_black_at_both_sides(tmp_path: Path) -> None:
    # Pixels of .154 x .308 mm: 40 x 10 of them show 6.16 x 3.08 mm. A square needs 20 columns.
    tall = source_of(tmp_path, (40, 10), (0.154, 0.308))
    square = padded(tall, 1.0, (0, 1))
    frames, masks = square.files.read_frames(), square.files.read_masks()

    assert square.facts.native_shape == frames.shape[1:] == (40, 20)
    assert masks is not None
    np.testing.assert_array_equal(frames[:, :, 5:15], tall.files.read_frames())
    assert frames.sum() == tall.files.read_frames().sum()
    np.testing.assert_array_equal(masks[0], np.where(frames[0] > 0, 1, 0))
    assert square.facts.native_spacing_mm == (0.154, 0.308)


def test_a_wide_picture_gets_black_below(tmp_path: Path) -> None:
    wide = source_of(tmp_path, (10, 30))
    frames = padded(wide, 0.5, (0, 1)).files.read_frames()

    assert frames.shape == (2, 15, 30)
    assert (frames[:, :10] == 90).all()
    assert not frames[:, 10:].any()


@pytest.mark.parametrize("shape", [(40, 10), (10, 40), (33, 21)])
@pytest.mark.parametrize("aspect", [0.7, 1.0, 1.3])
def test_every_picture_comes_out_with_the_aspect(
    tmp_path: Path, shape: tuple[int, int], aspect: float
) -> None:
    found = padded(source_of(tmp_path, shape, (0.2, 0.1)), aspect, (0, 1))

    # To half a pixel.
    assert aspect_of(found) == pytest.approx(aspect, rel=0.5 / min(found.facts.native_shape))
    assert all(np.greater_equal(found.facts.native_shape, shape))


def test_a_picture_of_the_right_shape_stays_as_it_is(tmp_path: Path) -> None:
    square = source_of(tmp_path, (12, 12))
    found = padded(square, 1.0, (0, 1))

    np.testing.assert_array_equal(found.files.read_frames(), square.files.read_frames())


def test_the_aspect_is_the_median_in_mm(tmp_path: Path) -> None:
    shapes = ((10, 10), (30, 10), (20, 10))
    sources = [source_of(tmp_path, shape, (0.1, 0.2)) for shape in shapes]

    assert picture_aspect(sources) == 1.0
    assert aspect_of(source_of(tmp_path, (30, 20))) == 1.5


class AllLabels(ToyFiles):
    """Masks with a myocardium and an atrium."""

    def read_masks(self) -> np.ndarray:
        return np.array([[[0, 1], [2, 3]]] * 2, np.uint8)


def test_masks_show_what_both_data_sets_know(tmp_path: Path) -> None:
    files: SequenceFiles = AllLabels(tmp_path / "none.npz")
    known = padded(Source("a", "4CH", "training", files, Facts(0, 1, (2, 2), None)), 1.0, (0, 1))

    assert known.files.read_masks()[0].tolist() == [[0, 1], [0, 0]]


def test_another_aspect_makes_what_was_made_stale(tmp_path: Path) -> None:
    source = source_of(tmp_path, (40, 10))

    assert repr(padded(source, 1.0, (0, 1))) != repr(padded(source, 1.1, (0, 1)))
    assert math.isclose(aspect_of(padded(source, 4.0, (0, 1))), 4.0)
