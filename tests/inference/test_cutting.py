import numpy as np
import pytest

from echoweave.bundles.bundle import read_bundle
from echoweave.clips.clip import Box
from echoweave.inference.cutting import cut_sector, spacing_for
from tests.bundles.bright import write_bright_bundle
from tests.inference.hearts import heart


def test_the_sector_is_cut_out_of_the_picture():
    clip = heart()
    seen = cut_sector(clip)
    assert (seen.box.top, seen.box.bottom) == (5, 116)
    assert seen.frames.shape == clip.frames.shape
    assert seen.cut.shape[1:] == (seen.box.bottom - 5, seen.box.right - seen.box.left)
    # Text beside it.
    assert clip.frames[0, 3, 5] == 255
    assert seen.frames[0, 3, 5] == 0


def test_another_region_of_the_picture_is_no_sector():
    frames = np.zeros((2, 120, 260), np.uint8)
    frames[:, :, :100] = heart([1.0, 0.9]).frames
    # An ECG strip as large as the sector.
    frames[:, 20:100, 130:250] = 90
    seen = cut_sector(heart(frames=frames, box=Box(0, 0, 120, 110), times_ms=None))
    assert seen.box.right <= 100
    assert not seen.frames[:, :, 110:].any()


@pytest.fixture
def bundle(tmp_path):
    return lambda **changes: read_bundle(write_bright_bundle(tmp_path / "b", **changes))


def test_millimetres_are_what_they_are(bundle):
    assert spacing_for(bundle(), (0.3, 0.2), (400, 500)) == (0.3, 0.2)


def test_without_them_the_picture_is_as_large_as_those_of_the_training(bundle):
    # 64 mm over 400 rows are less than 64 mm over 320 columns.
    assert spacing_for(bundle(), None, (400, 320)) == pytest.approx((0.16, 0.16))


def test_a_bundle_of_pixels_keeps_the_aspect_of_a_clip_in_millimetres(bundle):
    # 100 rows of .4 mm and 100 columns of .2 mm: 40 x 20 mm, brought to 64 x 32 px.
    found = spacing_for(bundle(unit="px"), (0.4, 0.2), (100, 100))
    assert found == pytest.approx((0.64, 0.32))
