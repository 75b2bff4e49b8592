import numpy as np
from scipy.ndimage import map_coordinates

from echoweave.learn2reg.fields.native_warp import warp_native


def test_the_nearest_label_is_taken_and_nothing_from_beyond_the_file() -> None:
    labels = np.zeros((5, 1, 1), np.uint8)
    labels[:, 0, 0] = 1, 2, 3, 4, 5
    field = np.zeros((3, 5, 1, 1), np.float32)
    field[0, :, 0, 0] = 1, 0.4, 0.6, -1, 1
    assert warp_native(labels, field)[:, 0, 0].tolist() == [2, 2, 4, 3, 0]


def test_grey_values_are_linear_and_air_lies_beyond() -> None:
    grey = np.array([0, 10, 20], np.float32).reshape(1, 3, 1)
    field = np.zeros((3, 1, 3, 1), np.float32)
    field[1, 0, :, 0] = 0.25, -0.5, 1
    warped = warp_native(grey, field, order=1, outside=-1024)
    assert warped[0, :, 0].tolist() == [2.5, 5, -1024]


def test_planes_are_cut_without_a_seam() -> None:
    generator = np.random.default_rng(3)
    labels = generator.integers(0, 14, (37, 9, 8)).astype(np.uint8)
    field = generator.normal(0, 2, (3, 37, 9, 8)).astype(np.float32)
    # As the public evaluation calls scipy.
    identity = np.meshgrid(*map(np.arange, labels.shape), indexing="ij")
    whole = map_coordinates(labels, identity + field, order=0)
    assert np.array_equal(warp_native(labels, field), whole)
