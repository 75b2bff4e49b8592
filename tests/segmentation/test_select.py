"""A real choice on data set 572: 2d, 3d_fullres and their ensemble, trained as in paper.yaml."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from numpy.typing import NDArray

from echoweave.evaluation.configuration_table import make_configurations
from echoweave.io.cache import read_sequence
from echoweave.io.images import read_array
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.checkpoint import read_checkpoint
from echoweave.segmentation.ensemble import Ensemble
from echoweave.segmentation.files import best_file, raw_folder
from echoweave.segmentation.predict import predict_held_out

from .study import Study, write_study

BOTH = ("2d", "3d_fullres")
# As in config/paper.yaml.
PAPER = {"rotation_degrees": None, "mirroring": ["time", "vertical", "horizontal"]}
# Enough to find the disc.
LONGER = {"iterations_per_epoch": 15, "initial_lr": 0.1, "momentum": 0.9}


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Both networks trained in both folds, and the choice made."""
    study = write_study(tmp_path_factory.mktemp("chosen"))
    study.write_raw("dense3d")
    study.plan("dense3d", *BOTH)
    for network in BOTH:
        for fold in (0, 1):
            study.train("dense3d", fold, network=network, **PAPER, **LONGER)
    study.select("dense3d", *BOTH)
    return study


def best_of(study: Study) -> dict[str, Any]:
    best: dict[str, Any] = json.loads(best_file(study.root, ARMS["dense3d"]).read_text())
    return best


def validated(study: Study, networks: Sequence[str]) -> dict[str, NDArray[np.uint8]]:
    """The likeliest label of the mean probabilities of these networks, of every case."""
    found = {}
    for fold in (0, 1):
        folders = [study.fold("dense3d", fold, network) / "validation" for network in networks]
        for path in folders[0].glob("*.npz"):
            stored = [np.load(folder / path.name)["probabilities"] for folder in folders]
            found[path.stem] = np.mean(stored, axis=0).argmax(axis=0).astype(np.uint8)
    return found


def mean_dice(study: Study, predicted: dict[str, NDArray[np.uint8]]) -> float:
    """The mean over cases, then over structures."""
    rows = []
    for case, ours in predicted.items():
        truth = read_array(raw_folder(study.root, ARMS["dense3d"]) / f"labelsTr/{case}.nii.gz")
        shared = [2 * ((ours == label) & (truth == label)).sum() for label in (1, 2, 3)]
        sizes = [(ours == label).sum() + (truth == label).sum() for label in (1, 2, 3)]
        rows.append(np.divide(shared, sizes))
    return float(np.mean(rows))


def test_every_candidate_has_its_cross_validated_dice_and_the_highest_is_chosen(
    chosen: Study,
) -> None:
    best = best_of(chosen)
    assert list(best["candidates"]) == ["2d", "3d_fullres", "2d + 3d_fullres"]
    for networks in (BOTH[:1], BOTH[1:], BOTH):
        predicted = validated(chosen, networks)
        assert len(predicted) == best["cases"] == 8
        assert best["candidates"][" + ".join(networks)] == pytest.approx(
            mean_dice(chosen, predicted), abs=1e-6
        )
    assert len(set(best["candidates"].values())) == 3
    assert best["candidates"][" + ".join(best["configurations"])] == max(
        best["candidates"].values()
    )
    assert best["dice"] == max(best["candidates"].values())


@pytest.mark.parametrize("winner", [BOTH[:1], BOTH[1:], BOTH])
def test_another_outcome_of_the_cross_validation_is_another_choice(
    chosen: Study, winner: Sequence[str], tmp_path: Path
) -> None:
    study = Study(tmp_path / "copy")
    shutil.copytree(chosen.folder, study.folder)
    for network in BOTH:
        for fold in (0, 1):
            for path in (study.fold("dense3d", fold, network) / "validation").glob("*.npz"):
                truth = raw_folder(study.root, ARMS["dense3d"]) / f"labelsTr/{path.stem}.nii.gz"
                _pretend(path, read_array(truth), _known(network, winner))
    study.select("dense3d", *BOTH)
    assert best_of(study)["configurations"] == list(winner)
    assert best_of(study)["dice"] == 1


def _known(network: str, winner: Sequence[str]) -> Sequence[int]:
    """The labels that a network is to find; two networks know them all, but only together."""
    if winner == BOTH:
        return (0, 1) if network == "2d" else (0, 2, 3)
    return (0, 1, 2, 3) if network in winner else ()


def _pretend(path: Path, truth: NDArray[np.uint8], known: Sequence[int]) -> None:
    """Replace a validation prediction: sure where the truth is known, else rather background."""
    labels = np.arange(4)[:, None, None, None]
    # A network that knows nothing is sure of it, so that the ensemble fails with it.
    doubt = 0.4 if known else 0
    unsure = doubt * (labels == truth) + (1 - doubt) * (labels == 0)
    probabilities = np.where(np.isin(truth, known), labels == truth, unsure).astype(np.float32)
    np.savez_compressed(path, probabilities=probabilities)
    segmented = path.with_suffix(".nii.gz")
    image = sitk.GetImageFromArray(probabilities.argmax(axis=0).astype(np.uint8))
    image.CopyInformation(sitk.ReadImage(str(segmented)))
    sitk.WriteImage(image, str(segmented))


def test_the_ensemble_predicts_held_out_patients_as_it_did_in_cross_validation(
    chosen: Study, tmp_path: Path
) -> None:
    """So both networks are applied, mirrored in all axes as in validation."""
    study = Study(tmp_path / "copy")
    shutil.copytree(chosen.folder, study.folder)
    best = best_of(study) | {"configurations": list(BOTH), "keep_largest": []}
    best_file(study.root, ARMS["dense3d"]).write_text(json.dumps(best))
    out = tmp_path / "out"
    predict_held_out(ARMS["dense3d"], study.caches[1:3], read_sequence, out, study.root, 1)
    expected = validated(study, BOTH)
    for path in out.iterdir():
        np.testing.assert_array_equal(read_array(path), expected[path.name.partition(".")[0]])
    assert len(list(out.iterdir())) == 3


def test_the_key_mirrors_in_prediction_as_well(chosen: Study) -> None:
    for network, axes in (("2d", (0, 1)), ("3d_fullres", (0, 1, 2))):
        content = read_checkpoint(chosen.fold("dense3d", 0, network) / "checkpoint_final.pth")
        assert content["inference_allowed_mirroring_axes"] == axes
    members = Ensemble(ARMS["dense3d"], [0], chosen.root).members
    assert all(member.use_mirroring and member.allowed_mirroring_axes for member in members)


def test_one_candidate_more_trains_none_of_the_others_again(
    make_study: Callable[[], Study],
) -> None:
    study = make_study()
    study.write_raw("dense3d")
    study.plan("dense3d", "3d_fullres")
    study.train("dense3d", 0)
    finished = study.fold("dense3d", 0) / "checkpoint_final.pth"
    written = finished.stat().st_mtime_ns
    assert not list(finished.parent.glob("validation/*.npz"))
    study.plan("dense3d", *BOTH)
    study.train("dense3d", 0, network="3d_fullres")
    assert finished.stat().st_mtime_ns == written
    assert len(list(finished.parent.glob("validation/*.npz"))) == 4


def test_the_table_shows_the_choice() -> None:
    choice = {
        "configurations": ["2d", "3d_fullres"],
        "candidates": {"2d": 0.91, "3d_fullres": 0.92, "2d + 3d_fullres": 0.93},
        "dice": 0.93,
        "dice_postprocessed": 0.94,
        "cases": 900,
        "keep_largest": [[1, 2, 3], 3],
    }
    lines = make_configurations({"dense3d": choice}, (0, 1, 2, 3)).to_markdown().splitlines()
    assert lines[4:7] == [
        "| 2D+time dense | 2d | 900 | 0.9100 | - | - | - |",
        "| 2D+time dense | 3d_fullres | 900 | 0.9200 | - | - | - |",
        "| 2D+time dense | 2d + 3d_fullres | 900 | 0.9300 | yes | 0.9400 "
        "| all foreground, atrium |",
    ]
