"""Write files and folders whole or not at all."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from echoweave.io.storage import is_full


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that takes its place once the block succeeds.

    The temporary name keeps the suffixes of ``path``, since writers choose the format by them.
    If the block raises, the temporary file is removed and ``path`` stays as it was. If the process
    is killed, the temporary file stays until ``path`` is written again.

    Raises:
        OSError: The disk is full, also where the writer in the block calls that by other names.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _partial(path)
    try:
        yield temporary
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        # torch and blosc2 do not say why they could not write.
        if is_full(path.parent):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder beside ``path`` that takes its place at the end.

    If the block raises or the process is killed, ``path`` stays as it was.
    """
    temporary = _partial(path)
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        shutil.rmtree(path, ignore_errors=True)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _partial(path: Path) -> Path:
    return path.with_name(f".partial.{path.name}")
