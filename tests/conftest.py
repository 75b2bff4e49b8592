"""What several test packages share: two tiny phantoms, made once a session."""

from pathlib import Path

import pytest

from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import Settings


def _tiny(layout: str) -> Settings:
    return Settings(
        layout=layout, patients=4, test_patients=2, ted=3, size=(128, 96), frames=(5, 7), seed=7
    )


@pytest.fixture(scope="session")
def phantom_mhd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a phantom in the MHD layout: patients 1-4 (1-3 in TED), test patients 10, 20."""
    out = tmp_path_factory.mktemp("phantom") / "mhd"
    write_phantom(out, _tiny("mhd"))
    return out


@pytest.fixture(scope="session")
def phantom_nifti(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same patients in the NIfTI layout."""
    out = tmp_path_factory.mktemp("phantom") / "nifti"
    write_phantom(out, _tiny("nifti"))
    return out
