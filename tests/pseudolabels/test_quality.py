import math

import numpy as np
import pytest

from echoweave.io.cache import EchoSequence
from echoweave.pseudolabels.propagate import Carried
from echoweave.pseudolabels.quality import (
    LOST_DICE,
    dice,
    expected_loss,
    quality_rows,
)

EVERYWHERE = np.ones((20, 20), bool)


def bar(first, last, label=1):
    """Rows ``first`` to ``last`` of a 10 pixel wide bar."""
    mask = np.zeros((20, 20), np.uint8)
    mask[first : last + 1, 5:15] = label
    return mask


def carried(*masks, fields=None):
    labels = np.stack(masks)
    if fields is None:
        fields = np.zeros((len(labels), 2, 20, 20), np.float32)
    distances = np.zeros((len(labels), 4, 20, 20), np.float32)  # have no say here
    return Carried(distances, labels, fields, np.ones(labels.shape, bool))


def fold(n_frames, frame):
    """x + u runs 0 .. 9, then 2 steps back between columns 9 and 11, then on: it folds there."""
    fields = np.zeros((n_frames, 2, 20, 20), np.float32)
    fields[frame, 1, :, 10:] = -3
    return fields


def echo_of(labels, ed=0, es=None, unit="mm", label_values=(0, 1, 2, 3)):
    """A sequence that these labels [T, Y, X] belong to."""
    return EchoSequence(
        patient="patient0001",
        view="4CH",
        frames=np.zeros_like(labels),
        ed=ed,
        es=len(labels) - 1 if es is None else es,
        spacing=(0.5, 0.25),
        native_shape=(20, 20),
        native_spacing=(0.5, 0.25),
        unit=unit,
        label_values=label_values,
    )


def rows(forward, backward, sector=EVERYWHERE):
    return quality_rows(echo_of(forward.labels), forward, backward, sector)


def test_closure_is_the_agreement_in_the_reference_frames():
    """At ES the carried ED mask (rows 4-13) meets the manual one (rows 6-13), and so on."""
    forward = carried(bar(4, 13), bar(4, 13), bar(4, 13))
    backward = carried(bar(4, 11), bar(4, 13), bar(6, 13))
    table = rows(forward, backward)
    assert list(table["reference"]) == ["ED", "", "ES"]
    es = table.iloc[2]
    assert es["agreement_dice_cavity"] == pytest.approx(2 * 80 / (100 + 80))
    assert es["agreement_hd_mm_cavity"] == pytest.approx(2 * 0.5)
    assert table.loc[0, "agreement_dice_cavity"] == pytest.approx(2 * 80 / (100 + 80))
    assert table.loc[1, "agreement_dice_cavity"] == 1.0


def test_epi_is_cavity_and_myocardium_together():
    forward = carried(bar(4, 8), np.maximum(bar(4, 8, 1), bar(9, 13, 2)), bar(4, 8))
    backward = carried(bar(4, 8), np.maximum(bar(4, 5, 1), bar(6, 13, 2)), bar(4, 8))
    row = rows(forward, backward).iloc[1]
    assert row["agreement_dice_cavity"] == pytest.approx(2 * 20 / (50 + 20))
    assert row["agreement_dice_myocardium"] == pytest.approx(2 * 50 / (50 + 80))
    assert row["agreement_dice_epi"] == 1.0


def test_a_structure_that_only_one_direction_has_gets_zero_and_no_distance():
    forward = carried(bar(4, 8), np.maximum(bar(4, 8), bar(15, 16, 3)), bar(4, 8))
    row = rows(forward, carried(*[bar(4, 8)] * 3)).iloc[1]
    assert row["agreement_dice_atrium"] == 0.0
    assert math.isnan(row["agreement_hd_mm_atrium"])
    loss = expected_loss(rows(forward, carried(*[bar(4, 8)] * 3)))
    assert loss == pytest.approx([0, 1 / 2, 0]), "no myocardium, so two structures"


def test_folded_share_of_a_field_with_one_fold():
    """Central differences give -3 / 2 at columns 9 and 10, so det J = -0.5 there: 2 of 20."""
    forward = carried(*[bar(4, 8)] * 3, fields=fold(3, frame=1))
    table = rows(forward, carried(*[bar(4, 8)] * 3))
    assert list(table["folded_forward"]) == [0.0, pytest.approx(0.1), 0.0]
    assert list(table["folded_backward"]) == [0.0, 0.0, 0.0]
    assert expected_loss(table) == pytest.approx([0, 0.1, 0])


def test_folds_outside_the_sector_do_not_count():
    sector = EVERYWHERE.copy()
    sector[:, 9:11] = False
    forward = carried(*[bar(4, 8)] * 3, fields=fold(3, frame=1))
    assert rows(forward, forward, sector)["folded_forward"].sum() == 0.0


WHOLE = np.maximum(bar(4, 8, 1), bar(10, 13, 3))
# Dice 1 at the cavity and 2/3 at the atrium: a loss of 1/6.
LESS = np.maximum(bar(4, 8, 1), bar(10, 11, 3))


def test_disagreement_counts_less_near_the_references():
    """Loss 1/6 in all frames but ES; sin(pi t / N) is 0.5 at N / 6 and 1 at N / 2."""
    table = rows(carried(*[WHOLE] * 7), carried(*[LESS] * 6, WHOLE))
    loss = expected_loss(table)
    assert loss[[1, 3, 5]] == pytest.approx([0.5 / 6, 1 / 6, 0.5 / 6])
    assert table.loc[3, "score"] == pytest.approx(1 - LOST_DICE / 6)


def test_at_ed_and_es_the_score_is_that_of_the_closure():
    """Between two frames there are none, and still the score says how well they close."""
    table = rows(carried(WHOLE, WHOLE), carried(LESS, WHOLE))
    assert expected_loss(table) == pytest.approx([1 / 6, 0])
    assert list(table["score"]) == [pytest.approx(1 - LOST_DICE / 6), 1.0]


def test_motion_that_closes_and_agrees_scores_1():
    assert list(rows(carried(*[WHOLE] * 4), carried(*[WHOLE] * 4))["score"]) == [1.0] * 4


def test_disagreement_counts_in_full_beyond_the_references():
    forward, backward = carried(*[WHOLE] * 5), carried(*[LESS] * 5)
    echo = echo_of(forward.labels, ed=1, es=3)
    table = quality_rows(echo, forward, backward, EVERYWHERE)
    assert expected_loss(table) == pytest.approx([1 / 6] * 5)


def test_what_is_unknown_has_no_columns_and_no_say():
    forward, backward = carried(*[bar(4, 13)] * 3), carried(bar(4, 11), bar(4, 13), bar(6, 13))
    echo = echo_of(forward.labels, unit="px", label_values=(0, 1))
    table = quality_rows(echo, forward, backward, EVERYWHERE)

    measured = ["agreement_dice_cavity", "agreement_hd_px_cavity"]
    assert [name for name in table if name.startswith("agreement")] == measured
    # Rows 4-13 against 6-13: two rows of 0.5 apart.
    assert table.loc[2, measured].tolist() == [pytest.approx(160 / 180), 1.0]
    assert table.loc[2, "score"] == pytest.approx(1 - LOST_DICE * (1 - 160 / 180))


def test_dice_of_two_empty_masks_is_undefined():
    empty = np.zeros((3, 3), bool)
    assert math.isnan(dice(empty, empty))
    assert dice(empty, ~empty) == 0.0
