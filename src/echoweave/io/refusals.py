"""What readers of one file raise, turned into the one line that a user gets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from echoweave.errors import InputError, Problem
from echoweave.io.limits import UnhandledError

_COPY = "replace it with a sound copy"


@contextmanager
def refused_by_name(file: str) -> Iterator[None]:
    """Turn what is raised while a file is read into an InputError.

    Args:
        file: As the user knows it, wherever what is read lies.

    Raises:
        InputError: It is missing, damaged, or of a kind that is not read.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(Problem(file, "", "the file is missing", "put it back")) from error
    except UnhandledError as error:
        raise InputError(Problem(file, "", str(error), error.remedy)) from error
    except InputError as error:
        # Of a copy that was taken out of a zip.
        raise InputError([replace(one, file=file) for one in error.problems]) from error
    except OSError as error:
        raise InputError(Problem(file, "", error.strerror or str(error), _COPY)) from error
    except ValueError as error:
        raise InputError(Problem(file, "", str(error), _COPY)) from error
