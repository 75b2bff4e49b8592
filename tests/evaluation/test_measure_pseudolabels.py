import numpy as np
import pytest

from echoweave.evaluation.measure_pseudolabels import measure_pseudolabels
from echoweave.io.tables import read_tsv

from .study import beating, write_cavity_study, write_study

NAME = "patient0001_4CH"


@pytest.fixture
def study(tmp_path):
    return write_study(tmp_path, [("patient0001", "4CH", "Good")])


def measure(study, labels, estimator="still"):
    files = {name: study.predict(name, {NAME: array}) for name, array in labels.items()}
    measure_pseudolabels(estimator, files, study.caches, study.unit, study.folder / "out.tsv")
    return read_tsv(study.folder / "out.tsv")


def test_inner_frames_of_known_structures(study):
    found = measure(study, {"forward": beating(), "fused": beating()})

    # Frames 1 to 3 in two directions; the truth knows no atrium.
    assert len(found) == 2 * 3 * 3
    assert set(found["structure"]) == {"cavity", "myocardium", "epi"}
    assert sorted(set(found["position"])) == [0.25, 0.5, 0.75]
    assert found["dice"].eq(1.0).all()


def test_a_copy_of_the_ed_mask_by_hand(study):
    found = measure(study, {"forward": np.repeat(beating()[:1], 5, axis=0)})
    cavity = found[found["structure"] == "cavity"].set_index("frame")

    # Height 40 instead of 36 32 28, rows of 1 mm; 64 pixels are 512, so a row is 8 pixels.
    assert cavity["dice"].tolist() == pytest.approx([72 / 76, 64 / 72, 56 / 68], abs=1e-5)
    assert cavity.loc[2, "hd_mm"] == 8.0
    assert cavity.loc[2, "hd_px512"] == 64.0


def test_the_nnunet_has_a_direction_of_its_own(study):
    found = measure(study, {"sparse2d": beating()}, estimator="sparse2d")

    assert set(found["estimator"]) == set(found["direction"]) == {"sparse2d"}


def test_sequences_without_labels_are_passed_over(study):
    found = measure(study, {"forward": beating()})
    measure_pseudolabels("still", {"forward": []}, study.caches, "mm", study.folder / "none.tsv")

    assert len(found) == 9
    none = read_tsv(study.folder / "none.tsv")
    assert none.empty
    assert list(none) == list(found)


def test_a_cavity_without_a_size_of_pixels_is_measured_in_px(tmp_path):
    found = measure(write_cavity_study(tmp_path), {"forward": np.repeat(beating()[:1], 5, axis=0)})

    assert set(found["structure"]) == {"cavity"}
    # Height 40 instead of 36 32 28; 64 pixels are 512.
    assert found["hd_px"].tolist() == [4.0, 8.0, 12.0]
    assert found["hd_px512"].tolist() == [32.0, 64.0, 96.0]
