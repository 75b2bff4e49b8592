import numpy as np

from echoweave.learn2reg.greys import (
    SOFT_TISSUE,
    WINDOWS,
    whole_hounsfield,
    window_limits,
    windowed,
)


def test_whole_hounsfield_units_that_fit() -> None:
    floats = np.array([-1024.4, -0.5, 1.6, 1e5, -1e5]).reshape(1, 1, 5)
    whole = whole_hounsfield(floats)
    assert whole.dtype == np.int16
    assert whole.ravel().tolist() == [-1024, 0, 2, 32767, -32768]
    assert whole_hounsfield(whole) is whole
    assert whole_hounsfield(np.array([[[65535, 7]]], np.uint16)).tolist() == [[[32767, 7]]]


def test_the_limits_of_soft_tissue() -> None:
    assert window_limits(SOFT_TISSUE) == (-160, 240)


def test_windows_by_hand() -> None:
    # Limits: -160 to 240, -300 to 500 and -100 to 900.
    image = np.array([-1024, -160, 40, 240, 700, 32767], np.int16).reshape(1, 1, 6)
    channels = windowed(image)
    assert channels.dtype == np.float32
    assert channels.shape == (3, 1, 1, 6)
    np.testing.assert_allclose(channels[0, 0, 0], [0, 0, 0.5, 1, 1, 1])
    np.testing.assert_allclose(channels[1, 0, 0], [0, 0.175, 0.425, 0.675, 1, 1])
    np.testing.assert_allclose(channels[2, 0, 0], [0, 0, 0.14, 0.34, 0.8, 1], rtol=1e-6)


def test_a_tissue_is_as_bright_in_a_volume_without_air_and_bone() -> None:
    tissue = np.full((1, 1, 2), 60, np.int16)
    with_air = np.array([[[60, -1000, 1500]]], np.int16)
    one, other = windowed(tissue, WINDOWS[:1]), windowed(with_air, WINDOWS[:1])
    assert one[0, 0, 0, 0] == other[0, 0, 0, 0]
