"""Bundles of networks that were really trained: what they find is what training found."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from echoweave.clips.clip import Box
from echoweave.errors import InputError
from echoweave.mmode.bundle import read_mmode_bundle
from echoweave.mmode.networks.checkpoint import load_window_network
from echoweave.mmode.networks.nnunet_data import write_mmode_raw
from echoweave.mmode.networks.packing import BundleFacts, pack_quicknat
from echoweave.mmode.networks.tasks import FindLumen, JudgeWindow
from echoweave.mmode.segmenter import MModeSegmenter
from echoweave.mmode.window_files import read_windows
from echoweave.segmentation.arm import Arm
from echoweave.segmentation.files import raw_folder
from tests.mmode.conftest import SETTINGS
from tests.mmode.networks.heart_windows import SIDE

ARM = Arm("mmode", 580, "", "manual", "frames", "nnU-Net", "#0072B2", data_set="MMode")
WINDOW = Box(0, 0, SIDE, SIDE)


def facts(classifier: Path | None) -> BundleFacts:
    return BundleFacts("mouse", [1.0, 0.5], "Bands", classifier, 0.6, {})


@pytest.fixture(scope="module")
def packed(trained: Path) -> Path:
    folder = trained / "bundles/quicknat"
    pack_quicknat(trained / "quicknat/model.pt", facts(trained / "quality/model.pt"), folder)
    return folder


def test_a_bundle_says_what_it_is_made_of(packed: Path) -> None:
    bundle = read_mmode_bundle(packed)
    assert (bundle.network.kind, bundle.network.size) == ("quicknat", SETTINGS.size)
    assert (bundle.quality.size, bundle.quality.threshold) == (SETTINGS.size, 0.6)
    content = json.loads((packed / "bundle.json").read_text())
    assert content["training_animals"] == ["a", "b", "c", "d"]
    assert content["measures"].keys() == {"loss", "dice", "mse"}
    assert "trained on Bands, whose terms hold" in content["licence"]


def test_onnxruntime_finds_what_torch_found(trained: Path, packed: Path) -> None:
    segmenter = MModeSegmenter(read_mmode_bundle(packed), threads=1)
    picture = next(read_windows(trained / "validation")).picture
    with torch.no_grad():
        lumen, judge = (
            load_window_network(trained / f"{name}/model.pt", task)[0](task.scale(picture[None]))
            for name, task in (("quicknat", FindLumen()), ("quality", JudgeWindow()))
        )
    expected = torch.sigmoid(lumen)[0, 0].numpy()
    assert np.abs(segmenter.window_probability(picture, WINDOW) - expected).max() < 1e-4
    (confidence,) = segmenter.confidence(picture, [WINDOW])
    assert confidence == pytest.approx(torch.sigmoid(judge).item(), abs=1e-4)


def test_the_wrong_checkpoint_is_not_packed(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a checkpoint of a window_classifier, not of a quicknat"):
        pack_quicknat(trained / "quality/model.pt", facts(None), tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_the_only_fold_validates_on_the_validation_windows(trained: Path, tmp_path: Path) -> None:
    write_mmode_raw(ARM, trained / "training", trained / "validation", SIDE, tmp_path)
    raw = raw_folder(tmp_path, ARM)
    (split,) = json.loads((raw / "splits_final.json").read_text())
    assert split == {
        "train": ["a_rec_w000", "b_rec_w000", "c_rec_w000"],
        "val": ["d_rec_w000"],
    }
    assert json.loads((raw / "dataset.json").read_text())["labels"] == {
        "background": 0,
        "cavity": 1,
    }
