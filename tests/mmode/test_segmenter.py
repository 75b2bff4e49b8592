import numpy as np
import pytest

from echoweave.clips.clip import Box
from echoweave.mmode.bundle import read_mmode_bundle
from echoweave.mmode.segmenter import MModeSegmenter
from echoweave.mmode.strip import LUMEN
from tests.mmode.dark import write_dark_bundle


@pytest.fixture
def segmenter(tmp_path):
    return MModeSegmenter(read_mmode_bundle(write_dark_bundle(tmp_path / "b", size=64)), threads=1)


def strip(height: int, width: int) -> np.ndarray:
    """Bright above and below a dark band that gets wider from left to right."""
    rows = np.arange(height)[:, None]
    half = height * (0.15 + 0.2 * np.arange(width) / width)
    return np.where(np.abs(rows - height / 2) < half, 20, 180).astype(np.uint8)


@pytest.mark.parametrize("shape", [(64, 300), (100, 351), (128, 128), (40, 90), (64, 10)])
def test_every_pixel_of_a_strip_has_a_probability(segmenter, shape):
    pixels = strip(*shape)
    found = segmenter.probability(pixels)
    assert (found.shape, found.dtype) == (shape, np.float32)
    assert found.min() >= 0
    assert found.max() <= 1
    # A network of single pixels: only borders may differ, by the way to its size and back.
    assert np.mean((found > 0.5) == (pixels < 100)) > 0.99


def test_a_strip_of_the_networks_own_size_is_not_resized(segmenter):
    pixels = strip(64, 200)
    expected = 1 / (1 + np.exp(-100 * (100 - pixels.astype(float)) / 255))
    assert np.allclose(segmenter.probability(pixels), expected, atol=1e-4)


def test_a_window_has_the_probability_of_its_own_place(segmenter):
    pixels = strip(64, 200)
    box = Box(16, 100, 48, 132)
    found = segmenter.window_probability(pixels, box)
    assert found.shape == (32, 32)
    assert np.mean((found > 0.5) == (pixels[box.slices] < 100)) > 0.95


def test_windows_are_judged_one_by_one(segmenter):
    pixels = np.zeros((64, 128), np.uint8)
    pixels[:, 64:] = 60
    pixels[:, 120:] = 200
    boxes = [Box(0, 0, 64, 64), Box(0, 64, 56, 120), Box(0, 64, 64, 128)]
    low, even, high = segmenter.confidence(pixels, boxes)
    assert low < 1e-6
    assert even == pytest.approx(0.5, abs=1e-3)
    assert high > 0.99999


def test_without_a_classifier_nothing_is_judged(tmp_path):
    bundle = read_mmode_bundle(write_dark_bundle(tmp_path / "b", judges=False))
    with pytest.raises(ValueError, match="the bundle has no classifier of windows"):
        MModeSegmenter(bundle, 1).confidence(strip(64, 64), [Box(0, 0, 64, 64)])


def test_columns_are_judged_by_the_windows_over_them(segmenter):
    pixels = np.full((64, 160), 20, np.uint8)
    pixels[:, 64:] = 200
    # Windows from columns 0, 32, 64 and 96, the second half dark.
    confidence = segmenter.judge(pixels, None)
    assert confidence[[0, 31, 64, 95, 100, 159]] == pytest.approx([0, 0, 1, 1, 1, 1], abs=1e-6)
    assert confidence[40] == pytest.approx(0.5, abs=1e-3)


def test_judged_windows_are_as_large_as_the_heart_and_lie_around_the_lumen(segmenter):
    pixels = np.full((64, 160), 20, np.uint8)
    pixels[:32] = 200
    mask = np.zeros(pixels.shape, np.uint8)
    mask[8:24] = LUMEN
    assert (segmenter.judge(pixels, mask, mass_g=10) > 0.99).all()
    mask = np.flipud(mask)
    assert (segmenter.judge(pixels, mask, mass_g=10) < 0.01).all()
    # Without a mass they are as high as the strip, of which half is bright.
    assert (segmenter.judge(pixels, mask) > 0.99).all()


def test_a_bundle_without_a_classifier_judges_nothing(tmp_path):
    bundle = read_mmode_bundle(write_dark_bundle(tmp_path / "c", judges=False))
    assert MModeSegmenter(bundle, 1).judge(strip(64, 64), None) is None
