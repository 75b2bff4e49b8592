import numpy as np
import pytest

from echoweave.labels import ATRIUM, CAVITY
from echoweave.phantom.artefacts import PLAIN, REALISTIC, Artefacts
from echoweave.phantom.clip import record
from echoweave.phantom.patient import Patient, draw_patient


@pytest.fixture(scope="module")
def patients() -> list[Patient]:
    return [draw_patient(2023, number, (160, 120), (5, 9)) for number in range(1, 61)]


def test_patients_differ_in_all_that_matters(patients: list[Patient]) -> None:
    fractions = [patient.ef_percent for patient in patients]
    assert 20 <= min(fractions) < 28
    assert 62 < max(fractions) <= 70
    views = [view for patient in patients for view in patient.views]
    assert {view.quality for view in views} == {"Good", "Medium", "Poor"}
    assert {view.n_systole for view in views} == {5, 6, 7, 8, 9}
    assert {patient.sex for patient in patients} == {"F", "M"}
    assert len({patient.sector.shape for patient in patients}) > 20


def test_a_sixth_of_the_sequences_is_reversed(patients: list[Patient]) -> None:
    turned = [
        f"{patient.name}_{view.name}"
        for patient in patients
        for view in patient.views
        if view.reversed
    ]
    assert len(turned) == 20
    assert turned[:3] == ["patient0002_4CH", "patient0005_2CH", "patient0008_4CH"]


def test_systole_lasts_about_a_third_of_a_second(patients: list[Patient]) -> None:
    for patient in patients:
        for view in patient.views:
            assert 0.29 <= (view.n_systole - 1) / view.frame_rate_hz <= 0.37


def test_frames_follow_from_frame_rate_and_systole() -> None:
    for number in range(1, 21):
        for view in draw_patient(2023, number, (160, 120), None, (40.0, 60.0)).views:
            assert 40 <= view.frame_rate_hz <= 60
            # Half a frame is lost or won by rounding.
            assert 0.29 - 0.5 / 40 <= (view.n_systole - 1) / view.frame_rate_hz <= 0.37 + 0.5 / 40


def test_a_patient_depends_on_seed_and_number_alone(patients: list[Patient]) -> None:
    assert draw_patient(2023, 5, (160, 120), (5, 9)) == patients[4]
    assert draw_patient(2024, 5, (160, 120), (5, 9)).edv_ml != patients[4].edv_ml


def test_a_coarser_image_shows_the_same_field_of_view() -> None:
    fine, coarse = (draw_patient(1, 1, size, (5, 9)).sector for size in ((945, 584), (189, 146)))
    assert fine.spacing_mm == pytest.approx((0.154, 0.308))
    assert coarse.spacing_mm == pytest.approx((0.154 * 5, 0.308 * 4))
    for axis in (0, 1):
        extents = [sector.shape[axis] * sector.spacing_mm[axis] for sector in (fine, coarse)]
        assert extents[0] == pytest.approx(extents[1], abs=coarse.spacing_mm[axis])


def _simpson_ml(widths_mm: list[np.ndarray], heights_mm: list[float]) -> float:
    return float(np.pi / 4 * (widths_mm[0] * widths_mm[1]).sum() * max(heights_mm) / 20 / 1000)


@pytest.mark.parametrize("number", [1, 6, 11])
def test_volumes_are_those_of_twenty_discs_over_both_true_masks(number: int) -> None:
    patient = draw_patient(2023, number, (945, 584), (3, 3))
    for contraction, expected in ((0.0, patient.edv_ml), (1.0, patient.esv_ml)):
        widths, heights = [], []
        for view in patient.views:
            # Sampled straight along the axis, where the sector cannot cut the mask.
            r, z = np.meshgrid(np.arange(-60, 60, 0.2), np.arange(-5, 130, 0.2))
            anatomy = view.motion.anatomy
            cavity = anatomy.labels(*view.motion.backward(r, z, contraction)) == CAVITY
            rows = np.flatnonzero(cavity.any(axis=1))
            edges = np.linspace(rows[0], rows[-1] + 1, 21)
            middles = ((edges[:-1] + edges[1:]) / 2).astype(int)
            widths.append(cavity[middles].sum(axis=1) * 0.2)
            heights.append(rows.size * 0.2)
        assert _simpson_ml(widths, heights) == pytest.approx(expected, rel=0.01)


def test_speckle_moves_with_the_tissue() -> None:
    patient = draw_patient(2023, 5, (256, 192), (9, 9))
    view = patient.views[0]
    assert view.quality == "Good"
    clip = record(view, patient.sector, beats=0, artefacts=PLAIN)
    x, y = patient.sector.pixel_centres()
    before = view.motion.backward(*view.pose.to_axis(x, y), 1 / 2)
    x0, y0 = view.pose.to_image(*before)
    sy, sx = clip.spacing_mm
    rows = np.clip(np.rint((y0 - y[0, 0]) / sy), 0, x.shape[0] - 1).astype(int)
    columns = np.clip(np.rint((x0 - x[0, 0]) / sx), 0, x.shape[1] - 1).astype(int)
    wall = clip.labels[4] == 2
    now, carried = clip.frames[4][wall], clip.frames[0][rows, columns][wall]
    still = clip.frames[0][wall]
    assert np.corrcoef(now, carried)[0, 1] > 0.6
    assert np.corrcoef(now, still)[0, 1] < 0.4


@pytest.mark.parametrize("artefacts", [PLAIN, REALISTIC])
def test_areas_over_the_beat_and_copied_masks(artefacts: Artefacts) -> None:
    patient = draw_patient(2023, 4, (160, 120), (7, 7))
    labels = record(patient.views[1], patient.sector, 1, artefacts).labels
    assert len(labels) == 7 + round(1.4 * 6)
    cavity = (labels == CAVITY).sum(axis=(1, 2))
    atrium = (labels == ATRIUM).sum(axis=(1, 2))
    assert (np.diff(cavity[:7]) < 0).all()
    assert (np.diff(cavity[6:]) >= 0).all()
    assert atrium[6] > 1.15 * atrium[0]
    np.testing.assert_array_equal(labels[-1], labels[0])
    overlap = 2 * ((labels[0] == CAVITY) & (labels[6] == CAVITY)).sum() / (cavity[0] + cavity[6])
    assert overlap < 0.8


def test_beats_after_the_first_are_weaker_and_the_first_is_the_same() -> None:
    patient = draw_patient(2023, 3, (100, 80), (7, 7))
    view = patient.views[1]
    half, one, three = (record(view, patient.sector, beats) for beats in (0, 1, 3))
    assert len(three.frames) == 1 + 3 * (len(one.frames) - 1)
    np.testing.assert_array_equal(one.frames[:7], half.frames)
    np.testing.assert_array_equal(three.frames[: len(one.frames)], one.frames)
    strengths = view.strengths(3)
    assert strengths[0] == 1
    assert all(0.75 <= strength < 1 for strength in strengths[1:])
    # Every beat starts from the same ED; the weaker it is, the larger the cavity at its ES.
    cavity = (three.labels == CAVITY).sum(axis=(1, 2))
    period = len(one.frames) - 1
    assert len(set(cavity[::period])) == 1
    ends = [cavity[6 + beat * period] for beat in range(3)]
    assert np.argsort(ends).tolist() == np.argsort(strengths)[::-1].tolist()
