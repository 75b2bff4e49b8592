import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from echoweave.errors import InputError
from echoweave.learn2reg.noisy.arm import NOISY_ARM
from echoweave.learn2reg.noisy.raw import write_volume_raw
from echoweave.segmentation.files import preprocessed_folder, raw_folder

from .abdomens import SPACING, as_cohort, make_abdomen, store_cases
from .conftest import Abdomens


def test_a_case_keeps_its_labels_its_place_and_the_grey_values_of_soft_tissue(
    planned: Abdomens,
) -> None:
    folder = raw_folder(planned.root, NOISY_ARM)
    case = as_cohort(make_abdomen(11), "liver")
    image = sitk.ReadImage(str(folder / "imagesTr/liver-0011_0000.nii.gz"))
    assert case.image.min() < -1000
    assert np.array_equal(sitk.GetArrayFromImage(image), np.clip(case.image, -160, 240))
    assert image.GetSpacing() == SPACING[::-1]
    # The file's axes run to left, posterior and superior.
    assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    labels = sitk.ReadImage(str(folder / "labelsTr/liver-0011.nii.gz"))
    assert case.labels is not None
    assert np.array_equal(sitk.GetArrayFromImage(labels), case.labels)


def test_the_data_set_says_what_each_case_knows(planned: Abdomens) -> None:
    described = json.loads((raw_folder(planned.root, NOISY_ARM) / "dataset.json").read_text())
    organs = list(range(1, 14))
    assert described["known"] == {
        "l2r-0001": organs,
        "l2r-0002": organs,
        "l2r-0003": organs,
        "liver-0011": [6],
    }
    assert described["channel_names"] == {"0": "CT"}
    assert list(described["labels"].values()) == list(range(14))
    assert described["labels"]["liver"] == 6


def test_the_choosing_cases_validate(planned: Abdomens) -> None:
    splits = json.loads((raw_folder(planned.root, NOISY_ARM) / "splits_final.json").read_text())
    assert splits == [{"train": ["l2r-0001", "l2r-0002", "liver-0011"], "val": ["l2r-0003"]}]


def test_nnunet_scales_all_cases_alike(planned: Abdomens) -> None:
    folder = preprocessed_folder(planned.root, NOISY_ARM)
    plans = json.loads((folder / "nnUNetPlans.json").read_text())
    network = plans["configurations"]["3d_fullres"]
    assert network["normalization_schemes"] == ["CTNormalization"]
    assert network["spacing"] == list(SPACING)
    limits = plans["foreground_intensity_properties_per_channel"]["0"]
    # Labelled organs have 10 to 230 HU and noise of 12.
    assert -160 <= limits["min"] < limits["percentile_00_5"] < 10
    assert limits["percentile_99_5"] == limits["max"] == 240


@pytest.mark.parametrize(("training", "choosing"), [("colon", "l2r"), ("l2r", "colon")])
def test_without_labels_on_a_side_there_is_nothing_to_learn(
    training: str, choosing: str, tmp_path: Path
) -> None:
    stored = store_cases(tmp_path, {"l2r": [1], "colon": [31]})
    with pytest.raises(InputError, match=r"no case of the split '\w+' has labels") as caught:
        write_volume_raw(NOISY_ARM, stored[training], stored[choosing], tmp_path)
    assert len(caught.value.problems) == 1
    assert not raw_folder(tmp_path, NOISY_ARM).exists()
