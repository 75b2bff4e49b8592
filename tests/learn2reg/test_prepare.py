from pathlib import Path

import numpy as np
import pytest

from echoweave.learn2reg.cohorts.registry import FORMS
from echoweave.learn2reg.greys import LOWEST_HU
from echoweave.learn2reg.prepare import prepare_cases
from echoweave.learn2reg.source import VolumeSource
from echoweave.learn2reg.store import load_case
from echoweave.learn2reg.volume import CaseVolume
from tests.learn2reg.case_files import torso, write_nifti

_GRID = ((24, 20, 24), (2.0, 2.0, 2.0))
_NO_IMAGE = np.zeros((1, 1, 1), np.int16)


def source(folder: Path, cohort: str, labelled: bool) -> VolumeSource:
    labels = folder / f"{cohort}-seg.nii.gz" if labelled else None
    known = FORMS[cohort].known if labelled else ()
    return VolumeSource(
        f"{cohort}_1", cohort, folder / f"{cohort}.nii.gz", labels, known, "training", ""
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CaseVolume]:
    """A case of the target, stored as RAS, and others that were scanned on other grids."""
    folder = tmp_path_factory.mktemp("cases")
    target = torso(*_GRID, (0, 0, 0))
    write_nifti(folder / "l2r.nii.gz", target.array + 0.4, "RAS")
    write_nifti(folder / "l2r-seg.nii.gz", np.where(target.array > 80, 6, 0).astype(float), "RAS")
    other = torso((40, 30, 24), (1.5, 1.5, 2.0), (10, 6, -4))
    for cohort in ("msd-liver", "kits"):
        write_nifti(folder / f"{cohort}.nii.gz", other.array, "PIR", other.spacing)
    organ = np.where(other.array > 80, 2, 0).astype(np.uint8)
    write_nifti(folder / "msd-liver-seg.nii.gz", organ, "PIR", other.spacing)
    sources = [source(folder, name, name != "kits") for name in ("l2r", "msd-liver", "kits")]
    outputs = [folder / f"{one.name}.h5" for one in sources]
    prepare_cases(sources[:1], None, outputs[:1], threads=1)
    prepare_cases(sources[1:], sources[0], outputs[1:], threads=1)
    return {one.cohort: load_case(path) for one, path in zip(sources, outputs, strict=True)}


def test_the_target_is_oriented_and_nothing_else(prepared: dict[str, CaseVolume]) -> None:
    case, scan = prepared["l2r"], torso(*_GRID, (0, 0, 0))
    np.testing.assert_array_equal(case.image, scan.array)
    np.testing.assert_array_equal(case.labels, np.where(scan.array > 80, 6, 0))
    assert (case.axes, case.spacing, case.known) == ("RAS", (2, 2, 2), tuple(range(1, 14)))


def test_another_cohort_is_brought_to_the_grid_of_the_target(
    prepared: dict[str, CaseVolume],
) -> None:
    case, scan = prepared["msd-liver"], torso(*_GRID, (0, 0, 0))
    assert case.image.dtype == np.int16
    assert (case.axes, case.spacing, case.known) == ("PIR", (2, 2, 2), (6,))
    assert case.labels is not None
    # The organs lie where those of the target do; borders differ by the resampling.
    mine, theirs = case.labels == 6, scan.array > 80
    assert 2 * (mine & theirs).sum() / (mine.sum() + theirs.sum()) > 0.9
    seen = case.image > LOWEST_HU
    assert np.abs(case.image - scan.array.astype(float))[seen].mean() < 25


def test_what_was_not_scanned_is_air_without_labels(prepared: dict[str, CaseVolume]) -> None:
    # The patient lies 4 mm further to the right than in the reference: 2 voxels are not there.
    case = prepared["msd-liver"]
    assert case.labels is not None
    outside = case.image == LOWEST_HU
    assert outside[..., :2].all()
    assert not outside[:, :, 4:].any()
    assert not case.labels[outside].any()


def test_a_case_without_labels_has_none(prepared: dict[str, CaseVolume]) -> None:
    assert prepared["kits"].labels is None
    assert prepared["kits"].known == ()


@pytest.mark.parametrize(
    ("cohort", "written", "organs"),
    [
        ("l2r", [0, 1, 7, 13], [0, 1, 7, 13]),
        ("msd-liver", [0, 1, 2], [0, 6, 6]),
        ("msd-pancreas", [0, 1, 2], [0, 11, 11]),
        ("msd-spleen", [0, 1], [0, 1]),
        ("tcia", [0, 1, 3, 4, 5, 6, 7, 11, 14], [0, 1, 3, 4, 5, 6, 7, 11, 0]),
    ],
)
def test_label_maps(cohort: str, written: list[int], organs: list[int]) -> None:
    labels = np.array([[written]], np.uint8)
    assert FORMS[cohort].to_organs(labels, _NO_IMAGE).tolist() == [[organs]]
    assert set(FORMS[cohort].known) >= set(organs) - {0}
