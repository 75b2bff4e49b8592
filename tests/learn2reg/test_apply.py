from pathlib import Path

import numpy as np
import pytest
import torch

from echoweave.errors import InputError
from echoweave.geometry.warp import warp
from echoweave.learn2reg.apply import PairRegistrar, predict_fields
from echoweave.learn2reg.checkpoint import (
    PairCheckpoint,
    load_pair_checkpoint,
    save_pair_checkpoint,
)
from echoweave.learn2reg.fields.files import read_field
from echoweave.learn2reg.greys import windowed
from echoweave.learn2reg.network import PairNetwork
from echoweave.learn2reg.settings import PairModelSettings, PairTrainingSettings
from echoweave.learn2reg.store import load_case
from echoweave.registration.settings import RefinementSettings
from tests.learn2reg.ellipsoids import SHAPE, write_cases

MODEL = PairModelSettings(
    windows=[(400.0, 40.0), (1000.0, 400.0)],
    channels=[4, 8],
    down_convolutions=[1],
    up_convolutions=[1],
    norm="none",
    head="displacement",
    deep_supervision=False,
    shrink=1,
)
TRAINING = PairTrainingSettings(
    similarity="mse",
    similarity_weight=1.0,
    regulariser="bending",
    regulariser_weight=0.1,
    dice_weight=0.0,
    symmetric=False,
    inverse_weight=0.0,
    crop=16,
    iterations=1,
    batch_size=1,
    learning_rate=0.001,
    schedule="constant",
    validate_every=1,
)
REFINEMENT = RefinementSettings(
    similarity="mse",
    bending_weight=0.001,
    grid_spacing_px=8,
    shrinks=[2],
    steps=15,
    learning_rate=0.1,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three cases, and a checkpoint whose network moves everything by 2 voxels along z."""
    folder = tmp_path_factory.mktemp("apply")
    write_cases(folder, "l2r", range(1, 4))
    network = PairNetwork(MODEL)
    with torch.no_grad():
        network.encoder.head.bias[0] = 2
    checkpoint = PairCheckpoint(
        weights=network.state_dict(),
        model=MODEL,
        training=TRAINING,
        seen={"l2r": ["l2r_0003"], "kits": ["kits_1"]},
        choosing=["l2r_0004"],
        seed=1,
        iteration=1,
    )
    save_pair_checkpoint(folder / "model.pt", checkpoint)
    return folder


def predict(folder: Path, out: Path, refinement: RefinementSettings | None = None) -> np.ndarray:
    predict_fields(
        model=folder / "model.pt",
        cases=folder,
        pairs=[("l2r_0001", "l2r_0002")],
        folder=out,
        refinement=refinement,
        threads=1,
    )
    return read_field(out / "disp_0001_0000_0002_0000.npz", SHAPE, ("LPS", "LPS"))


def test_a_field_is_written_as_the_network_gives_it(folder: Path, tmp_path: Path) -> None:
    dvf = predict(folder, tmp_path)
    assert dvf.shape == (3, *SHAPE)
    np.testing.assert_allclose(dvf[0], 2, atol=1e-6)
    np.testing.assert_allclose(dvf[1:], 0, atol=1e-6)


def test_refinement_brings_the_grey_values_together(folder: Path, tmp_path: Path) -> None:
    fixed, moving = (
        torch.from_numpy(windowed(load_case(folder / f"l2r_000{number}.h5").image))[None]
        for number in (1, 2)
    )

    def error(dvf: np.ndarray) -> float:
        warped = warp(moving, torch.from_numpy(dvf)[None])
        return ((warped - fixed) ** 2).mean().item()

    refined = error(predict(folder, tmp_path / "refined", REFINEMENT))
    assert refined < 0.6 * error(predict(folder, tmp_path / "plain"))


def test_a_refinement_that_diverges_names_the_pair(folder: Path, tmp_path: Path) -> None:
    wild = RefinementSettings(**vars(REFINEMENT) | {"learning_rate": 1e30})
    with pytest.raises(InputError) as caught:
        predict(folder, tmp_path, wild)
    assert str(caught.value).startswith(
        "config: learn2reg.refinement.learning_rate: the refinement of l2r_0001 and l2r_0002 "
        "diverges: "
    )


@pytest.mark.parametrize("seen", ["l2r_0003", "l2r_0004"])
def test_what_a_network_has_seen_does_not_measure_it(folder: Path, seen: str) -> None:
    with pytest.raises(InputError) as caught:
        predict_fields(
            model=folder / "model.pt",
            cases=folder,
            pairs=[("l2r_0001", "l2r_0002"), ("l2r_0001", seen)],
            folder=folder,
            refinement=None,
            threads=1,
        )
    assert str(caught.value) == (
        f"{folder}/model.pt: seen: has seen {seen}, which shall measure it; train it without these "
        "cases, or leave their pairs out"
    )


def test_a_checkpoint_comes_back_as_it_was(folder: Path) -> None:
    checkpoint = load_pair_checkpoint(folder / "model.pt")
    assert (checkpoint.model, checkpoint.training) == (MODEL, TRAINING)
    assert checkpoint.trained_on == ["l2r_0003", "kits_1"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"weights": {}}, "not a checkpoint of EchoWeave"),
        ({"weights": {}, "version": "0.1"}, "not a checkpoint of this EchoWeave, .*, but of 0.1"),
    ],
)
def test_another_file_is_no_checkpoint(tmp_path: Path, content: dict, complaint: str) -> None:
    torch.save(content, tmp_path / "model.pt")
    with pytest.raises(InputError, match=rf"{complaint}; give a model.pt that EchoWeave has train"):
        load_pair_checkpoint(tmp_path / "model.pt")


def test_weights_that_do_not_fit_are_refused(folder: Path) -> None:
    checkpoint = load_pair_checkpoint(folder / "model.pt")
    del checkpoint.weights["encoder.head.bias"]
    with pytest.raises(InputError, match=r"model.pt: weights: they do not fit its own settings"):
        PairRegistrar(checkpoint, folder / "model.pt")
