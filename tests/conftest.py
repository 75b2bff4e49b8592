"""What several test packages share: four tiny phantoms, made once a session."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from echoweave.phantom.dataset import write_phantom
from echoweave.phantom.settings import PhantomSettings
from tests.data_tree import Tree
from tests.once import made_once


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests first, so that small ones are left when processes run out of work."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("workflow") is None,
            item.path.name != "test_demo.py",
        )
    )


ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="shows what only Linux has")


def tiny(layout: str) -> PhantomSettings:
    """Patients 1-4 (1-3 in TED) train, 10 and 20 test; seconds to write and to compute on."""
    return PhantomSettings(
        layout=layout, patients=4, test_patients=2, ted=3, size=(128, 96), frames=(5, 7), seed=7
    )


@pytest.fixture(scope="session")
def phantom_mhd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a phantom in the MHD layout."""
    return made_once(tmp_path_factory, "mhd", lambda folder: write_phantom(folder, tiny("mhd")))


@pytest.fixture(scope="session")
def phantom_nifti(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same patients in the NIfTI layout."""
    return made_once(tmp_path_factory, "nifti", lambda folder: write_phantom(folder, tiny("nifti")))


TINY_ECHONET = PhantomSettings(
    layout="echonet", patients=5, test_patients=1, size=(64, 64), frames=(14, 20), seed=7
)


@pytest.fixture(scope="session")
def phantom_echonet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a phantom in the form of EchoNet: 1-3 and 5 train, 4 validates, 10 tests."""
    return made_once(
        tmp_path_factory, "echonet", lambda folder: write_phantom(folder, TINY_ECHONET)
    )


TINY_CLIPS = PhantomSettings(layout="clips", patients=3, size=(96, 78), frames=(5, 6), seed=7)


@pytest.fixture(scope="session")
def phantom_clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of clips of whole beats: DICOM files of three patients, and the AVI of the third."""
    return made_once(tmp_path_factory, "clips", lambda folder: write_phantom(folder, TINY_CLIPS))


# Cases 1, 4 and 7 are paired, six train and choose; two cases of each further cohort.
TINY_VOLUMES = PhantomSettings(
    layout="learn2reg", patients=6, test_patients=3, others=2, size=(24, 20, 32), seed=7
)


@pytest.fixture(scope="session")
def phantom_volumes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of volumes in the forms of Learn2Reg and further cohorts."""
    return made_once(
        tmp_path_factory, "learn2reg", lambda folder: write_phantom(folder, TINY_VOLUMES)
    )


@pytest.fixture
def make_tree(tmp_path: Path) -> Callable[[str], Tree]:
    """Return a function from the layout to an empty tree."""
    return lambda layout: Tree(tmp_path, layout)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree in the MHD layout with one sound training patient."""
    tree = Tree(tmp_path, "mhd")
    tree.add()
    return tree


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; one a module, for only one may run at a time."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Debian's package chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def small_disk() -> Iterator[Callable[..., Path]]:
    """Mounts a file system of its own at a folder; called again, changes its options.

    Takes the folder and the options of mount, "size=200k" or "ro"; returns the folder.
    """
    mounted: list[Path] = []

    def mount(folder: Path, options: str) -> Path:
        folder.mkdir(exist_ok=True)
        options = f"remount,{options}" if folder in mounted else options
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode and "CI" in os.environ:
            pytest.fail(f"CI must be able to mount: {done.stderr}")
        if done.returncode:
            pytest.skip(f"mounting is not allowed here: {done.stderr}")
        mounted.append(folder)
        return folder

    yield mount
    for folder in dict.fromkeys(mounted):
        # Lazily: torch leaves files open that it could not write.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
