from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch

from echoweave.io.tables import read_tsv
from echoweave.registration import train
from echoweave.registration.apply import Registrar
from echoweave.registration.checkpoint import load_checkpoint
from echoweave.registration.settings import Settings
from echoweave.registration.train import Trainer, train_registration


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def train_into(caches: list[Path], tmp_path: Path, settings: Settings) -> Callable[..., Path]:
    """Train into a folder of this name; patient0005 is in TED."""
    ted = tmp_path / "ted_pairs.tsv"
    ted.write_text("ted_id\tpatient\n1\tpatient0005\n")

    def run(name: str, state: str = "state", **changes: Any) -> Path:
        out = tmp_path / name
        train_registration(
            caches,
            ted,
            out / "model.pt",
            out / "curves.tsv",
            tmp_path / state,
            "dirnet",
            {
                "dirnet": asdict(settings) | changes,
                "holdout": "ted",
                "validation_patients": 1,
                "seed": 7,
            },
            threads=1,
        )
        return out

    return run


def kill_at(iteration: int, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Trainer._step

    def dying(self: Trainer, number: int) -> Any:
        if number == iteration:
            raise KilledError
        return step(self, number)

    monkeypatch.setattr(Trainer, "_step", dying)


def same_weights(one: Path, other: Path) -> bool:
    ours, theirs = (load_checkpoint(path / "model.pt").weights for path in (one, other))
    return all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_training_lowers_the_loss_of_patients_it_has_not_seen(train_into) -> None:
    out = train_into("out", iterations=150, validate_every=50)
    curves = read_tsv(out / "curves.tsv")
    validation = curves[curves["split"] == "validation"]
    assert list(validation["iteration"]) == [50, 100, 150]
    assert validation["loss"].iloc[-1] < validation["loss"].iloc[0] - 0.02
    assert validation["dice_cavity"].iloc[-1] > validation["dice_cavity"].iloc[0] + 0.1
    assert list((out.parent / "state/events").glob("events.out.tfevents.*"))


@pytest.mark.parametrize("architecture", ["dirnet-multistage", "svf"])
def test_every_architecture_learns_and_its_checkpoint_loads(train_into, architecture: str) -> None:
    one, out = (
        train_into(name, architecture=architecture, iterations=count, validate_every=count)
        for name, count in (("one", 1), ("out", 150))
    )
    before, after = (
        read_tsv(folder / "curves.tsv").set_index("split").loc["validation"]
        for folder in (one, out)
    )
    assert after["loss"] < before["loss"] - 0.02
    assert after["dice_cavity"] > before["dice_cavity"] + 0.1
    assert Registrar.load(out / "model.pt").settings.architecture == architecture


def test_the_checkpoint_says_who_trained_it_and_is_the_best_of_the_validation(train_into) -> None:
    out = train_into("out")
    checkpoint = load_checkpoint(out / "model.pt")
    assert checkpoint.split.holdout == ["patient0005"]
    assert len(checkpoint.split.training) == 3
    curves = read_tsv(out / "curves.tsv")
    validation = curves[curves["split"] == "validation"].set_index("iteration")["loss"]
    assert checkpoint.iteration == validation.idxmin()


def test_a_killed_training_goes_on_to_the_very_same_weights(
    train_into, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = train_into("undisturbed", state="other")
    with monkeypatch.context() as patched:
        kill_at(7, patched)
        with pytest.raises(KilledError):
            train_into("out")
    iterations = []
    step = Trainer._step
    monkeypatch.setattr(
        Trainer, "_step", lambda self, number: iterations.append(number) or step(self, number)
    )
    resumed = train_into("out")
    assert iterations == list(range(5, 13))
    assert same_weights(undisturbed, resumed)
    assert (undisturbed / "curves.tsv").read_text() == (resumed / "curves.tsv").read_text()


def test_a_state_of_other_settings_is_not_gone_on_from(
    train_into, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patched:
        kill_at(7, patched)
        with pytest.raises(KilledError):
            train_into("out")
    anew = train_into("anew", bending_weight=0.5)
    assert "other settings or data: the training starts anew" in caplog.text
    assert same_weights(anew, train_into("straight", state="other", bending_weight=0.5))


def test_the_state_is_gone_after_a_whole_training(train_into, tmp_path: Path) -> None:
    train_into("out")
    assert not (tmp_path / "state/state.pt").exists()


def test_the_rate_falls_along_a_cosine_or_stays(settings) -> None:
    rates = [train._learning_rate(settings, iteration) for iteration in (1, 7, 12)]
    assert rates == pytest.approx([0.01, 0.005, 0.01 * 0.017037], rel=1e-3)
