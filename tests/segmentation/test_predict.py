import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from echoweave.io.cache import EchoSequence, read_cycle, read_sequence, write_patient
from echoweave.io.images import FRAME_STEP, Image, read_array, read_image
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.ensemble import Ensemble
from echoweave.segmentation.files import best_file
from echoweave.segmentation.predict import predict, predict_held_out

from .study import Study, echo_of


def test_best_names_folds_and_dice(trained: Study) -> None:
    best = json.loads(best_file(trained.root, ARMS["dense3d"]).read_text())
    folds = [json.loads((trained.fold("dense3d", k) / "summary.json").read_text()) for k in (0, 1)]
    mean = np.mean([fold["foreground_mean"]["Dice"] for fold in folds])
    assert best["configurations"] == ["3d_fullres"]
    assert best["candidates"] == {"3d_fullres": best["dice"]}
    assert best["cases"] == 8
    assert best["folds"] == [0, 1]
    # Both folds have as many cases, so the mean over cases is the mean over folds.
    assert best["dice"] == pytest.approx(mean)
    assert best["dice_postprocessed"] >= best["dice"]


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_prediction_is_a_whole_sequence_on_the_cache_grid(
    arm: str, trained: Study, tmp_path: Path
) -> None:
    echo = echo_of("patient0007", "4CH")
    write_patient(tmp_path / "patient0007.h5", [echo])
    predict(ARMS[arm], [tmp_path / "patient0007.h5"], tmp_path / "out", None, True, trained.root, 1)
    image = sitk.ReadImage(str(tmp_path / "out/patient0007_4CH.nii.gz"))
    assert image.GetSize() == (64, 64, 6)
    assert image.GetSpacing() == pytest.approx((0.4, 0.5, FRAME_STEP))
    assert image.GetPixelID() == sitk.sitkUInt8
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["patient0007_4CH.nii.gz"]


def test_2d_arm_stacks_its_frames_in_order(trained: Study) -> None:
    model = Ensemble(ARMS["sparse2d"], [0, 1], trained.root)
    echo = echo_of("patient0007", "2CH")
    whole = model(echo)
    reversed_frames = model(replace(echo, frames=echo.frames[::-1]))
    np.testing.assert_array_equal(reversed_frames, whole[::-1])
    single = model(replace(echo, frames=echo.frames[2:3]))
    np.testing.assert_array_equal(single[0], whole[2])
    assert (whole[0] != whole[5]).any()


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_a_diastole_is_predicted_in_the_order_of_time_and_given_back_from_ed_to_es(
    arm: str, trained: Study
) -> None:
    model = Ensemble(ARMS[arm], [0, 1], trained.root)
    systole = echo_of("patient0007", "2CH")
    diastole = replace(systole, frames=systole.frames[::-1], phase="diastole")
    np.testing.assert_array_equal(model(diastole), model(systole)[::-1])
    backwards = model(replace(systole, frames=systole.frames[::-1]))
    same = np.array_equal(backwards, model(systole)[::-1])
    assert same == (arm == "sparse2d")


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_held_out_prediction_is_what_the_fold_predicted_in_validation(
    arm: str, trained: Study, tmp_path: Path
) -> None:
    """Only the fold that validated a patient reproduces its own validation prediction."""
    _without_postprocessing(arm, trained)
    predict_held_out(ARMS[arm], trained.caches[1:3], read_sequence, tmp_path, trained.root, 1)
    for sequence, fold in (("patient0002_4CH", 0), ("patient0003_2CH", 1)):
        whole = read_array(tmp_path / f"{sequence}.nii.gz")
        validated = trained.fold(arm, fold) / "validation"
        if arm == "dense3d":
            expected = read_array(validated / f"{sequence}.nii.gz")
            np.testing.assert_array_equal(whole, expected)
            continue
        for frame in (0, 5):
            expected = read_array(validated / f"{sequence}_f{frame:03d}.nii.gz")
            np.testing.assert_array_equal(whole[frame], expected)


def test_held_out_sequences_without_dense_truth_are_passed_over(
    trained: Study, tmp_path: Path
) -> None:
    _without_postprocessing("sparse2d", trained)
    predict_held_out(
        ARMS["sparse2d"], [trained.caches[2]], read_sequence, tmp_path, trained.root, 1
    )
    assert [path.name for path in tmp_path.glob("*.nii.gz")] == ["patient0003_2CH.nii.gz"]


def test_patients_whom_no_fold_validates_are_passed_over(trained: Study, tmp_path: Path) -> None:
    write_patient(tmp_path / "patient0007.h5", [echo_of("patient0007", "2CH")])
    caches, out = [tmp_path / "patient0007.h5"], tmp_path / "out"
    predict_held_out(ARMS["sparse2d"], caches, read_sequence, out, trained.root, 1)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_full_cycle_clips_are_segmented_whole_by_the_fold_that_has_not_seen_them(
    arm: str, trained: Study, tmp_path: Path
) -> None:
    echoes = [echo_of("patient0002", view) for view in ("2CH", "4CH")]
    there_and_back = np.r_[0:6, 5:-1:-1]
    frames, dense = echoes[1].frames, echoes[1].dense_labels
    assert dense is not None
    cycle = replace(echoes[1], frames=frames[there_and_back], dense_labels=dense[there_and_back])
    write_patient(tmp_path / "patient0002.h5", echoes, [cycle])
    caches = [tmp_path / "patient0002.h5", trained.caches[0]]
    predict_held_out(ARMS[arm], caches, read_cycle, tmp_path / "out", trained.root, 1)
    # Neither the 2CH view nor the other patient has such a clip.
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["patient0002_4CH.nii.gz"]
    expected = Ensemble(ARMS[arm], [0], trained.root)(cycle)
    np.testing.assert_array_equal(read_array(tmp_path / "out/patient0002_4CH.nii.gz"), expected)
    assert len(expected) == 12


def test_without_full_cycle_clips_there_is_an_empty_folder(trained: Study, tmp_path: Path) -> None:
    out = tmp_path / "out"
    predict_held_out(ARMS["sparse2d"], trained.caches, read_cycle, out, trained.root, 1)
    assert list(out.iterdir()) == []


def test_postprocessing_keeps_the_largest_component(
    trained: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Ensemble(ARMS["sparse2d"], [0], trained.root)
    predicted = np.zeros((1, 64, 64), np.uint8)
    predicted[0, 10:30, 10:30] = 1
    predicted[0, 50:55, 50:55] = 1
    predicted[0, 40:44, 10:14] = 3

    def answer(image: object, properties: object) -> Any:
        return predicted.copy()

    monkeypatch.setattr(model.members[0], "predict_single_npy_array", answer)
    model.keep_largest = [1]
    echo = echo_of("patient0007", "2CH")
    labels = model(replace(echo, frames=echo.frames[:1]))
    assert (labels == 1).sum() == 400
    assert (labels == 3).sum() == 16


def _without_postprocessing(arm: str, study: Study) -> None:
    path = best_file(study.root, ARMS[arm])
    best = json.loads(path.read_text())
    path.write_text(json.dumps(best | {"keep_largest": []}))


def predicted(study: Study, folder: Path, arm: str, echo: EchoSequence, same_unit: bool) -> Image:
    cache = folder / f"{echo.patient}.h5"
    write_patient(cache, [echo])
    predict(ARMS[arm], [cache], folder / "out", None, same_unit, study.root, 1)
    return read_image(folder / f"out/{echo.name}.nii.gz")


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_pixels_of_unknown_size_are_taken_for_those_of_the_training(
    arm: str, trained: Study, tmp_path: Path
) -> None:
    ours = echo_of("patient0007", "4CH")
    theirs = replace(ours, spacing=(1.75, 1.25), unit="px")
    model = Ensemble(ARMS[arm], [0, 1], trained.root)
    image = predicted(trained, tmp_path, arm, theirs, same_unit=False)

    # The training cases of the study have pixels of .5 x .4 mm.
    assert model.median_spacing == pytest.approx(ours.spacing)
    np.testing.assert_array_equal(image.array, model(ours))
    assert image.spacing_mm == pytest.approx((1.75, 1.25))


@pytest.mark.parametrize("arm", ["sparse2d", "dense3d"])
def test_pixels_of_known_size_keep_it(arm: str, trained: Study, tmp_path: Path) -> None:
    echo = replace(echo_of("patient0007", "4CH"), spacing=(1.0, 0.8))
    image = predicted(trained, tmp_path, arm, echo, same_unit=True)

    model = Ensemble(ARMS[arm], [0, 1], trained.root)
    np.testing.assert_array_equal(image.array, model(echo))
    other = model(replace(echo, spacing=model.median_spacing))
    assert (image.array != other).any()
