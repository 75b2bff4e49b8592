"""Frames that scroll become one strip, to the column."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image as Pillow

from echoweave.io.limits import UnhandledError
from echoweave.mmode.strips.stitch import stitch
from tests.mmode.strips.samples import BEAT, WIDTH, Greys, beating_strip, scrolled

STRIP = beating_strip(1400)
# By one column, by eight twice, by a beat, by more than a beat, and by all but 16 columns.
STARTS = (0, 1, 9, 17, 17 + BEAT, 200, 300, 524)


def jpeg(frames: Greys, quality: int, subsampling: str) -> Greys:
    """What comes back of frames that were stored in colours."""
    kept = []
    for frame in frames:
        content = io.BytesIO()
        colours = Pillow.fromarray(frame).convert("RGB")
        colours.save(content, "JPEG", quality=quality, subsampling=subsampling)
        kept.append(np.asarray(Pillow.open(content).convert("L")))
    return np.stack(kept)


def test_frames_without_loss_give_the_strip_back() -> None:
    joined = stitch(scrolled(STRIP, STARTS))
    np.testing.assert_array_equal(joined.pixels, STRIP[:, : STARTS[-1] + WIDTH])
    assert (joined.seams, joined.breaks) == (len(STARTS) - 1, ())


@pytest.mark.parametrize("smooth", [0.01, 1.5, 6])
@pytest.mark.parametrize(
    ("quality", "subsampling"), [(95, "4:2:2"), (75, "4:2:2"), (60, "4:2:2"), (60, "4:2:0")]
)
def test_jpeg_frames_are_never_off_by_a_column(
    quality: int, subsampling: str, smooth: float
) -> None:
    strip = beating_strip(1000, smooth=smooth)
    frames = jpeg(scrolled(strip, STARTS), quality, subsampling)
    for first, (start, following) in enumerate(itertools.pairwise(STARTS)):
        joined = stitch(frames[first : first + 2])
        assert (joined.pixels.shape[1], joined.breaks) == (WIDTH + following - start, ())


def test_a_frame_that_shows_nothing_new_makes_no_seam() -> None:
    frames = scrolled(STRIP, (0, 0, 30, 30))
    # Stored once more, so that it is not the same to the bit.
    frames = np.concatenate([frames, jpeg(frames[-1:], 75, "4:2:2")])
    joined = stitch(frames)
    assert (joined.pixels.shape[1], joined.seams, joined.breaks) == (WIDTH + 30, 1, ())


def test_a_frame_that_continues_nothing_is_appended_as_a_break() -> None:
    # Whole beats later: the walls are where they were.
    frames = scrolled(STRIP, (0, 40, 40 + 5 * BEAT, 60 + 5 * BEAT))
    joined = stitch(frames)
    assert joined.breaks == (WIDTH + 40,)
    assert joined.seams == 3
    wanted = [STRIP[:, : WIDTH + 40], STRIP[:, 40 + 5 * BEAT : 60 + 5 * BEAT + WIDTH]]
    np.testing.assert_array_equal(joined.pixels, np.concatenate(wanted, axis=1))


def test_a_beat_without_speckle_is_taken_for_the_first_that_is_alike() -> None:
    beat = np.tile(np.linspace(0, 200, BEAT, dtype=np.uint8), (20, 10))
    beat[5:9, 10:14] = 255
    joined = stitch(scrolled(np.tile(beat[:, :BEAT], (1, 10)), (0, 7 + BEAT)))
    assert joined.pixels.shape[1] == WIDTH + 7


def test_one_frame_is_the_strip() -> None:
    joined = stitch(STRIP[None])
    np.testing.assert_array_equal(joined.pixels, STRIP)
    assert (joined.seams, joined.breaks) == (0, ())


def test_black_frames_continue_nothing() -> None:
    frames = np.zeros((2, 40, 60), np.uint8)
    frames[1] = 9
    assert stitch(frames).breaks == (60,)


def test_a_sweep_that_is_drawn_over_is_refused() -> None:
    frames = np.repeat(STRIP[None, :, :WIDTH], 4, axis=0)
    for index in range(1, 4):
        frames[index:, :, 20 * index - 20 : 20 * index] = STRIP[:, 500 + 20 * index :][:, :20]
        # The bar that runs before it.
        frames[index, :, 20 * index : 20 * index + 4] = 0
    with pytest.raises(UnhandledError, match="drawn over from the left") as caught:
        stitch(frames)
    assert "PNG" in caught.value.remedy
