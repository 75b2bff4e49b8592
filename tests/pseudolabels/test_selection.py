import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from echoweave.pseudolabels.selection import IGNORE, training_labels
from echoweave.pseudolabels.settings import QualitySettings

SPACING = (0.5, 0.5)


def bars(*last_rows):
    """Frames with label 1 in the rows 0 to ``last``."""
    labels = np.zeros((len(last_rows), 30, 10), np.uint8)
    for frame, last in enumerate(last_rows):
        labels[frame, : last + 1] = 1
    return labels


@pytest.fixture
def quality():
    references = ["ED", np.nan, np.nan, "ES"]  # as read back from the table
    return pd.DataFrame({"frame": range(4), "reference": references, "score": [1.0, 0.6, 0.9, 1.0]})


def test_off_keeps_every_frame_as_it_is(quality):
    fused = bars(9, 9, 9, 9)
    off = QualitySettings(min_score=0.0, ignore_over_mm=None)
    kept = training_labels(fused, bars(9, 3, 3, 9), fused, quality, SPACING, off)
    assert [frame for frame, _ in kept] == [0, 1, 2, 3]
    assert_array_equal(np.stack([labels for _, labels in kept]), fused)


def test_frames_under_the_threshold_are_dropped(quality):
    fused = bars(9, 9, 9, 9)
    settings = QualitySettings(min_score=0.8, ignore_over_mm=None)
    kept = training_labels(fused, fused, fused, quality, SPACING, settings)
    assert [frame for frame, _ in kept] == [0, 2, 3]


def test_pixels_between_outlines_far_apart_are_ignored(quality):
    """Frame 1: outlines 8 rows, 4 mm, apart; frame 2: 2 rows, 1 mm; the ends are manual."""
    forward, backward, fused = bars(9, 5, 8, 5), bars(9, 13, 10, 13), bars(9, 9, 9, 13)
    settings = QualitySettings(min_score=0.0, ignore_over_mm=2.0)
    kept = dict(training_labels(fused, forward, backward, quality, SPACING, settings))
    assert_array_equal(np.flatnonzero((kept[1] == IGNORE).all(axis=1)), np.arange(6, 14))
    assert_array_equal(kept[1][:6], 1)
    assert_array_equal(kept[1][14:], 0)
    for frame in (0, 2, 3):
        assert_array_equal(kept[frame], fused[frame])


def test_the_labels_given_stay_untouched(quality):
    forward, backward, fused = bars(9, 5, 8, 9), bars(9, 13, 10, 9), bars(9, 9, 9, 9)
    before = fused.copy()
    settings = QualitySettings(min_score=0.0, ignore_over_mm=2.0)
    training_labels(fused, forward, backward, quality, SPACING, settings)
    assert_array_equal(fused, before)


def test_both_directions_are_read_only_where_their_difference_counts():
    assert QualitySettings(min_score=0.9, ignore_over_mm=None).directions == ("fused",)
    everything = QualitySettings(min_score=0.0, ignore_over_mm=2.0).directions
    assert everything == ("forward", "backward", "fused")
