import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk  # noqa: N813

from echoweave.errors import InputError
from echoweave.io.tables import read_tsv
from echoweave.learn2reg.noisy.arm import NOISY_ARM
from echoweave.learn2reg.noisy.files import (
    agreement_file,
    confidence_file,
    noisy_label_file,
    read_noisy_labels,
)
from echoweave.learn2reg.noisy.predict import agreement, write_noisy_labels

from .abdomens import SHAPE, SPACING, as_cohort, make_abdomen
from .conftest import Abdomens


def write(abdomens: Abdomens, folder: Path, least: float) -> pd.DataFrame:
    write_noisy_labels(
        NOISY_ARM, abdomens.training, abdomens.choosing, folder, least, abdomens.root, threads=1
    )
    return read_tsv(confidence_file(folder))


@pytest.fixture(scope="module")
def noisy(trained: Abdomens, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labels of all cases."""
    folder = tmp_path_factory.mktemp("noisy") / "labels"
    write(trained, folder, 0.0)
    return folder


def test_every_training_case_gets_labels_of_all_organs(noisy: Path) -> None:
    files = sorted(path.name for path in noisy.glob("*.nii.gz"))
    assert files == [
        f"{case}.nii.gz" for case in ("colon_0031", "l2r_0001", "l2r_0002", "liver_0011")
    ]
    labels = read_noisy_labels(noisy, "colon_0031")
    assert labels is not None
    assert labels.shape == SHAPE
    assert labels.dtype == np.uint8
    assert labels.any()


def test_true_labels_stay(noisy: Path) -> None:
    full, liver = make_abdomen(1).labels, make_abdomen(11).labels
    assert full is not None
    assert liver is not None
    labels = read_noisy_labels(noisy, "l2r_0001")
    assert labels is not None
    assert np.array_equal(labels, full)
    completed = read_noisy_labels(noisy, "liver_0011")
    assert completed is not None
    assert np.array_equal(completed == 6, liver == 6)
    assert set(np.unique(completed)) - {0, 6}


def test_labels_lie_where_the_case_lies(noisy: Path) -> None:
    image = sitk.ReadImage(str(noisy_label_file(noisy, "liver_0011")))
    assert image.GetSpacing() == SPACING[::-1]
    assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)


def test_the_table_says_what_is_true_and_how_sure_the_rest_is(noisy: Path) -> None:
    table = read_tsv(confidence_file(noisy)).set_index(["case", "organ"])
    assert len(table) == 4 * 13
    assert table.loc[("liver_0011", "liver"), "labels"] == "true"
    added = table[table["labels"] == "network"]
    assert added.groupby("case")["confidence"].count().to_dict() == {
        "colon_0031": 13,
        "liver_0011": 12,
    }
    assert added["confidence"].between(0, 1).all()
    assert ((added["confidence"] > 0) == (added["voxels"] > 0)).all()
    assert table.loc[table["labels"] == "true", "confidence"].isna().all()


def test_a_doubtful_case_is_left_out_and_named(
    noisy: Path, trained: Abdomens, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    means = read_tsv(confidence_file(noisy)).groupby("case")["confidence"].mean().dropna()
    doubtful, sure = means.sort_values().index
    with caplog.at_level(logging.INFO, logger="echoweave"):
        table = write(trained, tmp_path / "labels", float(means.mean()))
    assert f"left out as doubtful: {doubtful}" in caplog.text
    assert read_noisy_labels(tmp_path / "labels", doubtful) is None
    assert set(table.loc[table["kept"], "case"]) == {sure, "l2r_0001", "l2r_0002"}


def test_doubt_about_all_cases_is_an_error(trained: Abdomens, tmp_path: Path) -> None:
    only = Abdomens(trained.training[2:], trained.choosing, trained.root)
    with pytest.raises(InputError, match=r"min_confidence: .* all 2 cases .* below 1; lower it"):
        write(only, tmp_path / "labels", 1.0)
    assert not (tmp_path / "labels").exists()


def test_agreement_is_of_known_organs_and_says_what_was_seen(noisy: Path) -> None:
    table = read_tsv(agreement_file(noisy))
    counts = table.groupby(["case", "seen"])["organ"].count().to_dict()
    assert counts == {
        ("l2r_0001", True): 13,
        ("l2r_0002", True): 13,
        ("liver_0011", True): 1,
        ("l2r_0003", False): 13,
    }


def test_agreement_by_hand() -> None:
    case = as_cohort(make_abdomen(11), "liver")
    assert case.labels is not None
    liver = case.labels == 6
    half = liver & (np.cumsum(liver).reshape(liver.shape) % 2 == 0)
    (row,) = agreement(case, np.where(half, 6, 0), seen=True)
    n = np.count_nonzero(liver)
    assert row["voxels"] == n
    assert row["dice"] == pytest.approx(2 * (n // 2) / (n // 2 + n))
