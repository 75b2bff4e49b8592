from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from echoweave.geometry.resize import resize_frames
from echoweave.geometry.sector import inner_sector, sector_mask


def triangle(size: int = 64) -> np.ndarray:
    """Bool [size, size]: the apex at the top centre, sides at 45 degrees."""
    y, x = np.mgrid[:size, :size]
    return np.abs(x - size // 2) <= y // 2


def test_the_sector_is_found_although_blood_is_black_and_speckle_flickers() -> None:
    sector = triangle()
    frames = np.where(sector, np.random.default_rng(0).integers(4, 200, (5, 64, 64)), 0)
    frames[:, 30:50, 25:40] = 0
    found = sector_mask(frames.astype(np.uint8))
    assert (found != sector).mean() < 0.02
    assert found[40, 32]


def test_letters_beside_the_sector_are_left_out() -> None:
    frames = np.where(triangle(), 100, 0).astype(np.uint8)[None]
    frames[:, 2:7, 2:7] = 255
    assert not sector_mask(frames)[:8, :8].any()


Mask = NDArray[np.bool_]
Frames = NDArray[np.uint8]


def fan(size: int, apex: float, inner: float, outer: float) -> Mask:
    """Bool [size, size]: a fan of 80 degrees; lengths are shares of the size, the apex's a row."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size - np.array([apex, 0.5])[:, None, None]
    radius, angle = np.hypot(x, y), np.abs(np.arctan2(x, y))
    return np.asarray((radius > inner) & (radius < outer) & (angle < np.radians(40)))


def phased(size: int) -> Mask:
    return fan(size, 0.02, 0, 0.93)


def convex(size: int) -> Mask:
    """A probe with a curved top."""
    return fan(size, -0.25, 0.3, 1.15)


def linear(size: int) -> Mask:
    mask = np.zeros((size, size), np.bool_)
    mask[size // 16 : -size // 16, size // 5 : -size // 5] = True
    return mask


def cropped(size: int) -> Mask:
    """The picture's border cuts the top and both sides."""
    return fan(size, -0.15, 0, 1.05)


def recording(sector: Mask, gain: float = 1, frames: int = 3) -> Frames:
    """Speckle, brighter to the bottom, around a dark cavity; black outside of the sector."""
    size, rng = len(sector), np.random.default_rng(0)
    y, x = np.mgrid[:size, :size] / size
    tissue = 30 + 70 * y
    tissue[((x - 0.55) / 0.13) ** 2 + ((y - 0.45) / 0.2) ** 2 < 1] = 8
    grains = rng.rayleigh(1, (frames, size, size))
    speckle = np.stack([cv2.GaussianBlur(each, (0, 0), max(size / 256, 0.6)) for each in grains])
    return (tissue * gain * speckle * sector).clip(0, 255).astype(np.uint8)


def annotated(frames: Frames) -> Frames:
    """With text, depth ticks, a grey bar and an ECG trace, as a scanner draws them."""
    unit, result = frames.shape[1] / 512, frames.copy()
    thick = max(round(unit), 1)
    x = np.arange(frames.shape[2])
    beats = 480 - 30 * np.exp(-((((x / unit) % 170 - 85) / 5) ** 2))
    trace = np.stack((x, beats * unit), axis=1).astype(np.int32)
    for frame in result:
        for row, text in enumerate(("FR 50Hz", "17cm", "2D 60%", "C 50")):
            place = round(6 * unit), round((30 + 25 * row) * unit)
            cv2.putText(frame, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.6 * unit, 200, thick)
        frame[:: round(32 * unit), -round(5 * unit) :] = 180
        bar = np.s_[round(20 * unit) : round(220 * unit), round(475 * unit) : round(491 * unit)]
        frame[bar] = np.linspace(255, 0, len(frame[bar]))[:, None]
        cv2.polylines(frame, [trace], False, 150, 2 * thick)
    return result


def jpeg(frames: Frames, quality: int) -> Frames:
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    files = [cv2.imencode(".jpg", frame, options)[1] for frame in frames]
    return np.stack([cv2.imdecode(file, cv2.IMREAD_GRAYSCALE) for file in files]).astype(np.uint8)


def mpeg(frames: Frames, path: Path) -> Frames:
    """Through a codec that predicts blocks from other frames, as H.264 does."""
    size = frames.shape[2], frames.shape[1]
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25, size)
    for frame in frames:
        video.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    video.release()
    reader = cv2.VideoCapture(str(path))
    read = [cv2.cvtColor(reader.read()[1], cv2.COLOR_BGR2GRAY) for _ in frames]
    return np.stack(read).astype(np.uint8)


@pytest.mark.parametrize("size", [112, 320])
@pytest.mark.parametrize("probe", [phased, convex, linear, cropped])
def test_compression_and_annotations_leave_the_sector_as_it_is(
    probe: Callable[[int], Mask], size: int, tmp_path: Path
) -> None:
    sector = probe(size)
    large = annotated(recording(probe(512)))
    native = resize_frames(large, (size, size))
    plain = sector_mask(recording(sector)).mean()
    copies = [native, jpeg(native, 95), jpeg(native, 50), mpeg(native, tmp_path / "clip.mp4")]
    assert abs(plain - sector.mean()) < 0.02
    assert max(abs(sector_mask(copy).mean() - plain) for copy in copies) < 0.02


@pytest.mark.parametrize("frames", [1, 2])
def test_one_or_two_dark_frames_are_enough(frames: int) -> None:
    sector = phased(256)
    native = annotated(recording(sector, gain=0.3, frames=frames))
    for copy in (native, jpeg(native, 75)):
        assert abs(sector_mask(copy).mean() - sector.mean()) < 0.02


@pytest.mark.parametrize("quality", [95, 50])
def test_a_colour_bar_that_touches_the_sector_does_not_belong_to_it(quality: int) -> None:
    sector = fan(256, 0.02, 0, 0.7)
    frames = recording(sector)
    right = np.flatnonzero(sector.any(axis=0))[-1]
    frames[:, 40:180, right - 4 : right + 4] = 200
    assert abs(sector_mask(jpeg(frames, quality)).mean() - sector.mean()) < 0.02


@pytest.mark.parametrize("quality", [95, 50])
def test_a_picture_without_a_black_border_is_all_sector(quality: int) -> None:
    frames = recording(np.ones((128, 128), np.bool_))
    assert sector_mask(jpeg(frames, quality)).all()


def test_black_frames_are_all_sector() -> None:
    assert sector_mask(np.zeros((2, 8, 8), np.uint8)).all()


def test_the_rim_is_a_share_of_the_widest_row_off_both_ends_of_every_row() -> None:
    sector = np.zeros((3, 24), np.bool_)
    sector[0, 10:14] = True
    sector[1, 4:20] = True
    sector[2, 2:22] = True
    inner = np.zeros((3, 24), np.bool_)
    inner[1, 6:18] = True
    inner[2, 4:20] = True
    assert np.array_equal(inner_sector(sector, 0.1), inner)
    assert np.array_equal(inner_sector(sector, 0), sector)


def test_there_is_no_rim_where_the_border_of_the_picture_cuts_the_sector() -> None:
    sector = np.ones((4, 20), np.bool_)
    sector[:, 18:] = False
    inner = sector.copy()
    inner[:, 16:] = False
    assert np.array_equal(inner_sector(sector, 0.1), inner)
