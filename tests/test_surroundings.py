"""What is kept from jobs; that a whole run is none the worse, tests/workflow/conftest.py shows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from echoweave.surroundings import shield_imports, shield_jobs

USUAL = {
    "PATH": "/usr/bin",
    "HOME": "/home/ada",
    "CUDA_VISIBLE_DEVICES": "0",
    "nnUNet_compile": "f",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLCONFIGDIR": "/scratch/ada",
}
OURS = {
    "PYTHONSAFEPATH": "1",
    "PYTHONNOUSERSITE": "1",
    "MPLBACKEND": "Agg",
    "OPENCV_FOR_THREADS_NUM": "1",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1",
}
CHANGES = {
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONINSPECT": "1",
    "PANDAS_FUTURE_INFER_STRING": "0",
    "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1",
    "NVIDIA_TF32_OVERRIDE": "1",
    "HDF5_USE_FILE_LOCKING": "TRUE",
    "ITK_NIFTI_SFORM_PERMISSIVE": "1",
    "GIT_DIR": "/elsewhere/.git",
    "KMP_AFFINITY": "compact",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OPENCV_FOR_THREADS_NUM": "64",
}


def shielded(**variables: str) -> dict[str, str]:
    environment = dict(variables)
    shield_jobs(environment)
    return environment


def test_what_changes_results_is_kept_from_jobs_and_the_rest_is_not() -> None:
    assert shielded(**USUAL, **CHANGES) == USUAL | OURS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/a:/b", "/a:/b"),
        ("/a:", "/a"),
        (":/a", "/a"),
        (".:/a::/b", "/a:/b"),
        ("/a:packages", "/a:packages"),
        (":", None),
        ("", None),
    ],
)
def test_the_working_directory_is_no_place_for_modules(before: str, after: str | None) -> None:
    assert shielded(PYTHONPATH=before).get("PYTHONPATH") == after


def test_a_job_takes_no_module_from_its_working_directory(tmp_path: Path) -> None:
    (tmp_path / "types.py").write_text("raise ImportError")
    (tmp_path / "calendar.py").write_text("print('ours')")
    command = [sys.executable, "-m", "calendar", "1923", "10"]
    usual = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert usual.returncode != 0 or "ours" in usual.stdout
    done = subprocess.run(
        command, cwd=tmp_path, env=shielded(), capture_output=True, text=True, check=True
    )
    assert "October 1923" in done.stdout


def test_what_snakemake_does_not_limit_has_one_thread_until_a_job_takes_more() -> None:
    script = (
        "import cv2, SimpleITK\n"
        "from echoweave.cpu import use_cpu\n"
        "print(SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads(), cv2.getNumThreads())\n"
        "use_cpu(2)\n"
        "print(cv2.getNumThreads())\n"
    )
    environment = shielded(**os.environ, ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS="64")
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1 1\n2\n"


def test_a_folder_is_taken_out_of_the_search_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), "", *sys.path, str(tmp_path / "src")])
    monkeypatch.chdir(tmp_path)
    before = sys.path[2:]
    shield_imports(tmp_path, Path())
    assert sys.path == before
