"""Spare a job the seconds in which other libraries import what is never used here."""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType


class _Hidden(MetaPathFinder):
    """Says to one thread alone that a package is not there: others may need it meanwhile."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.thread = threading.get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        if fullname == self.name and threading.get_ident() == self.thread:
            raise ModuleNotFoundError(f"{fullname} is hidden", name=fullname)


class _PutOff(MetaPathFinder):
    """Finds modules whose code runs when something in them is first asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.names:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and isinstance(spec.loader, Loader):
            spec.loader = LazyLoader(spec.loader)
        return spec


_PUT_OFF = _PutOff()


@contextmanager
def hidden(package: str) -> Iterator[None]:
    """Let this thread's imports in the block go without ``package``, unless it is there already."""
    finder = _Hidden(package)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def put_off(*modules: str) -> None:
    """From now on, import ``modules`` only when something in them is used.

    For those that are imported whole, as by "import x.y as z".
    """
    _PUT_OFF.names.update(modules)
    if _PUT_OFF not in sys.meta_path:
        sys.meta_path.insert(0, _PUT_OFF)
