from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from echoweave.errors import InputError
from echoweave.evaluation.measure_segmentation import measure_columns, measure_segmentation
from echoweave.io.tables import read_tsv
from echoweave.units import UNITS

from .study import beating, write_cavity_study, write_study

SETTINGS = {"frame_rate_hz": 50.0, "consistency_threshold": 0.1}
PER_STRUCTURE = ("frames", "areas", "smoothness")
BOTH_VIEWS = [("patient0001", "2CH", "Poor"), ("patient0001", "4CH", "Good")]


def measure(study, labels) -> dict[str, pd.DataFrame]:
    predictions = study.predict("arm", labels)
    out = study.folder / "measures"
    settings = SETTINGS | {"unit": study.unit}
    measure_segmentation("dense3d", predictions, study.caches, out, settings)
    columns = measure_columns(UNITS[study.unit])
    tables = {name: read_tsv(out / f"{name}.tsv") for name in columns}
    assert {name: list(table) for name, table in tables.items()} == columns
    return tables


def row(table: pd.DataFrame, **values) -> pd.Series:
    for column, value in values.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


@pytest.fixture
def study(tmp_path: Path):
    return write_study(tmp_path, BOTH_VIEWS)


@pytest.fixture
def perfect() -> dict[str, np.ndarray]:
    return {"patient0001_2CH": beating(), "patient0001_4CH": beating()}


def test_a_perfect_prediction(study, perfect):
    frames = measure(study, perfect)["frames"]

    # Two views, two instants, four structures.
    assert len(frames) == 16
    assert frames["dice"].eq(1.0).all()
    assert frames["hd_mm"].eq(0.0).all()
    assert set(frames["quality"]) == {"Poor", "Good"}


def test_frames_are_compared_with_their_own_instant_in_mm(study, perfect):
    # At ES the cavity's top is predicted 4 rows of 1 mm too high: 28 rows instead of 24.
    perfect["patient0001_2CH"][-1] = beating()[-2]
    frames = measure(study, perfect)["frames"]
    found = row(frames, view="2CH", instant="ES", structure="cavity")

    assert found["dice"] == pytest.approx(2 * 24 / (24 + 28), abs=1e-5)
    assert found["jaccard"] == pytest.approx(24 / 28, abs=1e-5)
    assert found["hd_mm"] == 4.0
    pixels = found[["intersection_pixels", "predicted_pixels", "reference_pixels"]]
    assert pixels.tolist() == [24 * 12, 28 * 12, 24 * 12]
    assert row(frames, view="2CH", instant="ED", structure="cavity")["dice"] == 1.0


def test_an_empty_structure_has_no_overlap_and_no_distance(study, perfect):
    for labels in perfect.values():
        labels[labels == 3] = 0
    frames = measure(study, perfect)["frames"]
    atrium = frames[frames["structure"] == "atrium"]

    assert atrium["dice"].eq(0.0).all()
    assert atrium[["hd_mm", "hd95_mm", "mad_mm", "rms_mm"]].isna().all(axis=None)
    assert frames[frames["structure"] == "cavity"]["dice"].eq(1.0).all()


def test_volumes_of_prediction_and_reference_are_measured_alike(study, perfect):
    tables = measure(study, perfect)
    found = row(tables["volumes"], mode="ase")

    assert found["method"] == found["ref_method"] == "biplane"
    assert found["edv_ml"] == found["ref_edv_ml"]
    assert found["ef_percent"] == found["ref_ef_percent"]
    # Box of 12 x 2 mm x 40 mm high: discs of 24 mm over about 40 mm; at ES 24 mm high.
    assert found["edv_ml"] == pytest.approx(np.pi / 4 * 24**2 * 40 / 1000, rel=0.1)
    assert found["ef_percent"] == pytest.approx(40.0, abs=3.0)
    assert found["cfg_edv_ml"] == 20.0
    assert np.isnan(found["cfg_ef_percent"])
    assert found["quality"] == "Poor"
    assert set(tables["volumes"]["mode"]) == {"ase", "camus"}


def test_a_missing_view_falls_back_to_one_plane_on_both_sides(tmp_path):
    study = write_study(tmp_path, BOTH_VIEWS[:1])
    found = row(measure(study, {"patient0001_2CH": beating()})["volumes"], mode="ase")

    assert found["method"] == found["ref_method"] == "2CH"
    assert np.isnan(found["length_ed_4ch_mm"])


def test_an_empty_cavity_costs_the_reference_its_view_too(study, perfect):
    perfect["patient0001_4CH"][:] = 0
    found = row(measure(study, perfect)["volumes"], mode="ase")

    assert found["method"] == found["ref_method"] == "2CH"


def test_phases_are_found_in_the_predicted_areas(study, perfect):
    # The prediction is largest in the second frame.
    perfect["patient0001_2CH"] = beating()[[1, 0, 2, 3, 4]]
    found = row(measure(study, perfect)["beats"], mode="ase")

    assert (found["ed_2ch"], found["es_2ch"], found["ed_4ch"]) == (1, 4, 0)
    assert found["beats"] == 1
    assert np.isnan(found["ef_sd_percent"])


def test_references_of_found_instants_are_measured_in_the_same_views(tmp_path, perfect):
    # The 4CH reference is half as wide.
    narrow = beating()[[0, 4]]
    narrow[:, :, 32:38][narrow[:, :, 32:38] == 1] = 2
    study = write_study(tmp_path, BOTH_VIEWS, {"patient0001_4CH": narrow})
    # The 4CH prediction has no cavity at ED; its largest area is in frame 1, its smallest in 2.
    perfect["patient0001_4CH"] = beating()[[0, 0, 4, 0, 1]]
    perfect["patient0001_4CH"][0] = 0
    tables = measure(study, perfect)
    volumes, beats = row(tables["volumes"], mode="ase"), row(tables["beats"], mode="ase")

    assert (volumes["method"], beats["method"]) == ("2CH", "biplane")
    # Discs of 24 x 12 mm for the beat, of 24 x 24 mm where 2CH is alone.
    assert beats["ref_edv_ml"] == pytest.approx(volumes["ref_edv_ml"] / 2, rel=0.02)


def test_areas_in_pixels_at_512_and_in_mm2(study, perfect):
    areas = measure(study, perfect)["areas"]
    found = row(areas, view="2CH", structure="cavity", frame=0)

    # 12 x 40 pixels of 64 x 64; each stands for 8 x 8 at 512 and for 1 mm x 2 mm.
    assert found["area_px2_at_512"] == 480 * 64
    assert found["area_mm2"] == 480 * 2
    assert len(areas) == 2 * 4 * 5


def test_smoothness_says_that_the_frame_rate_is_assumed(study, perfect):
    perfect["patient0001_4CH"] = beating()[[0, 1, 0, 1, 0]]
    smoothness = measure(study, perfect)["smoothness"]
    steady = row(smoothness, view="2CH", structure="cavity")
    shaky = row(smoothness, view="4CH", structure="cavity")

    assert steady["smoothness_px4_per_frame3"] == 0.0
    # Areas 480 432 480 432 480 times 64: second differences of +-96 * 64, two trapezoids.
    assert shaky["smoothness_px4_per_frame3"] == pytest.approx(2 * (96 * 64) ** 2, rel=1e-5)
    assert shaky["frame_rate_hz"] == 50.0
    assert not shaky["frame_rate_known"]


def test_a_structure_that_is_lost_throughout_is_not_smooth(study, perfect):
    perfect["patient0001_2CH"] = np.where(perfect["patient0001_2CH"] == 3, 0, 1)
    perfect["patient0001_4CH"][2] = 0
    tables = measure(study, perfect)
    lost = row(tables["smoothness"], view="2CH", structure="atrium")
    once = row(tables["smoothness"], view="4CH", structure="atrium")

    assert np.isnan(lost["smoothness_px4_per_frame3"])
    assert np.isnan(lost["smoothness_normalised_per_s3"])
    assert (lost["lost_frames"], once["lost_frames"]) == (5, 1)
    # Areas 120 120 0 120 120 times 64: second differences -120 240 -120, two trapezoids.
    assert once["smoothness_px4_per_frame3"] == pytest.approx(5 * (120 * 64) ** 2)
    # The lost frame and its neighbours have no deviation.
    shape = row(tables["consistency"], view="4CH", attribute="cavity_area_mm2")
    assert (shape["n_frames"], shape["lost_frames"]) == (0, 1)


def test_consistency_is_scaled_with_the_references(study, perfect):
    perfect["patient0001_2CH"] = beating()[[0, 1, 0, 1, 0]]
    consistency = measure(study, perfect)["consistency"]
    shaky = row(consistency, view="2CH", attribute="cavity_area_mm2")

    # Heights 40 36 40 36 40 where the references run from 40 to 24: deviations of 4 / 16.
    assert shaky["max_deviation"] == 0.25
    assert shaky["inconsistent_share"] == 1.0
    steady = row(consistency, view="4CH", attribute="cavity_area_mm2")
    assert steady["inconsistent_share"] == 0.0


def test_unlabelled_patients_are_measured_without_references(tmp_path, perfect):
    study = write_study(tmp_path, BOTH_VIEWS, dict.fromkeys(perfect))
    tables = measure(study, perfect)

    assert tables["frames"].empty
    assert tables["volumes"]["ref_edv_ml"].isna().all()
    assert tables["volumes"]["edv_ml"].notna().all()
    assert len(tables["smoothness"]) == 8


def test_an_arm_without_predictions_gets_empty_tables(study):
    tables = measure(study, {})

    assert all(table.empty for table in tables.values())


def test_a_cavity_without_a_size_of_pixels_is_measured_in_px(tmp_path):
    study = write_cavity_study(tmp_path)
    # At ES 28 rows instead of 24.
    tables = measure(study, {study.names[0]: beating()[[0, 1, 2, 3, 3]]})

    assert all((tables[name]["structure"] == "cavity").all() for name in PER_STRUCTURE)
    assert row(tables["frames"], instant="ES")["hd_px"] == 4.0
    assert row(tables["areas"], frame=0)["area_px2"] == 12 * 40
    assert row(tables["areas"], frame=0)["area_px2_at_512"] == 12 * 40 * 64
    followed = ["cavity_area_px2", "cavity_length_px", "cavity_width_px", "cavity_tilt_degrees"]
    assert tables["consistency"]["attribute"].tolist() == followed
    volumes = row(tables["volumes"], mode="ase")
    assert volumes["method"] == volumes["ref_method"] == "4CH"
    # Round discs 12 px wide over 40 px; the axis of a box ends in its corner.
    assert volumes["edv_px3"] == pytest.approx(np.pi / 4 * 12**2 * 40, rel=0.1)
    assert volumes["length_ed_4ch_px"] == volumes["length_ed_px"] == pytest.approx(40, abs=0.5)
    # 20 ml of the data set are no number of px.
    assert np.isnan(volumes["cfg_edv_px3"])


def test_a_prediction_of_another_size_is_refused(study):
    with pytest.raises(InputError, match=r"patient0001_2CH\.nii\.gz.*delete the file and rerun"):
        measure(study, {"patient0001_2CH": beating()[:3]})
