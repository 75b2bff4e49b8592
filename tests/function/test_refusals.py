import numpy as np

from echoweave.function.analysis import BeatFunction, FrameCurves
from echoweave.function.refusals import cut_reason, recognition_reason, strain_reason


def curves(area: list[float], quality: float) -> FrameCurves:
    known = np.array(area)
    return FrameCurves(*[known] * 6, np.full(len(area), quality))


def test_a_ventricle_is_recognised():
    assert recognition_reason(curves([1.0, 1, np.nan, 1], 0.9)) == ""


def test_a_ventricle_that_ejects_does_not_grow_longer():
    beats = [
        BeatFunction(0, 5, 10, 100.0, 50.0, 50.0, 50.0, 60.0, 90.0, 80.0, strain)
        for strain in (-3.0, 5.0)
    ]
    assert strain_reason(beats[:1]) == ""
    # 1 % on the average.
    assert strain_reason(beats) == (
        "the outline is as long at ES as at ED: the ends of the valve plane are not held"
    )


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
