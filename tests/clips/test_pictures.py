"""Folders of numbered pictures."""

from pathlib import Path

import numpy as np
import pytest

from echoweave.clips.greys import luma
from tests.clips.samples import COLUMNS, ROWS, coloured, disc_clip, read_sample, write_pictures

GREYS = disc_clip()


@pytest.mark.parametrize("name", ["frame_{:03d}.png", "{}.png", "A4C_{}.PNG", "a-{}.jpg"])
def test_pictures_are_frames_in_the_order_of_their_numbers(tmp_path: Path, name: str) -> None:
    # Ten come after nine.
    frames = np.concatenate([GREYS, GREYS + 9])
    write_pictures(tmp_path / "clip", frames, name)
    clip = read_sample(tmp_path / "clip")
    assert clip.frames.shape == (12, ROWS, COLUMNS)
    assert np.abs(clip.frames.astype(int) - frames).max() <= (12 if "jpg" in name else 0)
    assert (clip.times_ms, clip.spacing) == (None, None)


def test_every_second_frame_is_a_clip_too(tmp_path: Path) -> None:
    write_pictures(tmp_path / "clip", GREYS)
    for path in sorted((tmp_path / "clip").iterdir())[1::2]:
        path.unlink()
    np.testing.assert_array_equal(read_sample(tmp_path / "clip").frames, GREYS[::2])


def test_colours_and_sixteen_bits(tmp_path: Path) -> None:
    tinted = (coloured(GREYS, 0) * [1, 0.9, 0.75]).astype(np.uint8)
    write_pictures(tmp_path / "colours", tinted)
    np.testing.assert_array_equal(
        read_sample(tmp_path / "colours").frames, np.stack([luma(frame) for frame in tinted])
    )
    write_pictures(tmp_path / "deep", GREYS.astype(np.uint16) * 100)
    clip = read_sample(tmp_path / "deep")
    assert clip.frames.max() == 255
    assert clip.notes == (f"grey values 0 to {int(GREYS.max()) * 100:g} were scaled to 0 to 255",)


def test_the_view_is_in_the_name_of_the_folder(tmp_path: Path) -> None:
    write_pictures(tmp_path / "one_2CH", GREYS)
    write_pictures(tmp_path / "one_4CH", GREYS)
    two, four = read_sample(tmp_path / "one_2CH"), read_sample(tmp_path / "one_4CH")
    assert (two.view, four.view) == ("2CH", "4CH")
    assert two.patient == four.patient != ""
