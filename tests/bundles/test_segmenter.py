import numpy as np
import pytest

from echoweave.bundles.bundle import read_bundle
from echoweave.bundles.segmenter import Segmenter
from tests.bundles.bright import write_bright_bundle


@pytest.fixture
def frames():
    """Grey 50, with a bright square and a smaller one apart from it."""
    frames = np.full((3, 30, 40), 50, np.uint8)
    frames[:, 5:15, 10:20] = 250
    frames[:, 22:25, 30:33] = 250
    return frames


@pytest.mark.parametrize("window", [(64, 64), (4, 64, 64)])
def test_the_largest_piece_of_what_is_bright_is_the_cavity(tmp_path, frames, window):
    segmenter = Segmenter(read_bundle(write_bright_bundle(tmp_path / "b", window)), [0, 1], 1)
    found = segmenter(frames, (1.0, 1.0))
    wanted = np.zeros_like(frames)
    wanted[:, 5:15, 10:20] = 1
    assert np.array_equal(found.labels, wanted)


def test_each_fold_is_asked(tmp_path, frames):
    # Nothing is as bright as the second one wants it.
    bundle = read_bundle(write_bright_bundle(tmp_path / "b", thresholds=(1.0, 9.0)))
    found = Segmenter(bundle, [0, 1], 1)(frames, (1.0, 1.0))
    first, second = found.opinions[0]
    # A cylinder of 10 x 10 pixels; borders between pixels round its corners off.
    assert first.volume == pytest.approx(np.pi / 4 * 1000, rel=0.03)
    assert np.isnan(second.volume)
    assert first.expected_dice[0] == pytest.approx(1, abs=1e-3)
    assert np.bitwise_count(first.cavity).sum() == 109
    assert len(Segmenter(bundle, [1], 1)(frames, (1.0, 1.0)).opinions[0]) == 1


def test_labels_come_back_on_the_grid_of_the_clip(tmp_path, frames):
    segmenter = Segmenter(read_bundle(write_bright_bundle(tmp_path / "b")), [0], 1)
    labels = segmenter(frames, (0.5, 0.5)).labels
    assert labels.shape == frames.shape
    # Half as many pixels each way for the network: the border moves by a pixel at most.
    assert 81 <= np.count_nonzero(labels[0]) <= 121
