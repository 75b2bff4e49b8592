import numpy as np
import pandas as pd
import pytest

from echoweave.bundles.doubt import FoldOpinion
from echoweave.bundles.segmenter import Segmentation
from echoweave.function.calibration import calibration_rows, calibrations_of
from echoweave.io.cache import EchoSequence


def box(height: int, width: int) -> np.ndarray:
    """A cavity of so many pixels in a picture of 40 x 40."""
    mask = np.zeros((40, 40), np.uint8)
    mask[5 : 5 + height, 10 : 10 + width] = 1
    return mask


def view(name: str, widths: list[int], drawn: tuple[int, int]) -> tuple:
    """A half cycle whose cavity is 20 pixels high and so wide, and as it was drawn at its ends."""
    labels = np.stack([box(20, width) for width in widths])
    echo = EchoSequence(
        patient="anna",
        view=name,
        frames=np.zeros_like(labels),
        ed=0,
        es=len(widths) - 1,
        spacing=(1.0, 1.0),
        native_shape=(40, 40),
        native_spacing=(1.0, 1.0),
        label_values=(0, 1),
        labels=np.stack([box(20, width) for width in drawn]),
    )
    opinions = [[FoldOpinion(np.zeros(1, np.uint8), float(one), (0.9,))] for one in widths]
    return echo, echo, Segmentation(labels, opinions)


@pytest.fixture
def rows():
    views = [
        view("2CH", [20, 18, 16, 14, 12], (20, 10)),
        view("4CH", [20, 18, 16, 14, 12], (20, 12)),
    ]
    return pd.DataFrame(calibration_rows(views)).set_index("view")


def test_each_view_and_both_together(rows):
    assert list(rows.index) == ["2CH", "4CH", "biplane"]
    # Volumes go with the square of the width: 1 - .6^2, and 1 - .5^2 as drawn.
    assert rows.loc["2CH", "ef_percent"] == pytest.approx(64, abs=1)
    assert rows.loc["2CH", "ref_ef_percent"] == pytest.approx(75, abs=1)
    assert rows.loc["4CH", "ref_ef_percent"] == pytest.approx(rows.loc["4CH", "ef_percent"])
    # 1 - .6 * .6, and 1 - .5 * .6 as drawn.
    assert rows.loc["biplane", "ef_percent"] == pytest.approx(64, abs=1)
    assert rows.loc["biplane", "ref_ef_percent"] == pytest.approx(70, abs=1)


def test_dice_at_ed_and_es(rows):
    # 1 at ED; at ES 2 * 10 / (12 + 10).
    assert rows.loc["2CH", "dice_cavity"] == pytest.approx((1 + 20 / 22) / 2)
    assert rows.loc["2CH", "doubt_cavity"] == pytest.approx(0.1)
    # The curve is straight, so that .1 of expected Dice is all the doubt.
    assert rows.loc["2CH", "doubt"] == pytest.approx(0.1)


def nobody() -> pd.DataFrame:
    return pd.DataFrame(columns=["sequence", "view"])


def test_scores_are_errors_over_the_root_of_doubt_where_clips_are_few(rows):
    found = calibrations_of(rows.reset_index(), nobody())
    error = rows.loc["2CH", "ref_ef_percent"] - rows.loc["2CH", "ef_percent"]
    ef = found["ef_percent"]
    assert ef.scores == pytest.approx([0, error / 0.1**0.5], rel=1e-4)
    assert (ef.growth, ef.together) == (0.5, 1.0)
    assert len(found["biplane_ef_percent"].scores) == 1
    missing = (1 - (1 + 20 / 22) / 2) / 0.1**0.5
    assert found["dice_cavity"].scores == pytest.approx([0, missing], rel=1e-4)
    assert found["edv"].scores == pytest.approx([0, 0])


def clips(errors: np.ndarray, doubts: np.ndarray, first: int = 0) -> pd.DataFrame:
    """Clips of a heart that ejects 50 %, measured with so large errors."""
    names = [f"clip{first + number}" for number in range(len(errors))]
    known = {"sequence": names, "view": "4CH", "doubt": doubts, "ref_ef_percent": 50.0}
    volumes = {"edv": 100.0, "ref_edv": 100.0, "esv": 50.0, "ref_esv": 50.0}
    return pd.DataFrame({**known, "ef_percent": 50 + errors, **volumes})


@pytest.mark.parametrize("growth", [0.0, 0.6, 1.0])
def test_how_errors_grow_with_doubt_is_told_by_many_clips(growth):
    rng = np.random.default_rng(2)
    doubts = rng.uniform(0.02, 0.5, 2000)
    errors = 20 * doubts**growth * rng.uniform(0, 1, 2000)
    found = calibrations_of(clips(errors, doubts), nobody())["ef_percent"]
    assert found.growth == pytest.approx(growth, abs=0.1)


def test_folds_together_err_less_by_a_share_that_unseen_patients_tell():
    doubts = np.full(10, 0.1)
    training = clips(np.arange(1.0, 11.0), doubts)
    # Of two folds each on ten clips that none has seen.
    unseen = [clips(np.full(10, error), doubts, first=10) for error in (4.0, -6.0)]
    together = clips(np.full(10, -4.0), doubts, first=10)
    found = calibrations_of(pd.concat([training, *unseen]), together)["ef_percent"]
    # 4 together and 5 alone; scores are of the training patients alone.
    assert found.together == pytest.approx(0.8)
    assert found.scores == pytest.approx(np.arange(1, 11) / 0.1**0.5, rel=1e-4)
    few = calibrations_of(pd.concat([training, *unseen]), together[:9])["ef_percent"]
    assert few.together == 1.0


def test_a_lost_ventricle_is_no_score():
    echo, seen, found = view("2CH", [20, 18, 16, 14, 12], (20, 10))
    lost = Segmentation(
        0 * found.labels, [[FoldOpinion(np.zeros(1, np.uint8), np.nan, (np.nan,))]] * 5
    )
    (row,) = calibration_rows([(echo, seen, lost)])
    assert np.isnan(row["ef_percent"])
    assert row["dice_cavity"] == 0
    assert "ef_percent" not in calibrations_of(pd.DataFrame([row]), nobody())
