import zipfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from echoweave.errors import InputError
from echoweave.registration.checkpoint import (
    Checkpoint,
    adopt_checkpoint,
    load_checkpoint,
    load_network,
    save_checkpoint,
)
from echoweave.registration.networks.registry import build_network
from echoweave.registration.settings import Settings
from echoweave.registration.split import Split

SPLIT = Split(["patient0001"], ["patient0002"], [])


@pytest.fixture
def given(tmp_path: Path, settings: Settings) -> Path:
    """A checkpoint of an untrained network."""
    torch.manual_seed(0)
    weights = build_network(settings, "test").state_dict()
    path = tmp_path / "given.pt"
    save_checkpoint(path, Checkpoint(weights, settings, SPLIT, seed=5, iteration=8))
    return path


def test_what_is_saved_is_loaded(given: Path, settings: Settings) -> None:
    checkpoint = load_checkpoint(given)
    assert checkpoint.settings == settings
    assert checkpoint.split == SPLIT
    assert (checkpoint.seed, checkpoint.iteration) == (5, 8)
    network, _ = load_network(given)
    assert all(
        (network.state_dict()[name] == checkpoint.weights[name]).all()
        for name in checkpoint.weights
    )


def test_a_checkpoint_that_fits_is_copied_whatever_it_was_trained_with(
    given: Path, settings: Settings, tmp_path: Path
) -> None:
    wanted = asdict(replace(settings, iterations=9999, learning_rate=0.5))
    adopt_checkpoint(given, tmp_path / "model.pt", "dirnet", {"dirnet": wanted})
    assert (tmp_path / "model.pt").read_bytes() == given.read_bytes()


def test_another_size_and_other_kernels_are_refused_together(
    given: Path, settings: Settings, tmp_path: Path
) -> None:
    wanted = asdict(replace(settings, size=512, kernels=32))
    with pytest.raises(InputError) as caught:
        adopt_checkpoint(given, tmp_path / "model.pt", "dirnet", {"dirnet": wanted})
    size, kernels = str(caught.value).splitlines()
    assert size.startswith(f"{given}: size: it is 32 here, but 512 in registration.models.dirnet")
    assert kernels.startswith(f"{given}: kernels: it is 8 here, but 32")
    assert not (tmp_path / "model.pt").exists()


def test_another_architecture_is_refused(given: Path, settings: Settings, tmp_path: Path) -> None:
    wanted = asdict(replace(settings, architecture="svf", affine_first=True))
    with pytest.raises(InputError) as caught:
        adopt_checkpoint(given, tmp_path / "model.pt", "svf", {"svf": wanted})
    architecture, affine = str(caught.value).splitlines()
    assert "architecture: it is 'dirnet' here, but 'svf' in registration.models.svf" in architecture
    assert "affine_first: it is False here, but True in registration.models.svf" in affine


def test_weights_of_another_architecture_are_refused(
    given: Path, settings: Settings, tmp_path: Path
) -> None:
    swapped = tmp_path / "swapped.pt"
    checkpoint = load_checkpoint(given)
    save_checkpoint(swapped, replace(checkpoint, settings=replace(settings, kernels=16)))
    with pytest.raises(InputError, match=r"swapped\.pt: weights: they do not fit a dirnet"):
        load_network(swapped)


def test_an_unknown_architecture_is_named(given: Path, settings: Settings, tmp_path: Path) -> None:
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


def test_the_size_of_a_given_network_is_compared_before_it_is_built(
    given: Path, settings: Settings, tmp_path: Path
) -> None:
    giant = tmp_path / "giant.pt"
    checkpoint = load_checkpoint(given)
    save_checkpoint(giant, replace(checkpoint, settings=replace(settings, kernels=10**9)))
    with pytest.raises(InputError, match=r"giant\.pt: kernels: it is 1000000000 here, but 8 in"):
        adopt_checkpoint(giant, tmp_path / "model.pt", "dirnet", {"dirnet": asdict(settings)})
