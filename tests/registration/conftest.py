"""Tiny clips: a disc that grows from frame to frame."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from echoweave.io.cache import EchoSequence, write_patient
from echoweave.registration.checkpoint import Checkpoint, save_checkpoint
from echoweave.registration.networks.registry import build_network
from echoweave.registration.settings import ModelSettings
from echoweave.registration.split import PatientSplit

SIZE = 32


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny images are slower on many threads, the more so beside other processes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def settings() -> ModelSettings:
    """A network and a training of a second or so."""
    return ModelSettings(
        architecture="dirnet",
        size=SIZE,
        grid_spacing_px=8,
        kernels=8,
        affine_first=False,
        smoothing_px=0.5,
        standardise=True,
        similarity="ncc",
        bending="normalised",
        bending_weight=0.001,
        max_frame_gap=2,
        symmetric=False,
        inverse_weight=0,
        supervision_weight=0,
        noisy_labels_weight=0,
        iterations=12,
        batch_size=4,
        learning_rate=0.01,
        schedule="cosine",
        validate_every=4,
        rim_share=0,
    )


def growing_disc(patient: str, seed: int, n_frames: int = 4) -> EchoSequence:
    """A dark disc with a soft edge whose radius grows by a pixel a frame, under some noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2 - rng.uniform(-3, 3, (2, 1, 1))
    edges = np.hypot(y, x) - rng.uniform(5, 8) - np.arange(n_frames)[:, None, None]
    frames = 120 + 80 * np.tanh(edges / 2) + rng.normal(0, 5, edges.shape)
    masks = edges <= 0
    return EchoSequence(
        patient=patient,
        view="4CH",
        frames=frames.astype(np.uint8),
        ed=0,
        es=n_frames - 1,
        spacing=(1.0, 1.0),
        native_shape=(SIZE, SIZE),
        native_spacing=(1.0, 1.0),
        labels=masks[[0, -1]].astype(np.uint8),
    )


@pytest.fixture
def caches(tmp_path: Path) -> list[Path]:
    """Cache files of five patients."""
    paths = []
    for number in range(1, 6):
        patient = f"patient{number:04d}"
        paths.append(tmp_path / "cache" / f"{patient}.h5")
        write_patient(paths[-1], [growing_disc(patient, number)])
    return paths


@pytest.fixture
def given(tmp_path: Path, settings: ModelSettings) -> Path:
    """A checkpoint of an untrained network."""
    torch.manual_seed(0)
    weights = build_network(settings, "test").state_dict()
    split = PatientSplit(["patient0001"], ["patient0002"], [])
    path = tmp_path / "given.pt"
    save_checkpoint(path, Checkpoint(weights, settings, split, seed=5, iteration=8))
    return path
