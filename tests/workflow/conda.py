"""Stands in for conda, which these tests cannot install: makes and activates a bare environment.

It is Python's own kind, without EchoWeave and with the other packages of the environment that the
tests run in, so that nothing has to be installed.
"""

import json
import sys
import sysconfig
import venv
from pathlib import Path


def write_conda(folder: Path) -> Path:
    """Write conda's programs to ``folder``; return the folder for PATH."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    conda = programs / "conda"
    conda.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__)}" "{folder}" "$@"\n')
    conda.chmod(0o755)
    (programs / "activate").write_text('. "$1/bin/activate"\n')
    return programs


def main(folder: str, command: str, *arguments: str) -> None:
    """Do what Snakemake asks conda for."""
    if command == "info":
        print(json.dumps({"conda_prefix": folder, "platform": "linux-64"}))
    elif command == "config":
        print(json.dumps({"get": {"channel_priority": "strict"}}))
    elif command == "--version":
        print("conda 24.7.1")
    elif command == "env":
        _create(Path(arguments[arguments.index("--prefix") + 1]))


def _create(prefix: Path) -> None:
    venv.create(prefix)
    (own,) = prefix.glob("lib/python*/site-packages")
    # Python reads no .pth file of a folder that a .pth file names: an editable EchoWeave stays out.
    (own / "packages_of_the_tests.pth").write_text(sysconfig.get_path("purelib"))


if __name__ == "__main__":
    main(*sys.argv[1:])
