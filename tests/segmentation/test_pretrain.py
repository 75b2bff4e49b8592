import json

import numpy as np
import pytest
import torch

from echoweave.io.tables import read_tsv
from echoweave.segmentation.checkpoint import read_checkpoint
from echoweave.segmentation.files import LEAST_LOSS, patient_of
from echoweave.segmentation.pretrainer import MaskedTrainer
from echoweave.segmentation.trainer import EchoTrainer

from .study import FOLDS, Study


@pytest.fixture(scope="module")
def rebuilt(weak: Study) -> Study:
    """Fold 0 pretrained for two epochs, and the trained arm that starts from it."""
    weak.pretrain(0)
    return weak


def weights(study: Study, name: str = LEAST_LOSS) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = read_checkpoint(study.pretrained(0) / name)["network_weights"]
    return found


def test_curves_have_a_row_an_epoch_and_no_dice(rebuilt: Study) -> None:
    curves = read_tsv(rebuilt.pretrained(0) / "curves.tsv")
    assert curves["epoch"].tolist() == [1, 2]
    assert np.isfinite(curves[["train_loss", "validation_loss"]]).all(axis=None)
    assert curves["validation_dice"].isna().all()


def test_patients_that_the_fold_validates_are_never_seen(
    rebuilt: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str] = set()
    original = MaskedTrainer.do_split

    def do_split(trainer: MaskedTrainer) -> tuple[list[str], list[str]]:
        train, validation = original(trainer)
        seen.update(map(patient_of, [*train, *validation]))
        assert not set(map(patient_of, train)) & set(map(patient_of, validation))
        return train, validation

    monkeypatch.setattr(MaskedTrainer, "do_split", do_split)
    rebuilt.pretrain(1)
    assert seen == {patient for patient, fold in FOLDS.items() if fold == 0}


def test_the_network_kept_is_that_of_the_least_validation_loss(
    rebuilt: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a rate that spoils what was learnt, the first epoch is the best."""
    losses = iter([1.0, 3.0, 2.0])
    kept: list[int] = []
    original = MaskedTrainer.save_checkpoint

    def save(trainer: MaskedTrainer, filename: str) -> None:
        if filename.endswith(LEAST_LOSS):
            kept.append(len(trainer.logger.get_checkpoint()["val_losses"]))
        original(trainer, filename)

    monkeypatch.setattr(MaskedTrainer, "save_checkpoint", save)
    monkeypatch.setattr(
        MaskedTrainer,
        "validation_step",
        lambda trainer, batch: {"loss": np.array(next(losses))},
    )
    rebuilt.pretrain(0, epochs=3)
    assert kept == [1]
    monkeypatch.undo()
    rebuilt.pretrain(0)


def test_the_picture_shows_a_clip_what_was_hidden_of_it_and_what_was_rebuilt(
    rebuilt: Study,
) -> None:
    with np.load(rebuilt.pretrained(0) / "rebuilt.npz") as arrays:
        clip, shown, hidden = arrays["clip"], arrays["shown"], arrays["hidden"]
        assert clip.shape == shown.shape == arrays["rebuilt"].shape == hidden.shape == (4, 32, 32)
    # 0.6 of 4 frames are 2.4, so 2.
    assert hidden.any(axis=(1, 2)).sum() == 2
    assert (shown[hidden] == 0).all()
    np.testing.assert_array_equal(shown[~hidden], clip[~hidden])


@pytest.mark.parametrize("changed", [{"hide": "tube"}, {"loss_on": "hidden"}])
def test_tubes_and_a_loss_on_what_was_hidden_train_as_well(
    weak: Study, changed: dict[str, str]
) -> None:
    weak.pretrain(0, epochs=1, **changed)
    assert len(read_tsv(weak.pretrained(0) / "curves.tsv")) == 1


def test_a_killed_pretraining_goes_on_and_ends_as_if_it_had_not_been(
    weak: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak.pretrain(0, epochs=3)
    whole = weights(weak)

    def die(trainer: MaskedTrainer) -> None:
        if trainer.current_epoch == 2:
            raise KeyboardInterrupt
        EchoTrainer.on_epoch_start(trainer)

    identity = weak.pretrained(0) / "identity.json"
    identity.write_text(json.dumps({}))
    with monkeypatch.context() as patched:
        patched.setattr(MaskedTrainer, "on_epoch_start", die)
        with pytest.raises(KeyboardInterrupt):
            weak.pretrain(0, epochs=3)
    assert not (weak.pretrained(0) / "rebuilt.npz").exists()
    weak.pretrain(0, epochs=3)
    again = weights(weak)
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_an_arm_starts_from_the_rebuilding_network_but_for_its_last_layers(
    rebuilt: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuilt.pretrain(0)
    first: dict[str, torch.Tensor] = {}

    def before(trainer: EchoTrainer) -> None:
        first.update({name: one.clone() for name, one in trainer.network.state_dict().items()})
        raise KeyboardInterrupt

    monkeypatch.setattr(EchoTrainer, "on_epoch_start", before)
    with pytest.raises(KeyboardInterrupt):
        rebuilt.train("weak3d-ssl", 0, start=rebuilt.pretrained(0))
    given = weights(rebuilt)
    assert given.keys() == first.keys()
    heads = {name for name in given if "seg_layers" in name}
    assert heads and all(torch.equal(given[name], first[name]) for name in given.keys() - heads)
    assert all(given[name].shape != first[name].shape for name in heads)


def test_the_same_pretraining_gives_the_same_network(rebuilt: Study) -> None:
    rebuilt.pretrain(0)
    once = weights(rebuilt)
    (rebuilt.pretrained(0) / "identity.json").write_text("{}")
    rebuilt.pretrain(0)
    again = weights(rebuilt)
    assert all(torch.equal(once[name], again[name]) for name in once)
