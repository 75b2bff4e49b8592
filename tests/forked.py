"""Snakemake in a fork of a process that has it imported, which takes longer than a dry run."""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import echoweave


class Done(NamedTuple):
    """How a run ended: exit code, and what it said on stdout and stderr."""

    code: int
    said: str


def snakemake(arguments: Sequence[str], checkout: Path) -> Done:
    """Run Snakemake as the command line does, in ``checkout`` and with the library there.

    Of the environment it sees what was set before the first call.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])
    with tempfile.NamedTemporaryFile("r", errors="surrogateescape") as log:
        process = context.Process(target=_main, args=(arguments, checkout, Path(log.name)))
        process.start()
        process.join(timeout=120)
        # A run that hangs has no exit code.
        process.kill()
        assert process.exitcode is not None
        return Done(process.exitcode, log.read())


def _main(arguments: Sequence[str], checkout: Path, log: Path) -> None:
    with log.open("w") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    os.chdir(checkout)
    _import_from(checkout / "src")
    from snakemake.cli import main

    main(list(arguments))


def _import_from(library: Path) -> None:
    """Forget the library that is imported if it is another one."""
    if Path(str(echoweave.__file__)).is_relative_to(library):
        return
    for name in [name for name in sys.modules if name.partition(".")[0] == "echoweave"]:
        del sys.modules[name]
    sys.path.insert(0, str(library))
