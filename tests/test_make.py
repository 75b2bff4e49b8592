"""`make` sets up with the first Python that is there, or says in one line what to install."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Stand-ins: one that runs, and one of pyenv for a version that is not chosen.
RUNS, REFUSES = "exit 0", "echo 'command not found' >&2; exit 127"


def dry_setup(folder: Path, pythons: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Ask for the commands of a set-up where only ``pythons`` are in the path."""
    for name, does in pythons.items():
        (folder / name).write_text(f"#!/bin/sh\n{does}\n")
        (folder / name).chmod(0o755)
    make = str(shutil.which("make"))
    return subprocess.run(
        [make, "--dry-run", "--always-make", ".venv/.ready"],
        cwd=ROOT,
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("pythons", "taken"),
    [
        ({"python3.11": RUNS, "python3.12": RUNS, "python3.13": RUNS}, "python3.11"),
        ({"python3.12": RUNS, "python3.13": RUNS}, "python3.12"),
        ({"python3.12": REFUSES, "python3.13": RUNS}, "python3.13"),
    ],
)
def test_the_first_that_runs_is_taken(pythons: dict[str, str], taken: str, tmp_path: Path) -> None:
    assert dry_setup(tmp_path, pythons).stdout.startswith(f"{taken} -m venv .venv\n")


def test_without_one_a_line_says_what_to_install(tmp_path: Path) -> None:
    done = dry_setup(tmp_path, {"python3.10": RUNS, "python3.12": REFUSES})
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "Python 3.11, 3.12 or 3.13 with venv is missing: install one" in line
    assert "apt install python3-venv" in line
    assert "brew install python@3.12" in line
