"""Grey values of any range, and strong colours."""

import numpy as np

from echoweave.clips.greys import ColourMeter, grey8, luma
from tests.clips.samples import coloured, disc_clip


def test_eight_bits_stay_as_they_are() -> None:
    greys = np.array([[[0, 7, 255]]], np.uint8)
    assert grey8(greys)[0] is greys
    for kind in (np.int16, np.uint16, np.float32):
        np.testing.assert_array_equal(grey8(greys.astype(kind))[0], greys)


def test_fractions_of_one_are_stretched() -> None:
    greys, note = grey8(np.array([[[0.0, 0.5, 1.0]]]))
    assert greys.tolist() == [[[0, 128, 255]]]
    assert note == "grey values 0 to 1 were scaled to 0 to 255"


def test_the_brightest_of_more_bits_becomes_white() -> None:
    assert grey8(np.array([[[0, 1000, 4000]]], np.uint16))[0].tolist() == [[[0, 64, 255]]]
    # Nothing below 0: black is what is darkest.
    assert grey8(np.array([[[-100, 0, 100]]], np.int16))[0].tolist() == [[[0, 128, 255]]]


def test_a_window_cuts_what_is_beyond() -> None:
    greys = np.array([[[0, 500, 1000, 4000]]], np.uint16)
    assert grey8(greys, (500, 1500))[0].tolist() == [[[0, 0, 128, 255]]]


def test_luma_of_red_green_and_blue() -> None:
    rgb = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    # 0.299, 0.587 and 0.114 of 255.
    assert luma(rgb).tolist() == [[76, 150, 29]]


def is_doppler(frames: np.ndarray) -> bool:
    meter = ColourMeter()
    for frame in frames:
        meter.add(frame)
    return meter.is_doppler


def test_flow_is_doppler_and_tints_and_letters_are_not() -> None:
    greys = disc_clip()
    assert is_doppler(coloured(greys, 0.1))
    # A line of 64 x 48 pixels: 2 %.
    assert is_doppler(coloured(greys, 1 / 48))
    sepia = np.stack([greys, greys * 0.8, greys * 0.5], axis=-1).astype(np.uint8)
    assert not is_doppler(sepia)
    letters = np.repeat(greys[..., None], 3, axis=-1)
    letters[:, 0, :20] = (0, 255, 0)
    assert not is_doppler(letters)
    assert not is_doppler(letters[:0])
