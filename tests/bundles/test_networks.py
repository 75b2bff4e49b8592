import numpy as np
import pytest
from scipy.special import softmax

from echoweave.bundles.bundle import read_bundle
from echoweave.bundles.networks import FoldNetwork
from tests.bundles.bright import write_bright_bundle


def network(tmp_path, window):
    bundle = read_bundle(write_bright_bundle(tmp_path / "bright", window))
    return FoldNetwork(bundle.networks[0].files[0], window, threads=1)


@pytest.fixture
def frames():
    return np.random.default_rng(1).normal(size=(11, 20, 13)).astype(np.float32)


@pytest.mark.parametrize("window", [(8, 8), (32, 32)])
def test_a_network_of_frames_sees_each_by_itself(tmp_path, frames, window):
    found = list(network(tmp_path, window).scores(frames))
    # It looks at single pixels, so windows and padding change nothing.
    assert np.allclose(np.stack(found)[:, 1], 20 * (frames - 1), atol=1e-4)
    assert len(found) == len(frames)


@pytest.mark.parametrize("depth", [4, 5, 16])
def test_probabilities_are_averaged_over_time_and_a_short_clip_is_mirrored(tmp_path, frames, depth):
    found = np.stack(list(network(tmp_path, (depth, 8, 8)).scores(frames)), axis=1)
    pixels = softmax(np.stack([0 * frames, 20 * (frames - 1)]), axis=0)
    assert found.shape == (2, *frames.shape)
    assert np.allclose(np.exp(found), np.maximum(pixels, 1e-7), atol=1e-5)
