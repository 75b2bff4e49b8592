import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from numpy.typing import NDArray

from echoweave.errors import InputError
from echoweave.io.cache import read_sequence, read_views, write_patient
from echoweave.io.images import read_array, write_sequence
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.files import raw_folder

from .study import Study, clip_of, echo_of


@pytest.fixture
def study(make_study: Callable[[], Study]) -> Study:
    return make_study()


def test_sparse_arm_has_the_manual_frames_as_true_2d_images(study: Study) -> None:
    study.write_raw("sparse2d")
    folder = raw_folder(study.root, ARMS["sparse2d"])
    assert len(list((folder / "imagesTr").iterdir())) == 16
    image = sitk.ReadImage(str(folder / "imagesTr/patient0003_4CH_f005_0000.nii.gz"))
    assert image.GetSize() == (64, 64)
    assert image.GetSpacing() == pytest.approx((0.4, 0.5))
    echo = echo_of("patient0003", "4CH")
    assert echo.labels is not None
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), echo.frames[5])
    labels = read_array(folder / "labelsTr/patient0003_4CH_f005.nii.gz")
    np.testing.assert_array_equal(labels, echo.labels[1])


def test_a_data_set_that_knows_the_cavity_alone_has_one_label(study: Study) -> None:
    for cache in study.caches:
        echoes = [read_sequence(cache, view) for view in read_views(cache)]
        write_patient(cache, [replace(one, labels=cavity_of(one.labels)) for one in echoes])
    study.write_raw("sparse2d", label_values=(0, 1))
    folder = raw_folder(study.root, ARMS["sparse2d"])
    described = json.loads((folder / "dataset.json").read_text())
    assert described["labels"] == {"background": 0, "cavity": 1}


def cavity_of(labels: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    assert labels is not None
    return (labels == 1).astype(np.uint8)


def test_dense_2d_arm_has_every_frame(study: Study) -> None:
    study.write_raw("dense2d")
    names = sorted(
        path.name for path in (raw_folder(study.root, ARMS["dense2d"]) / "labelsTr").iterdir()
    )
    assert len(names) == 4 * 2 * 6
    assert names[:2] == ["patient0001_2CH_f000.nii.gz", "patient0001_2CH_f001.nii.gz"]


def test_dense_3d_arm_has_sequences_with_one_step_of_five_pixels(study: Study) -> None:
    study.write_raw("dense3d")
    folder = raw_folder(study.root, ARMS["dense3d"])
    image = sitk.ReadImage(str(folder / "imagesTr/patient0001_2CH_0000.nii.gz"))
    assert image.GetSize() == (64, 64, 6)
    assert image.GetSpacing() == pytest.approx((0.4, 0.5, 2.5))
    described = json.loads((folder / "dataset.json").read_text())
    assert described["numTraining"] == len(described["dataset"]) == 8
    assert described["dataset"]["patient0001_2CH"] == {
        "images": ["imagesTr/patient0001_2CH_0000.nii.gz"],
        "label": "labelsTr/patient0001_2CH.nii.gz",
    }


def test_time_never_runs_backwards_in_a_3d_case(study: Study) -> None:
    """A diastole is cached from ED to ES and written from ES to ED; frames by name stay."""
    echoes = [replace(echo_of("patient0001", view), phase="diastole") for view in ("2CH", "4CH")]
    write_patient(study.caches[0], echoes)
    study.write_raw("dense3d")
    folder = raw_folder(study.root, ARMS["dense3d"])
    echo = echoes[0]
    assert echo.dense_labels is not None
    image = read_array(folder / "imagesTr/patient0001_2CH_0000.nii.gz")
    np.testing.assert_array_equal(image, echo.frames[::-1])
    labels = read_array(folder / "labelsTr/patient0001_2CH.nii.gz")
    np.testing.assert_array_equal(labels, echo.dense_labels[::-1])
    systole = read_array(folder / "imagesTr/patient0002_2CH_0000.nii.gz")
    np.testing.assert_array_equal(systole, echo_of("patient0002", "2CH").frames)
    study.write_raw("sparse2d")
    es = read_array(
        raw_folder(study.root, ARMS["sparse2d"]) / "labelsTr/patient0001_2CH_f005.nii.gz"
    )
    np.testing.assert_array_equal(es, echo.dense_labels[5])


def test_manual_masks_win_over_pseudo_labels(study: Study) -> None:
    path = study.folder / "pseudolabels/dirnet/fused/patient0001_2CH.nii.gz"
    write_sequence(path, np.zeros((6, 64, 64), np.uint8), (0.5, 0.4))
    study.write_raw("dense3d")
    labels = read_array(raw_folder(study.root, ARMS["dense3d"]) / "labelsTr/patient0001_2CH.nii.gz")
    manual = echo_of("patient0001", "2CH").labels
    assert manual is not None
    np.testing.assert_array_equal(labels[[0, 5]], manual)
    assert not labels[1:5].any()


def test_all_arms_have_the_same_patient_grouped_folds(study: Study) -> None:
    patients = []
    for arm in ("sparse2d", "dense2d", "dense3d"):
        study.write_raw(arm)
        splits = json.loads((raw_folder(study.root, ARMS[arm]) / "splits_final.json").read_text())
        patients.append(
            [[{case.split("_")[0] for case in fold[side]} for side in fold] for fold in splits]
        )
    first, second = {"patient0001", "patient0002"}, {"patient0003", "patient0004"}
    assert patients == [[[second, first], [first, second]]] * 3


def test_poor_frames_are_left_out_of_2d_and_ignored_in_3d(study: Study) -> None:
    strict = {"min_score": 0.75, "ignore_over_mm": None}
    study.write_raw("dense2d", strict)
    study.write_raw("dense3d", strict)
    frames, volumes = (
        raw_folder(study.root, ARMS["dense2d"]),
        raw_folder(study.root, ARMS["dense3d"]),
    )
    kept = sorted(path.name[16:20] for path in (frames / "labelsTr").glob("patient0001_2CH*"))
    assert kept == ["f000", "f001", "f002", "f005"]
    assert "ignore" not in json.loads((frames / "dataset.json").read_text())["labels"]
    labels = read_array(volumes / "labelsTr/patient0001_2CH.nii.gz")
    assert [(frame == 4).all() for frame in labels] == [False, False, False, True, True, False]
    assert json.loads((volumes / "dataset.json").read_text())["labels"]["ignore"] == 4


def test_the_weak_arm_has_sequences_with_the_manual_frames_alone(study: Study) -> None:
    study.write_raw("weak3d")
    folder = raw_folder(study.root, ARMS["weak3d"])
    labels = read_array(folder / "labelsTr/patient0001_2CH.nii.gz")
    echo = echo_of("patient0001", "2CH")
    assert echo.labels is not None
    np.testing.assert_array_equal(labels[[0, 5]], echo.labels)
    assert (labels[1:5] == 4).all()
    assert json.loads((folder / "dataset.json").read_text())["labels"]["ignore"] == 4
    study.write_raw("dense3d")
    other = raw_folder(study.root, ARMS["dense3d"]) / "imagesTr/patient0001_2CH_0000.nii.gz"
    ours = folder / "imagesTr/patient0001_2CH_0000.nii.gz"
    np.testing.assert_array_equal(read_array(ours), read_array(other))


@pytest.mark.parametrize("reverse", [False, True])
def test_whole_clips_are_cases_with_labels_where_the_sequence_lies(
    study: Study, reverse: bool
) -> None:
    echo = echo_of("patient0001", "4CH")
    clip = clip_of(echo)
    if reverse:
        clip = replace(clip, frames=clip.frames[::-1].copy(), ed=9, es=4, dense_labels=None)
    for cache in study.caches:
        write_patient(cache, [replace(echo, patient=cache.stem)], [clip])
    assert echo.dense_labels is not None
    for arm, labelled in (("dense3d", range(6)), ("weak3d", (0, 5))):
        study.write_raw(arm, whole_clips=True)
        folder = raw_folder(study.root, ARMS[arm])
        np.testing.assert_array_equal(
            read_array(folder / "imagesTr/patient0001_4CH_0000.nii.gz"), clip.frames
        )
        labels = read_array(folder / "labelsTr/patient0001_4CH.nii.gz")
        for frame in range(12):
            within = 9 - frame if reverse else frame - 2
            expected = echo.dense_labels[within] if within in labelled else 4
            assert (labels[frame] == expected).all()


def test_cases_of_an_earlier_run_do_not_stay(study: Study) -> None:
    stale = raw_folder(study.root, ARMS["sparse2d"]) / "labelsTr/patient0008_2CH_f000.nii.gz"
    write_sequence(stale, np.zeros((1, 2, 2), np.uint8), (1, 1))
    study.write_raw("sparse2d")
    assert not stale.exists()


def test_unfinished_data_set_is_none(study: Study) -> None:
    (study.folder / "pseudolabels/dirnet/fused/patient0004_4CH.nii.gz").unlink()
    with pytest.raises(InputError, match=r"patient0004_4CH\.nii\.gz: the file is missing"):
        study.write_raw("dense3d")
    assert not raw_folder(study.root, ARMS["dense3d"]).exists()
    assert not list(raw_folder(study.root, ARMS["dense3d"]).parent.glob(".*"))
