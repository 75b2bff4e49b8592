import numpy as np

from echoweave.phantom.jpeg import compressed

EDGE = np.zeros((32, 32), np.uint8)
EDGE[:, 12:] = 200


def test_zero_leaves_the_frame_as_it_is() -> None:
    np.testing.assert_array_equal(compressed(EDGE, 0), EDGE)


def test_an_edge_rings_within_its_block_alone() -> None:
    found = compressed(EDGE, 50)
    assert found.shape == EDGE.shape
    # Blocks are of 8 pixels: the edge lies in the second one.
    assert found[:, 8:12].any()
    assert not found[:, :8].any()
