"""What the outputs of a clip are called: after its file, unless that names people."""

import hashlib
import re
from collections.abc import Collection
from pathlib import Path

from echoweave.clips.archives import on_disk
from echoweave.clips.files import ClipFile, kind_of
from echoweave.io.checksums import sha256
from echoweave.io.metaimage import pixel_file

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
# Four numbers with dots: no word that people choose.
_UID = re.compile(r"[0-9]+(?:[._-][0-9]+){3,}")
_LONGEST = 80
# Shorter words would be found in any name.
_TELLING = 3


def clip_name(file: ClipFile, secrets: Collection[str], taken: Collection[str]) -> str:
    """Return a name for the outputs of ``file`` that says nothing of people.

    Args:
        file: The clip.
        secrets: Words that may not be in it.
        taken: Names that others have.

    Returns:
        Letters, digits, "-" and "_": the stem of the file, or "clip-" and the first digits of its
        SHA-256 where the stem holds a secret or looks like a UID.
    """
    name = _UNSAFE.sub("-", file.stem).strip("-_")[:_LONGEST]
    if not name or _UID.search(file.stem) or _tells(file.stem, secrets):
        name = f"clip-{clip_digest(file)[:8]}"
    others = {other.casefold() for other in taken}
    unique, count = name, 1
    while unique.casefold() in others:
        count += 1
        unique = f"{name}-{count}"
    return unique


def clip_digest(file: ClipFile) -> str:
    """Return the SHA-256 of a clip's file; of several files that of their names and digests.

    Raises:
        ValueError: It is no regular file, or cannot be taken out of its zip.
        OSError: It cannot be opened.
    """
    with on_disk(file) as path:
        parts = sorted(_parts(path))
        if len(parts) == 1:
            return sha256(parts[0])
        lines = "".join(f"{sha256(part)}  {part.name}\n" for part in parts)
    return hashlib.sha256(lines.encode()).hexdigest()


def _parts(path: Path) -> set[Path]:
    if path.is_dir():
        return {one for one in path.iterdir() if kind_of(one.name, b"") == "picture"}
    return {path, pixel_file(path)} if path.suffix.lower() in (".mhd", ".mha") else {path}


def _tells(stem: str, secrets: Collection[str]) -> bool:
    words = {_plain(word) for word in re.split(r"[\W_]+", stem)}
    whole = _plain(stem)
    return any(
        secret in (whole if len(secret) >= _TELLING else words)
        for secret in map(_plain, secrets)
        if secret
    )


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
