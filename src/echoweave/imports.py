"""Which files of the library a script runs: a change in one of them makes its results stale."""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent
# They say things, or where a job runs, and change no result.
_SILENT = tuple(_PACKAGE / name for name in ("device.py", "errors.py", "logs.py", "io/storage.py"))

# Names may stand in brackets. Python's own parser takes ten times as long for the library, and
# every look at the rules waits for it.
_IMPORT = re.compile(
    rf"\b(?:from|import)\s+({_PACKAGE.name}\b[\w.]*)(?:\s+import\s+(\([^)]*\)|[^\n;]*))?"
)
_NAME = re.compile(r"\w+")


def imported_files(script: Path) -> list[Path]:
    """Return the files of EchoWeave that ``script`` imports, itself or through others, sorted.

    Imports inside of functions count, and so do files that share a module's name, such as
    page.css beside page.py. The modules that only log, describe errors or choose a GPU
    do not.
    """
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        new = _imports(waiting.pop()) - found
        found |= new
        waiting += new
    return sorted({path for module in found for path in _beside(module)})


def digest_of(files: Iterable[Path]) -> str:
    """Return one checksum over the names and the content of ``files``, wherever they lie."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def code_digest(module: Path) -> str:
    """Return one checksum over ``module`` and what it imports of EchoWeave."""
    return digest_of([module, *imported_files(module)])


@cache
def _imports(file: Path) -> frozenset[Path]:
    """Return the files of EchoWeave that ``file`` itself imports."""
    names: set[str] = set()
    for module, imported in _IMPORT.findall(file.read_text(encoding="utf-8")):
        # What is imported from a package may be a module of it.
        names |= {module, *(f"{module}.{name}" for name in _NAME.findall(imported))}
    return frozenset(file for name in names for file in _files_of(name) if file not in _SILENT)


@cache
def _beside(module: Path) -> list[Path]:
    """Return ``module`` and the files that share its name."""
    return [path for path in module.parent.glob(f"{module.stem}.*") if path.suffix != ".pyc"]


@cache
def _files_of(name: str) -> list[Path]:
    """Return the file of the module ``name`` and of each package on the way to it, if ours."""
    package, *parts = name.split(".")
    if package != _PACKAGE.name:
        return []
    homes = [_PACKAGE.joinpath(*parts[:depth]) for depth in range(len(parts) + 1)]
    files = [file for home in homes for file in (home / "__init__.py", home.with_suffix(".py"))]
    return [file for file in files if file.is_file()]
