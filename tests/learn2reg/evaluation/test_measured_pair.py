import math

from echoweave.learn2reg.evaluation.measured_pair import MeasuredPair, PairTask
from echoweave.learn2reg.evaluation.overlap import OrganOverlap
from echoweave.learn2reg.fields.folding import Smoothness
from echoweave.learn2reg.splits import VolumePair

SMOOTH = Smoothness(0.1, 0.02, 0.01, 5, 0.5)
TASK = PairTask("baseline", VolumePair("l2r_0001", "l2r_0004"), None)
NOTHING = math.nan


def test_means_are_over_the_organs_of_both_files() -> None:
    organs = [
        OrganOverlap(1, "both", 0.5, 3, 6),
        # Lost: no overlap, and no distance that could be averaged.
        OrganOverlap(6, "both", 0, NOTHING, NOTHING),
        OrganOverlap(8, "fixed", NOTHING, NOTHING, NOTHING),
        OrganOverlap(9, "moving", NOTHING, NOTHING, NOTHING),
    ]
    row = MeasuredPair(TASK, organs, SMOOTH).row()
    assert (row["dice"], row["hd95_voxels"], row["hd95_mm"]) == (0.25, 3, 6)
    assert (row["organs"], row["one_sided"], row["lost"]) == (2, 2, 1)
    assert (row["fixed"], row["folded_percent"]) == ("l2r_0001", 0.5)


def test_a_pair_without_a_common_organ_has_no_dice() -> None:
    organs = [OrganOverlap(8, "fixed", NOTHING, NOTHING, NOTHING)]
    row = MeasuredPair(TASK, organs, SMOOTH).row()
    assert math.isnan(row["dice"]) and math.isnan(row["hd95_mm"])
