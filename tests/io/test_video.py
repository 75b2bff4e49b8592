"""AVI files, read and refused."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from echoweave.errors import InputError
from echoweave.io.video import read_video, write_video

# Eight grey values in stripes, which JPEG keeps.
STRIPES = np.repeat(np.arange(0, 256, 32, dtype=np.uint8), 8)
CLIP = np.stack([np.broadcast_to(np.roll(STRIPES, 8 * t), (48, 64)) for t in range(6)])
NOISE = np.random.default_rng(0).integers(0, 256, (6, 64, 64)).astype(np.uint8)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "clip.avi"
    write_video(path, CLIP, 50)
    return path


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """A clip whose frames are most of the file."""
    path = tmp_path / "clip.avi"
    write_video(path, NOISE, 50)
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_video(path)
    (problem,) = caught.value.problems
    assert problem.file == str(path)
    return problem.what


def test_what_is_written_is_read(video: Path) -> None:
    np.testing.assert_array_equal(read_video(video), CLIP)


def test_the_file_is_a_colour_clip_of_jpeg_pictures(video: Path) -> None:
    with av.open(str(video)) as container:
        (stream,) = container.streams.video
        assert (container.format.name, stream.codec.name) == ("avi", "mjpeg")
        assert (stream.codec_context.pix_fmt, stream.average_rate) == ("yuvj420p", 50)


def test_fine_grain_survives_in_every_frame(tmp_path: Path) -> None:
    smooth = np.stack([cv2.GaussianBlur(frame, (0, 0), 1.5) for frame in NOISE])
    write_video(tmp_path / "clip.avi", smooth, 50)
    off = np.abs(read_video(tmp_path / "clip.avi").astype(int) - smooth)
    assert off.mean(axis=(1, 2)).max() < 1.5


def test_opencv_sees_the_same(video: Path) -> None:
    capture = cv2.VideoCapture(str(video))
    frames = [capture.read()[1] for _ in range(6)]
    assert np.abs(np.stack(frames).astype(int) - CLIP[..., None]).max() <= 2


def test_a_clip_that_is_cut_short(noise: Path) -> None:
    content = noise.read_bytes()
    noise.write_bytes(content[: len(content) // 2])
    assert refused(noise) == "cut short: 2 of 6 frames can be read"


def test_a_frame_without_its_header(noise: Path) -> None:
    content = bytearray(noise.read_bytes())
    second = content.index(b"\xff\xd8", content.index(b"\xff\xd8") + 2)
    content[second : second + 600] = bytes(600)
    noise.write_bytes(content)
    assert refused(noise).startswith("not a readable AVI file")


def test_other_files_of_that_name(video: Path) -> None:
    for content in (b"", b"#EXTM3U\nhttp://example.org/clip", b"ffconcat version 1.0\nfile x\n"):
        video.write_bytes(content)
        assert refused(video) == "not an AVI file"


def test_a_file_that_is_missing_or_none(tmp_path: Path) -> None:
    assert refused(tmp_path / "clip.avi") == "the file is missing"
    assert refused(tmp_path) == "not a regular file"


def test_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "clip.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
    assert refused(path) == "holds no video"
