from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser

from echoweave.outputs.overlay import write_overlay

from .hearts import in_pixels, phantom_heart, without_beats


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("overlay") / "overlay.mp4"
    write_overlay(phantom_heart(), path)
    return path


@pytest.fixture(scope="module")
def frames(video: Path) -> list[av.VideoFrame]:
    with av.open(str(video)) as container:
        return list(container.decode(video=0))


def test_it_is_h264_that_every_browser_takes(video: Path) -> None:
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.width % 2 == stream.height % 2 == 0
        # 25 frames of 60 ms.
        assert float(stream.duration * stream.time_base) == pytest.approx(1.5)


def test_every_frame_is_there_at_its_time(frames: list[av.VideoFrame]) -> None:
    assert [frame.time for frame in frames] == pytest.approx(np.arange(25) * 0.06)


def test_outlines_and_curve_are_in_it(frames: list[av.VideoFrame]) -> None:
    picture = frames[5].to_ndarray(format="rgb24").astype(int)
    assert (np.ptp(picture[:600], axis=2) > 80).sum() > 1000
    # The cursor stands where frame 6 of 25 does; 16 is the edge on both sides.
    cursor = (picture[-60:-30].min(axis=(0, 2))).argmax()
    assert cursor == pytest.approx(16 + 5 / 24 * (picture.shape[1] - 33), abs=1)


def read_times(path: Path) -> Iterator[float]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield float(frame.time or 0.0)


UNEVEN = np.array([0.0, 40.0, 90.0, 95.0, 200.0])


@pytest.mark.parametrize(
    ("times", "expected"),
    [(UNEVEN, UNEVEN / 1000), (None, np.arange(5) / 25)],
    ids=["uneven", "unknown: 25 Hz"],
)
def test_the_time_of_the_clip_is_kept(
    tmp_path: Path, times: NDArray[np.float64] | None, expected: NDArray[np.float64]
) -> None:
    heart = replace(without_beats(phantom_heart()), times_ms=times)
    write_overlay(heart, tmp_path / "overlay.mp4")
    assert list(read_times(tmp_path / "overlay.mp4")) == pytest.approx(expected, abs=1e-4)


def test_odd_sides_one_frame_and_no_cavity(tmp_path: Path) -> None:
    heart = in_pixels(without_beats(phantom_heart()))
    one = slice(0, 1)
    curves = replace(heart.curves, volume=np.array([np.nan]))
    odd = replace(
        heart, shown=heart.shown[one, :, :111], labels=heart.labels[one, :, :111], curves=curves
    )
    write_overlay(odd, tmp_path / "overlay.mp4")
    assert list(read_times(tmp_path / "overlay.mp4")) == [0.0]


PLAYER = '<video src="overlay.mp4" muted></video>'


def test_chromium_plays_it(browser: Browser, video: Path) -> None:
    (video.parent / "player.html").write_text(PLAYER)
    page = browser.new_page()
    page.goto((video.parent / "player.html").as_uri())
    page.wait_for_function("document.querySelector('video').readyState === 4")
    assert page.evaluate("document.querySelector('video').duration") == pytest.approx(1.5, abs=0.01)
    page.evaluate("document.querySelector('video').play()")
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")
    page.close()
