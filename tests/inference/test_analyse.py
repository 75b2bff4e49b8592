from dataclasses import replace

import numpy as np
import pytest

from echoweave.bundles.bundle import read_bundle
from echoweave.bundles.segmenter import Segmenter
from echoweave.function.analysis import ClipAnalysis
from echoweave.inference.analyse import analyse_clip
from echoweave.inference.many import InputIdentity
from tests.bundles.bright import write_bright_bundle
from tests.inference.hearts import BASE, LENGTH, WIDTH, beating, draw, heart

IDENTITY = InputIdentity("heart", "0" * 64, "request")


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    folder = tmp_path_factory.mktemp("bundle") / "bright"
    return Segmenter(
        read_bundle(write_bright_bundle(folder, (128, 128), picture=[120.0, 120.0])), [0, 1], 1
    )


@pytest.fixture(scope="module")
def found(segmenter: Segmenter) -> ClipAnalysis:
    return analyse_clip(heart(), IDENTITY, segmenter)


def test_beats_and_heart_rate(found):
    # Twenty frames at 25 Hz.
    assert [(one.ed, one.es, one.next_ed) for one in found.beats] == [(0, 10, 20), (20, 30, 40)]
    assert found.measured["heart_rate_bpm"].value == pytest.approx(75)


def test_volumes_by_hand(found):
    # pi b^2 (50 - (20^3 + 30^3) / (3 * 30^2)) mm3: an ellipsoid down to its valve plane.
    edv = np.pi * WIDTH**2 * (50 - 35_000 / 2_700) / 1000
    assert found.measured["edv"].value == pytest.approx(edv, rel=0.03)
    assert found.measured["esv"].value == pytest.approx(edv * 0.8**3, rel=0.03)
    # 1 - .8^3
    assert found.measured["ef_percent"].value == pytest.approx(48.8, abs=2)
    assert found.measured["ef_percent"].spread == pytest.approx(0)
    assert found.measured["length_ed"].value == pytest.approx(LENGTH + BASE, abs=1)
    assert found.measured["gls_percent"].value == pytest.approx(-20, abs=1.5)


def test_the_interval_is_the_rank_of_the_calibration_times_the_doubt(found):
    # Of the scores 1 to 20 the ceil(21 * .9) = 19th.
    ef = found.measured["ef_percent"]
    assert ef.high - ef.value == pytest.approx(19 * found.doubt)
    assert found.measured["esv"].low is None


def test_masks_lie_on_the_grid_of_the_file_and_text_is_black(found):
    drawn = draw(beating())
    assert found.labels.shape == found.shown.shape == drawn.shape
    assert np.array_equal(found.labels == 1, (drawn == 250))
    assert (found.shown[:, :7, :12] == 0).all()


def test_quality_is_good(found):
    assert found.curves.quality.min() > 0.9
    assert found.curves.agreement == pytest.approx(1)


def reasons(clip, segmenter):
    measured = analyse_clip(clip, IDENTITY, segmenter).measured
    return measured["ef_percent"].reason, measured["heart_rate_bpm"].reason


def test_less_than_one_beat(segmenter):
    told = "less than one beat: ED and ES are not both seen to turn"
    assert reasons(heart(beating(0.5)), segmenter) == (told, told)


def test_a_cavity_that_does_not_contract(segmenter):
    ef, _ = reasons(heart(beating(2, least=0.99)), segmenter)
    assert ef == "the cavity does not contract enough to be told from noise"


def test_a_cavity_that_the_sector_cuts(segmenter):
    frames = draw(beating(), centre=(60, 78))
    ef, rate = reasons(heart(frames=frames), segmenter)
    assert ef.startswith("the sector cuts the cavity: ")
    assert rate == ""


def test_no_heart(segmenter):
    noise = np.random.default_rng(2).integers(40, 80, (30, 120, 100)).astype(np.uint8)
    ef, _ = reasons(heart(frames=noise, times_ms=np.arange(30) * 40.0), segmenter)
    assert ef.startswith("no heart is recognised: ")


def test_nothing_is_known_of_the_clip(segmenter):
    clip = heart(spacing=None, times_ms=None, view="")
    found = analyse_clip(clip, IDENTITY, segmenter)
    assert found.measured["ef_percent"].value == pytest.approx(48.8, abs=2)
    assert found.measured["heart_rate_bpm"].reason == (
        "the time between frames is unknown: give --frame-rate"
    )
    # 1 px is 1 mm here, and nothing is divided by 1000.
    assert found.measured["edv"].value == pytest.approx(37_700, rel=0.03)
    assert found.view == "4CH"
    assert found.sources["view"] == "assumed: neither the file nor its name says one"
    assert len(found.notes) == 2


def test_one_fold_says_what_it_gives_up(segmenter):
    one = Segmenter(segmenter.bundle, [0], 1)
    found = analyse_clip(heart(), IDENTITY, one)
    assert np.isnan(found.curves.agreement).all()
    assert found.notes == (
        "one fold alone was used (--fast): less accurate, and no agreement of folds",
    )


def test_a_bundle_without_calibration(segmenter):
    bundle = replace(segmenter.bundle, calibration={})
    found = analyse_clip(heart(), IDENTITY, Segmenter(bundle, [0, 1], 1))
    assert found.measured["ef_percent"].low is None
    assert found.measured["dice_cavity"].reason == "the bundle has too few calibration clips"
