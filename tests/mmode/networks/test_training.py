from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from echoweave.errors import InputError
from echoweave.io.tables import read_tsv
from echoweave.mmode.networks.checkpoint import load_window_checkpoint, load_window_network
from echoweave.mmode.networks.tasks import FindLumen, JudgeWindow
from echoweave.mmode.networks.training import WindowTrainer, train_window_network
from tests.mmode.conftest import SETTINGS

QUICKNAT, JUDGE = "quicknat", "window_classifier"
MEASURES = ("loss", "dice", "mse")


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def train_into(trained: Path, tmp_path: Path) -> Callable[..., Path]:
    def run(name: str, network: str = QUICKNAT, state: str = "state", **changes: Any) -> Path:
        out = tmp_path / name
        sides = trained / "training", trained / "validation"
        settings = replace(SETTINGS, **changes)
        files = out / "model.pt", out / "curves.tsv", tmp_path / state
        train_window_network(network, *sides, settings, *files, threads=1)
        return out

    return run


def weights(folder: Path, task: Any = FindLumen) -> dict[str, torch.Tensor]:
    return load_window_checkpoint(folder / "model.pt", task()).weights


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def kill_in(epoch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    learn = WindowTrainer._learn

    def dying(self: WindowTrainer, number: int) -> Any:
        if number == epoch:
            raise KilledError
        return learn(self, number)

    monkeypatch.setattr(WindowTrainer, "_learn", dying)


def test_the_epoch_with_the_highest_dice_is_kept(trained: Path) -> None:
    out = trained / "quicknat"
    curves = read_tsv(out / "curves.tsv").set_index("epoch")
    assert list(curves) == [
        *(f"{side}_{name}" for side in ("training", "validation") for name in MEASURES),
        "seconds",
    ]
    assert curves["training_loss"].is_monotonic_decreasing
    checkpoint = load_window_checkpoint(out / "model.pt", FindLumen())
    assert checkpoint.epoch == curves["validation_dice"].idxmax()
    assert checkpoint.measures["dice"] == pytest.approx(curves["validation_dice"].max(), rel=1e-4)
    assert (checkpoint.training_animals, checkpoint.validation_animals) == (["a", "b", "c"], ["d"])
    assert not (out / "state/state.pt").exists()


def test_a_killed_training_goes_on_to_the_same_weights(trained, train_into, monkeypatch) -> None:
    undisturbed = trained / "quicknat"
    with monkeypatch.context() as patched:
        kill_in(2, patched)
        with pytest.raises(KilledError):
            train_into("out")
    epochs = []
    learn = WindowTrainer._learn
    monkeypatch.setattr(
        WindowTrainer, "_learn", lambda self, number: epochs.append(number) or learn(self, number)
    )
    resumed = train_into("out")
    assert epochs == [2]
    assert same(weights(undisturbed), weights(resumed))
    ours, theirs = (
        read_tsv(one / "curves.tsv").drop(columns="seconds") for one in (undisturbed, resumed)
    )
    assert ours.equals(theirs)


def test_a_state_of_other_settings_is_not_gone_on_from(train_into, monkeypatch, caplog) -> None:
    with monkeypatch.context() as patched:
        kill_in(2, patched)
        with pytest.raises(KilledError):
            train_into("out", JUDGE)
    anew = train_into("anew", JUDGE, learning_rate=1e-4)
    assert "other settings, data or code: the training starts anew" in caplog.text
    straight = train_into("straight", JUDGE, state="other", learning_rate=1e-4)
    assert same(weights(anew, JudgeWindow), weights(straight, JudgeWindow))


def test_the_classifier_learns_and_the_least_validation_loss_is_kept(train_into) -> None:
    out = train_into("out", JUDGE, epochs=12, batch_size=4)
    curves = read_tsv(out / "curves.tsv").set_index("epoch")
    assert curves["training_balanced_accuracy"].iloc[-1] == 1
    checkpoint = load_window_checkpoint(out / "model.pt", JudgeWindow())
    assert checkpoint.epoch == curves["validation_loss"].idxmin()
    assert checkpoint.measures["balanced_accuracy"] == 1


def test_a_training_may_start_from_a_checkpoint(trained, train_into) -> None:
    first = trained / "quality"
    # So slow that nothing changes but the statistics of the batch norms.
    second = train_into("second", JUDGE, start=str(first / "model.pt"), learning_rate=1e-12)
    name = "blocks.0.weight"
    before, after = (weights(one, JudgeWindow)[name] for one in (first, second))
    assert torch.allclose(before, after, atol=1e-9)
    other = weights(train_into("other", JUDGE, seed=8), JudgeWindow)[name]
    assert not torch.allclose(before, other, atol=1e-3)


def test_a_checkpoint_of_the_other_network(trained, train_into) -> None:
    judged = trained / "quality/model.pt"
    with pytest.raises(InputError, match="a checkpoint of a window_classifier, not of a quicknat"):
        train_into("out", start=str(judged))
    network, checkpoint = load_window_network(judged, JudgeWindow())
    assert not network.training
    assert checkpoint.settings.size == 32


def test_a_checkpoint_of_another_version_is_called_that(trained: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    plain = torch.load(trained / "quality/model.pt", weights_only=True)
    torch.save(plain | {"version": "99.0", "settings": {}}, path)
    with pytest.raises(InputError, match=r"not a checkpoint of this EchoWeave, .*, but of 99\.0"):
        load_window_checkpoint(path, JudgeWindow())


@pytest.mark.parametrize(
    ("network", "size", "said"),
    [
        (QUICKNAT, 40, "mmode.size: windows of 40 pixels do not fit the network"),
        (QUICKNAT, 16, "take a multiple of 16, at least 32"),
        (JUDGE, 48, "mmode.quality.size: windows of 48 pixels"),
    ],
)
def test_a_size_that_does_not_fit(train_into, network, size, said) -> None:
    with pytest.raises(InputError, match=said):
        train_into("out", network, size=size)


def test_a_training_that_diverges_stops_with_one_line(train_into) -> None:
    with pytest.raises(InputError) as caught:
        train_into("out", JUDGE, learning_rate=1e30)
    assert str(caught.value).startswith(
        "config: mmode.quality.learning_rate: the training of window_classifier diverges: "
    )
    assert str(caught.value).endswith("lower it from 1e+30")


def test_an_animal_on_both_sides(trained, tmp_path) -> None:
    with pytest.raises(InputError, match="windows of a, b, c are among those to train on as well"):
        folder = trained / "training"
        files = tmp_path / "m", tmp_path / "c", tmp_path / "s"
        train_window_network(QUICKNAT, folder, folder, SETTINGS, *files, threads=1)


def test_both_classes_count_half() -> None:
    task = JudgeWindow()
    # Three good windows that are found bad by far, and one bad that is found so.
    logits, targets = torch.tensor([-10.0, -10, -10, -10]), torch.tensor([1.0, 1, 1, 0])
    measures = task.measures(task.count(logits, targets))
    assert measures["loss"] == pytest.approx(5, abs=1e-3)
    assert measures["balanced_accuracy"] == 0.5


def test_the_measures_of_masks() -> None:
    task = FindLumen()
    logits = torch.tensor([[[[10.0, 10], [-10, -10]]]])
    targets = torch.tensor([[[1.0, 0], [1, 0]]])
    measures = task.measures(task.count(logits, targets))
    # One pixel right of two found and two marked; of four pixels two are wrong, by 10 each.
    assert measures == pytest.approx({"loss": 5, "dice": 0.5, "mse": 0.5}, abs=1e-3)
