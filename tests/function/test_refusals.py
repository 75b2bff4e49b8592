import numpy as np

from echoweave.function.analysis import FrameCurves
from echoweave.function.refusals import cut_reason, recognition_reason


def curves(area: list[float], quality: float) -> FrameCurves:
    known = np.array(area)
    return FrameCurves(*[known] * 6, np.full(len(area), quality))


def test_a_ventricle_is_recognised():
    assert recognition_reason(curves([1.0, 1, np.nan, 1], 0.9)) == ""


def test_no_heart():
    assert recognition_reason(curves([1.0, np.nan, np.nan, 1], 0.9)) == (
        "no heart is recognised: 50 % of the frames show no left ventricle"
    )
    assert recognition_reason(curves([1.0, 1], 0.2)) == (
        "no heart is recognised: the masks are not those of one (quality 0.20)"
    )


def test_a_cavity_on_the_edge_of_the_sector_is_cut():
    labels, sector = np.zeros((2, 40, 40), np.uint8), np.zeros((40, 40), bool)
    sector[5:35, 5:35] = True
    # 10 x 10 pixels: one of four sides lies on the edge in the second frame.
    labels[0, 15:25, 15:25] = 1
    labels[1, 15:25, 5:15] = 1
    assert cut_reason(labels, sector, [0]) == ""
    # Its outline has 36 pixels; those up to two from the edge are 10 and 2 more.
    assert cut_reason(labels, sector, [0, 1]) == (
        "the sector cuts the cavity: 33 % of its outline lie on the edge"
    )
