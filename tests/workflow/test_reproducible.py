"""Two runs with one seed on the CPU, in two folders, give the same results to the last bit."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

from echoweave.io.images import read_array
from echoweave.registration.checkpoint import load_checkpoint
from echoweave.segmentation.arms import ARMS
from echoweave.segmentation.checkpoint import read_checkpoint
from tests.workflow.project import Project, tiny_project

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def again(phantom_nifti: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = tiny_project(tmp_path_factory.mktemp("again") / "elsewhere/project", phantom_nifti)
    done = project.run("cache", "pseudolabels", "evaluation")
    assert done.returncode == 0, done.stderr[-2000:]
    return project


def in_both(study: Project, again: Project, pattern: str) -> list[tuple[Path, Path]]:
    """The files of that name in both runs; ``study`` also drew figures, and has more."""
    names, others = (
        {str(path.relative_to(run.results)) for path in run.results.glob(pattern)}
        for run in (again, study)
    )
    assert names
    assert names <= others
    return [(study.results / name, again.results / name) for name in sorted(names)]


@pytest.mark.parametrize(
    "pattern",
    [
        "*.tsv",
        "checksums/*.tsv",
        "registration/*/curves.tsv",
        "pseudolabels/*/quality.tsv",
        "measures/**/*.tsv",
        "tables/*.*",
        "nnunet/trained/*/best.json",
    ],
)
def test_the_same_tables(study: Project, again: Project, pattern: str) -> None:
    for one, other in in_both(study, again, pattern):
        assert one.read_bytes() == other.read_bytes(), one.name


@pytest.mark.parametrize("folder", ["pseudolabels", "predictions", "nnunet/raw"])
def test_the_same_voxels(study: Project, again: Project, folder: str) -> None:
    for one, other in in_both(study, again, f"{folder}/**/*.nii.gz"):
        assert np.array_equal(read_array(one), read_array(other)), one.name


def test_the_same_caches(study: Project, again: Project) -> None:
    for one, other in in_both(study, again, "cache/*.h5"):
        assert content(one) == content(other), one.name


def content(path: Path) -> dict[str, Any]:
    """Data sets and attributes of a cache file, by their path in it."""
    found: dict[str, Any] = {}

    def note(name: str, item: h5py.Group | h5py.Dataset) -> None:
        found[name] = {key: str(value) for key, value in item.attrs.items()}
        if isinstance(item, h5py.Dataset):
            found[f"{name} values"] = item[...].tobytes()

    with h5py.File(path) as file:
        file.visititems(note)
    return found


def test_the_same_registration_network(study: Project, again: Project) -> None:
    for pair in in_both(study, again, "registration/*/model.pt"):
        one, other = (load_checkpoint(path) for path in pair)
        assert (one.split, one.iteration, one.seed) == (other.split, other.iteration, other.seed)
        assert_same_weights(one.weights, other.weights)


@pytest.mark.parametrize("arm", ARMS)
def test_the_same_segmentation_networks(study: Project, again: Project, arm: str) -> None:
    pairs = in_both(study, again, f"nnunet/trained/{ARMS[arm].dataset}/*/*/checkpoint_final.pth")
    for pair in pairs:
        one, other = (read_checkpoint(path) for path in pair)
        assert_same_weights(one["network_weights"], other["network_weights"])


def assert_same_weights(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name
