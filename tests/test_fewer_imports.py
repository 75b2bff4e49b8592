"""What is imported by other libraries and never used here costs a job no time."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest

from echoweave.fewer_imports import hidden, put_off

READ_NIFTI = """
import sys
from echoweave.io.nifti import import_nibabel
import_nibabel()
print("nibabel" in sys.modules, "pydicom" in sys.modules)
import pydicom
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that nothing has imported; its code leaves a file."""
    name = f"imported_by_{tmp_path.name}"
    ran = tmp_path / "ran"
    (tmp_path / f"{name}.py").write_text(f"open({str(ran)!r}, 'w').close()\nvalue = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_a_hidden_module_is_missing_in_the_block_alone(module: str) -> None:
    with hidden(module), pytest.raises(ModuleNotFoundError, match=module):
        import_module(module)
    assert import_module(module).value == 3


def test_other_threads_find_it_meanwhile(module: str) -> None:
    with hidden(module), ThreadPoolExecutor(1) as pool:
        assert pool.submit(import_module, module).result().value == 3


def test_a_module_that_was_put_off_runs_when_it_is_used(module: str, tmp_path: Path) -> None:
    put_off(module)
    imported = import_module(module)
    assert not (tmp_path / "ran").exists()
    assert imported.value == 3
    assert (tmp_path / "ran").exists()


def test_nifti_files_are_read_without_pydicom_which_can_still_be_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_NIFTI], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False"]
