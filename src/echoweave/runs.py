"""One run at a time works in a results folder."""

from pathlib import Path
from typing import NoReturn, TextIO

from echoweave.errors import InputError, Problem
from echoweave.io.lock import lock
from echoweave.io.storage import storage_problem
from echoweave.records import begin_records

# Lock files that stay open until this process ends.
_HELD: list[TextIO] = []


def claim(results: Path) -> None:
    """Keep other runs out of ``results`` until this process ends.

    Raises:
        InputError: Another run works there, or nothing can be written there.
    """

    def refuse(holder: str) -> NoReturn:
        what = f"another run works in it ({holder})"
        remedy = "wait for its end, end it, or choose another results_dir"
        raise InputError(Problem(str(results), "results_dir", what, remedy))

    try:
        _HELD.append(lock(results / ".run.lock", refuse))
        begin_records(results)
    except OSError as error:
        problem = storage_problem(error, results)
        raise InputError(problem) if problem else error from None
