"""Videos in each container."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from echoweave.clips.clip import Box
from echoweave.io.video import write_video
from tests.clips.samples import COLUMNS, ROWS, coloured, disc_clip, read_sample, write_movie


@pytest.mark.parametrize(
    ("name", "codec", "most"),
    [
        ("clip.avi", "mjpeg", 8),
        ("clip.mp4", "libx264", 8),
        ("clip.mov", "libx264", 8),
        ("clip.mkv", "ffv1", 1),
        ("clip.gif", "gif", 1),
    ],
)
def test_each_container(tmp_path: Path, name: str, codec: str, most: int) -> None:
    greys = disc_clip()
    write_movie(tmp_path / name, greys, codec)
    clip = read_sample(tmp_path / name)
    assert clip.frames.shape == greys.shape
    assert np.abs(clip.frames.astype(int) - greys).max() <= most
    assert clip.box == Box(0, 0, ROWS, COLUMNS)
    assert clip.times_ms is not None
    np.testing.assert_allclose(clip.times_ms, np.arange(6) * 20, atol=1)
    assert dict(clip.sources) == {"times_ms": "the timestamps of the video"}
    assert (clip.spacing, clip.view, clip.patient) == (None, "", "")


def test_an_avi_as_echonet_has_it_is_read_alike(tmp_path: Path) -> None:
    write_video(tmp_path / "a4c.avi", disc_clip(), 50)
    clip = read_sample(tmp_path / "a4c.avi")
    assert (clip.view, clip.sources["view"]) == ("4CH", "the name of the file")
    assert clip.frames.shape == (6, ROWS, COLUMNS)


def test_times_need_not_be_even(tmp_path: Path) -> None:
    path = tmp_path / "clip.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=50)
        stream.height, stream.width, stream.pix_fmt = ROWS, COLUMNS, "gray"
        for frame, at in zip(disc_clip(), (0, 20, 60, 80, 100, 120), strict=True):
            shown = av.VideoFrame.from_ndarray(frame, format="gray")
            shown.pts, shown.time_base = at, Fraction(1, 1000)
            container.mux(stream.encode(shown))
        container.mux(stream.encode())
    times = read_sample(path).times_ms
    assert times is not None
    assert times.tolist() == pytest.approx([0, 20, 60, 80, 100, 120])


def test_the_content_says_what_it_is(tmp_path: Path) -> None:
    write_movie(tmp_path / "clip.mkv", disc_clip(), "ffv1")
    (tmp_path / "clip.mkv").rename(tmp_path / "clip.avi")
    assert read_sample(tmp_path / "clip.avi").frames.shape == (6, ROWS, COLUMNS)


def test_a_rate_that_no_scanner_has_is_not_believed(tmp_path: Path) -> None:
    write_movie(tmp_path / "clip.avi", disc_clip(), "mjpeg", rate=1)
    clip = read_sample(tmp_path / "clip.avi")
    assert clip.times_ms is None
    assert clip.notes == ("the frame rate is unknown: the file says 1 frames a second",)
    told = read_sample(tmp_path / "clip.avi", frame_rate_hz=40)
    assert told.times_ms is not None
    assert told.times_ms[:3].tolist() == [0, 25, 50]


def test_pale_colours_become_their_luma(tmp_path: Path) -> None:
    tinted = (coloured(disc_clip(), 0) * [1, 0.9, 0.75]).astype(np.uint8)
    write_movie(tmp_path / "clip.mkv", tinted, "ffv1")
    wanted = tinted @ [0.299, 0.587, 0.114]
    assert np.abs(read_sample(tmp_path / "clip.mkv").frames - wanted).max() <= 3
