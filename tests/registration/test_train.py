from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from echoweave.errors import InputError
from echoweave.io.cache import read_sequence, write_patient
from echoweave.io.images import write_sequence
from echoweave.io.tables import read_tsv
from echoweave.io.training_state import load_state
from echoweave.registration import train
from echoweave.registration.apply import Registrar
from echoweave.registration.checkpoint import load_checkpoint
from echoweave.registration.settings import ModelSettings
from echoweave.registration.train import Trainer, train_registration

EXTRAS: dict[str, Any] = {
    "affine_first": True,
    "symmetric": True,
    "inverse_weight": 1.0,
    "supervision_weight": 0.1,
}


def test_a_damaged_state_starts_the_training_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.pt"
    for content in (
        {"fingerprint": "ours", "tate": {}},
        {"fingerprint": "ours", "state": {"x": 1}},
    ):
        torch.save(content, path)
        assert load_state(path, "ours") is None
    assert caplog.text.count("is unreadable: the training starts anew") == 2


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def train_into(caches: list[Path], tmp_path: Path, settings: ModelSettings) -> Callable[..., Path]:
    """Train into a folder of this name; patient0005 is in TED."""
    ted = tmp_path / "ted_pairs.tsv"
    ted.write_text("ted_id\tpatient\n1\tpatient0005\n")

    def run(
        name: str, state: str = "state", noisy_labels: Path | None = None, **changes: Any
    ) -> Path:
        out = tmp_path / name
        described = asdict(settings) | changes
        rim_share = described.pop("rim_share")
        train_registration(
            caches,
            ted,
            noisy_labels,
            out / "model.pt",
            out / "curves.tsv",
            tmp_path / state,
            "dirnet",
            {
                "dirnet": described,
                "rim_share": rim_share,
                "holdout": "ted",
                "validation_patients": 1,
                "seed": 7,
            },
            threads=1,
        )
        return out

    return run


def kill_at(iteration: int, monkeypatch: pytest.MonkeyPatch) -> None:
    losses = Trainer._losses

    def dying(self: Trainer, number: int) -> Any:
        if number == iteration:
            raise KilledError
        return losses(self, number)

    monkeypatch.setattr(Trainer, "_losses", dying)


def same_weights(one: Path, other: Path) -> bool:
    ours, theirs = (load_checkpoint(path / "model.pt").weights for path in (one, other))
    return all(torch.equal(ours[name], theirs[name]) for name in ours)


def validations(out: Path) -> pd.DataFrame:
    """The validation rows of the curves by iteration."""
    curves = read_tsv(out / "curves.tsv")
    return curves[curves["split"] == "validation"].set_index("iteration")


def test_training_lowers_the_loss_of_patients_it_has_not_seen(train_into) -> None:
    out = train_into("out", iterations=150, validate_every=50)
    validation = validations(out)
    assert list(validation.index) == [0, 50, 100, 150]
    assert validation["loss"][150] < validation["loss"][0] - 0.02
    assert validation["dice_cavity"][150] > validation["dice_cavity"][0] + 0.1
    assert list((out.parent / "state/events").glob("events.out.tfevents.*"))


@pytest.mark.parametrize("extra", [{}, EXTRAS], ids=["plain", "with all extras"])
@pytest.mark.parametrize("architecture", ["dirnet", "dirnet-multistage", "svf"])
def test_every_architecture_learns_and_its_checkpoint_loads(
    train_into, architecture: str, extra: dict[str, Any]
) -> None:
    out = train_into("out", architecture=architecture, iterations=150, validate_every=150, **extra)
    before, after = validations(out).to_dict("records")
    assert after["loss"] < before["loss"] - 0.02
    assert after["dice_cavity"] > before["dice_cavity"] + 0.1
    assert Registrar.load(out / "model.pt").settings.architecture == architecture


def test_the_checkpoint_says_who_trained_it_and_is_the_best_of_the_validation(train_into) -> None:
    out = train_into("out")
    checkpoint = load_checkpoint(out / "model.pt")
    assert checkpoint.split.holdout == ["patient0005"]
    assert len(checkpoint.split.training) == 3
    assert checkpoint.iteration == validations(out)["loss"].idxmin()


@pytest.mark.parametrize("extra", [{}, EXTRAS], ids=["plain", "with all extras"])
def test_a_killed_training_goes_on_to_the_very_same_weights(
    train_into, monkeypatch: pytest.MonkeyPatch, extra: dict[str, Any]
) -> None:
    undisturbed = train_into("undisturbed", state="other", **extra)
    with monkeypatch.context() as patched:
        kill_at(7, patched)
        with pytest.raises(KilledError):
            train_into("out", **extra)
    iterations = []
    losses = Trainer._losses
    monkeypatch.setattr(
        Trainer, "_losses", lambda self, number: iterations.append(number) or losses(self, number)
    )
    resumed = train_into("out", **extra)
    assert iterations == list(range(5, 13))
    assert same_weights(undisturbed, resumed)
    assert (undisturbed / "curves.tsv").read_text() == (resumed / "curves.tsv").read_text()


@pytest.fixture
def change_masks(caches: list[Path]) -> Callable[[list[str]], None]:
    """Turn the masks of these patients upside down."""

    def change(patients: list[str]) -> None:
        for path in caches:
            if path.stem in patients:
                sequence = read_sequence(path, "4CH")
                assert sequence.labels is not None
                write_patient(path, [replace(sequence, labels=sequence.labels[:, ::-1])])

    return change


def test_only_masks_of_training_patients_supervise(
    train_into, change_masks: Callable[[list[str]], None]
) -> None:
    before = train_into("before", supervision_weight=0.5)
    training = read_tsv(before / "curves.tsv").set_index("split").loc["training"]
    assert training["overlap"].between(0.5, 1).all()
    split = load_checkpoint(before / "model.pt").split
    change_masks(split.validation + split.holdout)
    assert same_weights(before, train_into("others", supervision_weight=0.5))
    change_masks(split.training)
    assert not same_weights(before, train_into("own", supervision_weight=0.5))


def write_noisy_labels(folder: Path, caches: list[Path], patients: list[str]) -> Path:
    """Write the true discs of these patients, as a perfect teacher sees them."""
    for path in caches:
        if path.stem in patients:
            labels = (read_sequence(path, "4CH").frames < 120).astype(np.uint8)
            write_sequence(folder / f"{path.stem}_4CH.nii.gz", labels, (1.0, 1.0))
    return folder


def test_noisy_labels_of_those_seen_supervise_and_no_others_are_read(
    train_into, caches: list[Path], tmp_path: Path
) -> None:
    for path in caches:
        write_patient(path, [replace(read_sequence(path, "4CH"), label_values=(0, 1))])
    brief = {"iterations": 60, "validate_every": 60}
    without = train_into("without", **brief)
    split = load_checkpoint(without / "model.pt").split
    # Whoever asked for those of the hold-out would not find them.
    noisy = write_noisy_labels(tmp_path / "noisy", caches, split.training + split.validation)
    taught = train_into("taught", noisy_labels=noisy, noisy_labels_weight=0.5, **brief)
    assert 0.8 < validations(taught)["noisy_overlap"][60] < 1
    assert not same_weights(without, taught)
    with pytest.raises(InputError, match="no teacher has labelled this sequence"):
        train_into("untaught", noisy_labels_weight=0.5)


def test_without_supervision_no_mask_matters(
    train_into, change_masks: Callable[[list[str]], None]
) -> None:
    before = train_into("before")
    change_masks(load_checkpoint(before / "model.pt").split.training)
    assert same_weights(before, train_into("after"))


def test_a_state_of_other_settings_is_not_gone_on_from(
    train_into, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patched:
        kill_at(7, patched)
        with pytest.raises(KilledError):
            train_into("out")
    anew = train_into("anew", bending_weight=0.5)
    assert "other settings, data or code: the training starts anew" in caplog.text
    assert same_weights(anew, train_into("straight", state="other", bending_weight=0.5))


def test_a_finished_training_is_not_made_again_where_only_others_changed(
    train_into, change_masks: Callable[[list[str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = train_into("before", supervision_weight=0.5)
    change_masks(load_checkpoint(before / "model.pt").split.holdout)
    with monkeypatch.context() as patched:
        kill_at(1, patched)
        again = train_into("again", supervision_weight=0.5)
    assert same_weights(before, again)
    assert (before / "curves.tsv").read_text() == (again / "curves.tsv").read_text()


def test_mixed_precision_learns_as_much(train_into, monkeypatch: pytest.MonkeyPatch) -> None:
    brief = {"iterations": 60, "validate_every": 60}
    exact = train_into("exact", state="other", **brief)
    # On the CPU it would bring nothing, but it is the same arithmetic.
    monkeypatch.setattr(train, "computes_bfloat16", lambda device: True)
    mixed = train_into("mixed", **brief)
    assert not same_weights(exact, mixed)
    weights = load_checkpoint(mixed / "model.pt").weights.values()
    assert all(tensor.dtype is torch.float32 for tensor in weights)
    one, other = (validations(out)["loss"][60] for out in (exact, mixed))
    assert other == pytest.approx(one, abs=0.001)


@pytest.mark.parametrize("rate", [1e3, 1e30])
@pytest.mark.parametrize("extra", [{}, EXTRAS, {"bending_weight": 0, "similarity": "mse"}], ids=str)
@pytest.mark.parametrize("architecture", ["dirnet", "dirnet-multistage", "svf", "dual-encoder"])
def test_a_training_that_diverges_stops_with_one_line(
    train_into, tmp_path: Path, architecture: str, extra: dict[str, Any], rate: float
) -> None:
    with pytest.raises(InputError) as caught:
        train_into("out", architecture=architecture, learning_rate=rate, **extra)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(
        "config: registration.models.dirnet.learning_rate: the training of dirnet diverges: "
    )
    assert line.endswith(f" in iteration 2; lower it from {rate:g}, or the weights of the loss")
    assert not list(tmp_path.rglob("model.pt"))


def test_a_gradient_that_is_not_finite_is_noticed_in_the_next_step(train_into, tmp_path) -> None:
    with pytest.raises(InputError, match="a displacement is not finite in iteration 3; lower it"):
        train_into("out", bending_weight=1e38, learning_rate=10)
    assert not list(tmp_path.rglob("model.pt"))


def test_a_training_that_learns_nothing_says_so(
    train_into, caplog: pytest.LogCaptureFixture
) -> None:
    """So much bending costs more than any motion brings."""
    train_into("out", bending_weight=1e6, learning_rate=0.1)
    assert "nothing was learnt: the validation loss is " in caplog.text
    caplog.clear()
    train_into("sound", iterations=60)
    assert "nothing was learnt" not in caplog.text
