"""The files of a bucket of patients behind one index, in JSON: their names and checksums.

Snakemake looks at every file that a rule declares, several times; a cohort has tens of thousands.
So rules declare the index alone. It lies in ``index/`` of the folder that its names are relative
to, and is there only while its files are. Of a small file that is newer than what was made of it
Snakemake compares the content: that of an index is another one if that of its files is.
"""

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from echoweave.io.atomic import whole_file
from echoweave.io.checksums import sha256
from echoweave.logs import LOGGER

# The end of the name of an index whose files are not all there; with them it gets its name back.
_INCOMPLETE = ".incomplete"
# Of a SHA-256: enough to tell the versions of one file apart.
_DIGITS = 16


def index_name(bucket: str, sequences: Iterable[str]) -> str:
    """Return the name of an index, another one if the bucket holds other sequences."""
    digest = hashlib.md5("\n".join(sequences).encode()).hexdigest()
    return f"{bucket}_{digest[:8]}.json"


@contextmanager
def whole_bucket(index: Path, names: Sequence[str]) -> Iterator[list[Path]]:
    """Yield the files of a bucket for the block to write, then write their index.

    Older ones go first, and with them every index that names one of them. If the block raises, it
    leaves none.

    Args:
        index: ``{folder}/index/{name}``, the name of :func:`index_name`.
        names: Of the files, relative to ``{folder}``.

    Raises:
        FileNotFoundError: The block left one of them out.
    """
    files = [index.parent.parent / name for name in names]
    _forget(index, set(map(str, files)))
    _remove(files)
    try:
        yield files
        for file in files:
            if not file.is_file():
                raise FileNotFoundError(errno.ENOENT, "was not written", str(file))
        _write(index, files)
    except BaseException:
        _remove(files)
        raise


@contextmanager
def whole_buckets(indexes: Iterable[Path], names: Sequence[str]) -> Iterator[None]:
    """Do the same for several folders that get files of the same names."""
    with ExitStack() as stack:
        for index in indexes:
            stack.enter_context(whole_bucket(index, names))
        yield


def bucket_files(indexes: Iterable[str | Path]) -> list[Path]:
    """Return the files of several buckets, sorted."""
    return sorted(Path(file) for index in indexes for file in _files(Path(index)))


def check_indexes(indexes: Iterable[Path]) -> None:
    """Let every index tell Snakemake what became of its files since it was written.

    If one is gone, or the index is damaged, the index gets another name, so that its job runs
    again; it gets its own back if the file returns. If one is newer than the index, the index is
    written anew: after a correction by hand what reads the file runs again.
    """
    for index in indexes:
        aside = index.with_name(index.name + _INCOMPLETE)
        present = next((path for path in (index, aside) if path.exists()), None)
        if present is not None:
            _check(index, present, aside)


def _check(index: Path, present: Path, aside: Path) -> None:
    try:
        # Of a hundred thousand files before each run: pathlib takes twice as long.
        newest = max((os.stat(file).st_mtime_ns for file in _files(present)), default=0)  # noqa: PTH116
        if newest > present.stat().st_mtime_ns:
            _write(present, [Path(file) for file in _files(present)])
    except (OSError, ValueError, TypeError) as error:
        LOGGER.warning("Warning: %s is no longer complete (%s): made again", index, error)
        present.replace(aside)
        return
    present.replace(index)


def _write(index: Path, files: Iterable[Path]) -> None:
    home = index.parent.parent
    content = {str(file.relative_to(home)): sha256(file)[:_DIGITS] for file in files}
    with whole_file(index) as temporary:
        temporary.write_text(json.dumps(content))


def _files(index: Path) -> list[str]:
    content = json.loads(index.read_bytes())
    if not isinstance(content, dict):
        raise TypeError("not an index")
    return [f"{index.parent.parent}/{name}" for name in content]


def _forget(index: Path, files: set[str]) -> None:
    """Remove what is left of ``index``, and each one beside it that names one of ``files``."""
    # Not what other processes are writing, whose names start with a dot.
    for other in index.parent.glob("[!.]*.json*"):
        try:
            concerned = not files.isdisjoint(_files(other))
        except (OSError, ValueError, TypeError):
            concerned = True
        if concerned or other.name.startswith(index.name):
            other.unlink(missing_ok=True)


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
