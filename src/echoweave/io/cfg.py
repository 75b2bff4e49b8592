"""Read the cfg files of CAMUS and TED: ``Key: value`` lines in any order."""

import re
from pathlib import Path

from echoweave.errors import InputError, Problem
from echoweave.io.limits import open_regular

# A cfg has a dozen lines.
_MAX_BYTES = 65536
# As the two releases spell them; FRAME_RATE and frame rate mean FrameRate.
_KEYS = "ED ES NbFrame Sex Age ImageQuality FrameRate EF LVedv LVesv LVef"
_SPELLINGS = {key.lower(): key for key in _KEYS.split()}


def read_cfg(path: Path) -> dict[str, str]:
    """Return the entries by key, known keys as the releases spell them.

    CRLF, a byte order mark, blank lines and ``=`` for the colon are fine.

    Raises:
        InputError: The file is missing, unreadable or no plain text, or gives a key twice with
            other values.
    """
    content = _read(path)
    if b"\0" in content or len(content) > _MAX_BYTES:
        what, remedy = "not a plain text file", "save it as UTF-8 text or put back the original"
        raise InputError(Problem(str(path), "", what, remedy))
    entries: dict[str, str] = {}
    for line in content.decode("utf-8-sig", errors="replace").splitlines():
        written, *rest = re.split("[:=]", line, maxsplit=1)
        if not rest:
            continue
        key = _SPELLINGS.get(re.sub(r"[\s_-]", "", written).lower(), written.strip())
        value = rest[0].strip()
        if entries.get(key, value) != value:
            what = f"stands there twice, as {entries[key]} and as {value}"
            raise InputError(Problem(str(path), key, what, "keep the right line"))
        entries[key] = value
    return entries


def _read(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            return file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        what = "the file is missing"
    except OSError as error:
        what = error.strerror or str(error)
    except ValueError as error:
        what = str(error)
    raise InputError(Problem(str(path), "", what, "put it back from the original data"))
