from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from echoweave.errors import InputError
from echoweave.io.images import write_image
from echoweave.io.tables import read_tsv
from echoweave.learn2reg.checkpoint import load_pair_checkpoint
from echoweave.learn2reg.settings import PairModelSettings, PairTrainingSettings
from echoweave.learn2reg.train import PairTrainer, train_pairs
from tests.learn2reg.ellipsoids import SHAPE, write_cases

MODEL = {
    "windows": [[400, 40]],
    "channels": [4, 8],
    "down_convolutions": [1],
    "up_convolutions": [1],
    "norm": "instance",
    "head": "svf",
    "deep_supervision": True,
    "shrink": 1,
}
TRAINING = {
    "similarity": "mse",
    "similarity_weight": 1.0,
    "regulariser": "diffusion",
    "regulariser_weight": 0.01,
    "dice_weight": 1.0,
    "symmetric": True,
    "inverse_weight": 0.1,
    "crop": 16,
    "iterations": 4,
    "batch_size": 1,
    "learning_rate": 0.003,
    "schedule": "constant",
    "validate_every": 2,
}

TRAINED = ("l2r_0001", "l2r_0002", "l2r_0003", "l2r_0004", "other_0011", "other_0012")


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six cases of the target, of which 5 and 6 choose, and two of another cohort.

    Cases 5 and 6 are the people of cases 1 and 2 with other noise.
    """
    folder = tmp_path_factory.mktemp("cases")
    write_cases(folder, "l2r", range(1, 7))
    write_cases(folder, "other", range(11, 13), known=(1,))
    return folder


@pytest.fixture(scope="module")
def train_into(cases: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Train into a folder of this name: cases 1 to 4 and the other cohort, or these ``cases``."""
    place = tmp_path_factory.mktemp("trainings")

    def run(
        name: str,
        start: Path | None = None,
        model: dict[str, Any] | None = None,
        names: tuple[str, ...] = TRAINED,
        choosing: tuple[str, ...] = ("l2r_0005", "l2r_0006"),
        noisy_labels: Path | None = None,
        checkpointing: bool = False,
        **changes: Any,
    ) -> Path:
        out = place / name
        train_pairs(
            cases=[cases / f"{each}.h5" for each in names],
            choosing=[cases / f"{each}.h5" for each in choosing],
            model_out=out / "model.pt",
            curves=out / "curves.tsv",
            folder=out / "state",
            start=start,
            noisy_labels=noisy_labels,
            model=PairModelSettings.from_config(MODEL | (model or {}), "learn2reg.network"),
            training=PairTrainingSettings.from_config(TRAINING | changes, "learn2reg.training"),
            section="learn2reg.pretraining",
            name="pretraining-noisy",
            seed=7,
            checkpointing=checkpointing,
            threads=1,
        )
        return out

    return run


@pytest.fixture(scope="module")
def trained(train_into: Callable[..., Path]) -> Path:
    return train_into("trained")


@pytest.fixture(scope="module")
def learnt(train_into: Callable[..., Path]) -> Path:
    return train_into(
        "learnt",
        names=("l2r_0001", "l2r_0002"),
        iterations=30,
        validate_every=5,
        crop=128,
        learning_rate=0.01,
    )


def same_weights(one: Path, other: Path) -> bool:
    ours, theirs = (load_pair_checkpoint(path / "model.pt").weights for path in (one, other))
    return all(torch.equal(ours[name], theirs[name]) for name in ours)


def validation(folder: Path) -> Any:
    curves = read_tsv(folder / "curves.tsv")
    return curves[curves["split"] == "validation"].set_index("iteration")


def test_training_brings_organs_onto_each_other(learnt: Path) -> None:
    rows = validation(learnt)
    assert rows["dice"][30] > rows["dice"][5] + 0.15
    assert rows["folded_percent"][30] < 0.1
    assert set(rows) == {
        "split",
        "loss",
        "similarity",
        "regulariser",
        "soft_dice",
        "inverse_error",
        "dice",
        "folded_percent",
    }
    assert list((learnt / "state/events").glob("events.out.tfevents.*"))
    assert not (learnt / "state/state.pt").exists()


def test_the_checkpoint_says_what_it_has_seen_and_is_of_the_lowest_loss(trained: Path) -> None:
    checkpoint = load_pair_checkpoint(trained / "model.pt")
    assert checkpoint.seen == {
        "l2r": ["l2r_0001", "l2r_0002", "l2r_0003", "l2r_0004"],
        "other": ["other_0011", "other_0012"],
    }
    assert checkpoint.choosing == ["l2r_0005", "l2r_0006"]
    assert checkpoint.iteration == validation(trained)["loss"].idxmin()
    assert checkpoint.model.channels == [4, 8]


@pytest.mark.parametrize("checkpointing", [False, True])
def test_a_killed_training_goes_on_to_the_very_same_weights(
    train_into: Callable[..., Path],
    trained: Path,
    monkeypatch: pytest.MonkeyPatch,
    checkpointing: bool,
) -> None:
    """Whether features are kept for the gradient or computed again."""
    killed = f"killed-{checkpointing}"
    losses = PairTrainer.losses

    def dying(self: PairTrainer, iteration: int) -> Any:
        if iteration == 4:
            raise KilledError
        return losses(self, iteration)

    with monkeypatch.context() as patched, pytest.raises(KilledError):
        patched.setattr(PairTrainer, "losses", dying)
        train_into(killed)
    seen = []
    monkeypatch.setattr(
        PairTrainer, "losses", lambda self, number: seen.append(number) or losses(self, number)
    )
    resumed = train_into(killed, checkpointing=checkpointing)
    assert seen == [3, 4]
    assert same_weights(trained, resumed)
    assert (trained / "curves.tsv").read_text() == (resumed / "curves.tsv").read_text()


def test_a_training_with_other_noisy_labels_starts_anew(
    train_into: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    losses = PairTrainer.losses

    def trained_until(stop: int, label: int) -> list[int]:
        """Return the iterations of a training that dies at ``stop``, with these noisy labels."""
        seen: list[int] = []

        def noting(self: PairTrainer, iteration: int) -> Any:
            seen.append(iteration)
            if iteration == stop:
                raise KilledError
            return losses(self, iteration)

        write_image(tmp_path / "l2r_0001.nii.gz", np.full(SHAPE, label, np.uint8), (2.0, 2.0), 2.0)
        with monkeypatch.context() as patched, pytest.raises(KilledError):
            patched.setattr(PairTrainer, "losses", noting)
            train_into("noisy", noisy_labels=tmp_path)
        return seen

    assert trained_until(4, label=1) == [1, 2, 3, 4]
    assert trained_until(4, label=1) == [3, 4]
    assert trained_until(1, label=6) == [1]
    assert "other settings, data or code: the training starts anew" in caplog.text


def test_without_weight_no_label_is_looked_at(
    train_into: Callable[..., Path],
) -> None:
    brief = {"dice_weight": 0.0, "iterations": 1}
    out = train_into("unsupervised", **brief)
    parts = validation(out).loc[1]
    # It is measured, but not learnt from.
    assert "soft_dice" not in parts
    assert parts["dice"] > 0
    by_hand = -parts["similarity"] + 0.01 * parts["regulariser"] + 0.1 * parts["inverse_error"]
    assert parts["loss"] == pytest.approx(by_hand, rel=1e-4)


def test_a_training_starts_from_a_network_and_remembers_what_that_has_seen(
    train_into: Callable[..., Path], learnt: Path
) -> None:
    fine = train_into(
        "fine",
        start=learnt / "model.pt",
        names=("other_0011", "other_0012"),
        choosing=("l2r_0003", "l2r_0005"),
    )
    checkpoint = load_pair_checkpoint(fine / "model.pt")
    assert checkpoint.seen == {
        "l2r": ["l2r_0001", "l2r_0002"],
        "other": ["other_0011", "other_0012"],
    }
    assert checkpoint.choosing == ["l2r_0003", "l2r_0005", "l2r_0006"]


def test_a_training_begins_with_the_weights_that_it_starts_from(
    train_into: Callable[..., Path], learnt: Path
) -> None:
    more = train_into("more", start=learnt / "model.pt", iterations=1)
    assert validation(more)["loss"][0] == pytest.approx(validation(learnt)["loss"].min())


def test_only_the_same_network_is_started_from(
    train_into: Callable[..., Path], trained: Path
) -> None:
    with pytest.raises(InputError) as caught:
        train_into("other", start=trained / "model.pt", model={"head": "cumsum"})
    assert str(caught.value) == (
        f"{trained}/model.pt: head: 'svf', and 'cumsum' in learn2reg.network; train the one to "
        "start from anew, or start from none"
    )


def test_what_chooses_has_never_been_trained_on(train_into: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="l2r_0005 would train and choose the checkpoint"):
        train_into("both", names=("l2r_0001", "l2r_0005"))


def test_what_chooses_is_new_to_the_network_that_a_training_starts_from(
    train_into: Callable[..., Path], learnt: Path
) -> None:
    with pytest.raises(InputError) as caught:
        train_into(
            "biased",
            start=learnt / "model.pt",
            names=("other_0011", "other_0012"),
            choosing=("l2r_0002", "l2r_0006"),
        )
    assert str(caught.value).startswith(f"{learnt}/model.pt: seen: has seen l2r_0002, which shall")


def test_a_training_that_diverges_stops_with_one_line(train_into: Callable[..., Path]) -> None:
    with pytest.raises(InputError) as caught:
        train_into("wild", learning_rate=1e30)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(
        "config: learn2reg.pretraining.learning_rate: the training of pretraining-noisy diverges: "
    )
    assert line.endswith(" in iteration 2; lower it from 1e+30, or the weights of the loss")


def test_an_inverse_error_needs_both_directions() -> None:
    with pytest.raises(InputError, match=r"inverse_weight: .* symmetric is false; set"):
        PairTrainingSettings.from_config(TRAINING | {"symmetric": False}, "learn2reg.training")


def test_every_halving_needs_its_numbers_of_convolutions() -> None:
    with pytest.raises(InputError, match="up_convolutions: 2 numbers for the 1 halvings of ch"):
        PairModelSettings.from_config(MODEL | {"up_convolutions": [1, 1]}, "learn2reg.network")
