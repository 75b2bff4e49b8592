import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from echoweave.errors import InputError
from echoweave.registration.checkpoint import (
    load_checkpoint,
    load_network,
    save_checkpoint,
)
from echoweave.registration.settings import ModelSettings
from echoweave.registration.split import PatientSplit


def test_what_is_saved_is_loaded(given: Path, settings: ModelSettings) -> None:
    checkpoint = load_checkpoint(given)
    assert checkpoint.settings == settings
    assert checkpoint.split == PatientSplit(["patient0001"], ["patient0002"], [])
    assert (checkpoint.seed, checkpoint.iteration) == (5, 8)
    network, _ = load_network(given)
    assert all(
        (network.state_dict()[name] == checkpoint.weights[name]).all()
        for name in checkpoint.weights
    )


def test_weights_of_another_architecture_are_refused(
    given: Path, settings: ModelSettings, tmp_path: Path
) -> None:
    swapped = tmp_path / "swapped.pt"
    checkpoint = load_checkpoint(given)
    save_checkpoint(swapped, replace(checkpoint, settings=replace(settings, kernels=16)))
    with pytest.raises(InputError, match=r"swapped\.pt: weights: they do not fit a dirnet"):
        load_network(swapped)


def test_an_unknown_architecture_is_named(
    given: Path, settings: ModelSettings, tmp_path: Path
) -> None:
    other = tmp_path / "other.pt"
    checkpoint = load_checkpoint(given)
    save_checkpoint(other, replace(checkpoint, settings=replace(settings, architecture="flownet")))
    with pytest.raises(InputError, match=r"other\.pt: architecture: .*'flownet'.*dirnet"):
        load_network(other)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.pt: there is no such checkpoint"):
        load_checkpoint(tmp_path / "none.pt")


def test_a_truncated_file_is_refused(given: Path) -> None:
    given.write_bytes(given.read_bytes()[:-500])
    with pytest.raises(InputError, match="not a readable checkpoint"):
        load_checkpoint(given)


def test_weights_of_somebody_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "resnet.pt"
    torch.save({"layer.weight": torch.zeros(3)}, path)
    with pytest.raises(InputError, match="not a checkpoint of EchoWeave"):
        load_checkpoint(path)


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Payload:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    path = tmp_path / "evil.pt"
    for legacy in (False, True):
        torch.save({"weights": Payload()}, path, _use_new_zipfile_serialization=not legacy)
        with pytest.raises(InputError, match=r"evil\.pt: damaged, or holds more than weights"):
            load_checkpoint(path)
        assert not (tmp_path / "ran").exists()


def test_a_compressed_archive_is_not_unpacked(given: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.pt"
    with zipfile.ZipFile(given) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with pytest.raises(InputError, match=r"bomb\.pt: not a readable checkpoint"):
        load_checkpoint(bomb)


def test_what_a_training_that_diverged_has_left_is_said(given: Path) -> None:
    checkpoint = load_checkpoint(given)
    unsound = {name: part * torch.nan for name, part in checkpoint.weights.items()}
    for weights, what in (({}, "there are none"), (unsound, "they are not finite")):
        save_checkpoint(given, replace(checkpoint, weights=weights))
        with pytest.raises(InputError, match=rf"given\.pt: weights: {what}: the training diverged"):
            load_network(given)


def test_a_checkpoint_of_another_version_is_called_that(given: Path) -> None:
    plain = torch.load(given, weights_only=True)
    newer = plain | {"version": "99.0", "settings": plain["settings"] | {"momentum": 0.9}}
    for content in (newer, newer | {"settings": {}}, {"version": "99.0"}):
        torch.save(content, given)
        with pytest.raises(InputError, match=r"not a checkpoint of this EchoWeave.* but of 99\.0"):
            load_checkpoint(given)


@pytest.mark.parametrize("patients", [None, "patient0001", [1, 2]])
def test_a_split_without_names_is_refused(given: Path, patients: Any) -> None:
    plain = torch.load(given, weights_only=True)
    plain["split"]["training"] = patients
    torch.save(plain, given)
    with pytest.raises(InputError, match=r"given\.pt: its split holds no lists of patients"):
        load_checkpoint(given)
