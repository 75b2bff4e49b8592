"""Strips and masks of pictures."""

from pathlib import Path

import numpy as np
import pytest

from echoweave.clips.greys import luma
from echoweave.mmode.strip import LUMEN, OUTSIDE, UNKNOWN
from echoweave.mmode.strips.pictures import read_mask_picture, read_strip_picture
from tests.mmode.strips.samples import ROWS, beating_strip, sample_mask, write_png

STRIP = beating_strip(80)


def test_greys_colours_and_sixteen_bits(tmp_path: Path) -> None:
    tinted = np.stack([STRIP, STRIP // 10 * 9, STRIP // 4 * 3], axis=-1)
    deep = STRIP.astype(np.uint16) * 200
    for name, pixels in (("grey", STRIP), ("tinted", tinted), ("deep", deep)):
        write_png(tmp_path / f"{name}.png", pixels)
    np.testing.assert_array_equal(read_strip_picture(tmp_path / "grey.png").pixels, STRIP)
    np.testing.assert_array_equal(read_strip_picture(tmp_path / "tinted.png").pixels, luma(tinted))
    strip = read_strip_picture(tmp_path / "deep.png")
    assert strip.pixels.max() == 255
    assert strip.notes == (f"grey values 0 to {deep.max()} were scaled to 0 to 255",)
    assert (strip.mm_per_row, strip.ms_per_column, strip.mask) == (None, None, None)


@pytest.mark.parametrize("value", [1, 255])
def test_a_mask_and_the_columns_that_nobody_marked(tmp_path: Path, value: int) -> None:
    stored = sample_mask(80, value)
    stored[:, 20:25] = 0
    write_png(tmp_path / "a.png", stored)
    mask = read_mask_picture(tmp_path / "a.png", (ROWS, 80))
    assert mask[:, 0].tolist() == [OUTSIDE] * 30 + [LUMEN] * 30 + [OUTSIDE] * 36
    assert (mask[:, 20:25] == UNKNOWN).all()
    assert np.unique(np.delete(mask, range(20, 25), axis=1)).tolist() == [OUTSIDE, LUMEN]
