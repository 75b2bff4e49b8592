"""One run at a time works in a results folder, and always from the same working directory."""

import os
from pathlib import Path
from typing import NoReturn, TextIO

from echoweave.errors import InputError, Problem
from echoweave.io.atomic import whole_file
from echoweave.io.lock import lock
from echoweave.io.storage import storage_problem

# Lock files that stay open until this process ends.
_HELD: list[TextIO] = []


def check_directory(results: Path) -> None:
    """Check that the results were made from this working directory.

    The records of what was made with which settings lie in the working directory: from elsewhere
    a changed setting would go unnoticed.

    Raises:
        InputError: They were made from another one, which still exists.
    """
    note = _note(results)
    home = (results.resolve() / note.read_text()).resolve() if note.exists() else Path()
    if not home.is_dir() or home.samefile(Path()):
        return
    raise InputError(
        Problem(
            str(results),
            "results_dir",
            f"made from the working directory {home}, where the records of its settings lie",
            f"add --directory {home}, choose another results_dir, or delete {note} to go on"
            " without these records",
        )
    )


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
        with whole_file(_note(results)) as temporary:
            # Relative, so that both may be moved or copied together.
            temporary.write_text(os.path.relpath(Path().resolve(), results.resolve()))
    except OSError as error:
        problem = storage_problem(error, results)
        raise InputError(problem) if problem else error from None


def _note(results: Path) -> Path:
    return results / ".working_directory"
