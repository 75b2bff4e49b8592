"""What the tests of a session share is made once, whichever of its processes asks first."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from echoweave.io.lock import lock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder ``name`` of the session; the first to ask makes it, others wait for that.

    Args:
        factory: Of pytest.
        name: One that no other shared folder has.
        make: Makes the folder that it is given.
    """
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Beside it lie those of the other workers.
        shared = shared.parent
    folder, made = shared / name, shared / f"{name}.made"
    with lock(shared / f"{name}.lock", busy=lambda holder: None):
        if not made.exists():
            make(folder)
            made.touch()
    return folder
