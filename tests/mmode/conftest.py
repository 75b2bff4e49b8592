"""Both networks of strips, really trained for seconds, once for all tests of this folder."""

from pathlib import Path

import pytest

from echoweave.mmode.networks.settings import WindowTrainingSettings
from echoweave.mmode.networks.training import train_window_network
from tests.mmode.networks.heart_windows import write_bands, write_judged

SETTINGS = WindowTrainingSettings(
    epochs=2, batch_size=2, size=32, learning_rate=1e-3, start=None, seed=7
)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Windows in training/ and validation/, and in quicknat/ and quality/ what was trained."""
    folder = tmp_path_factory.mktemp("trained")
    sides = folder / "training", folder / "validation"
    for side, animals in zip(sides, ("abc", "d"), strict=True):
        write_bands(side, animals, each=1)
        write_judged(side, animals)
    for name, network in (("quicknat", "quicknat"), ("quality", "window_classifier")):
        out = folder / name
        files = out / "model.pt", out / "curves.tsv", out / "state"
        train_window_network(network, *sides, SETTINGS, *files, threads=1)
    return folder
