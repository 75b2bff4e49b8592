"""Read the cfg files of CAMUS and TED: ``Key: value`` lines in any order."""

from pathlib import Path

from echoweave.errors import InputError, Problem


def read_cfg(path: Path) -> dict[str, str]:
    """Return the entries by key; CRLF, a byte order mark and blank lines are fine.

    Raises:
        InputError: The file is missing or unreadable, or gives a key twice with other values.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        what = "the file is missing" if isinstance(error, FileNotFoundError) else str(error)
        raise InputError(
            Problem(str(path), "", what, "put it back from the original data")
        ) from error
    entries: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            continue
        if entries.get(key, value) != value:
            what = f"stands there twice, as {entries[key]} and as {value}"
            raise InputError(Problem(str(path), key, what, "keep the right line"))
        entries[key] = value
    return entries
