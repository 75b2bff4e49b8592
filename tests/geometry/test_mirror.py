import numpy as np

from echoweave.geometry.mirror import mirrored_indices


def test_a_sequence_goes_on_with_its_own_frames_in_reverse() -> None:
    found = mirrored_indices(np.arange(-3, 7), n_frames=3)
    assert found.tolist() == [1, 2, 1, 0, 1, 2, 1, 0, 1, 2]


def test_a_single_frame_stands_still() -> None:
    assert mirrored_indices(np.arange(-2, 3), n_frames=1).tolist() == [0] * 5
