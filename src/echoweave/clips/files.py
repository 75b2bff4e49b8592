"""One clip to be read: a file, a folder of pictures, or either of them in a zip."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

Kind = Literal["dicom", "movie", "volume", "pictures", "picture", "archive", "beside", ""]

_KINDS: dict[str, Kind] = {
    ".dcm": "dicom",
    ".dicom": "dicom",
    ".ima": "dicom",
    ".avi": "movie",
    ".mp4": "movie",
    ".m4v": "movie",
    ".mov": "movie",
    ".mkv": "movie",
    ".gif": "movie",
    ".nii": "volume",
    ".mhd": "volume",
    ".mha": "volume",
    ".png": "picture",
    ".jpg": "picture",
    ".jpeg": "picture",
    ".zip": "archive",
    # Lie beside clips and tell of them, or hold their pixels.
    ".cfg": "beside",
    ".csv": "beside",
    ".raw": "beside",
    ".zraw": "beside",
}
_DICOMDIR = "DICOMDIR"
_NUMBERED = re.compile(r"(.*?)([0-9]+)\.[A-Za-z]+")
# What a file begins with that holds DICOM, whatever its name.
HEAD_BYTES = 132


@dataclass(frozen=True, order=True)
class ClipFile:
    """Where one clip lies.

    Attributes:
        path: The file, the folder of pictures, or the zip that holds either.
        member: Its name in the zip; "" without one. A folder's ends with "/".
    """

    path: Path
    member: str = ""

    def __str__(self) -> str:
        return f"{self.path}/{self.member}".rstrip("/") if self.member else str(self.path)

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePath(self.member or self.path).name

    @property
    def stem(self) -> str:
        """The name without what tells the format."""
        return stem_of(self.name)

    @property
    def folder(self) -> str:
        """What holds it, as a full path."""
        return str(PurePath(self.path.absolute(), self.member).parent)


def stem_of(name: str) -> str:
    """Return the name of a file without what tells its format."""
    name = name.removesuffix(".gz")
    suffix = PurePath(name).suffix
    return name.removesuffix(suffix) if suffix.lower() in _KINDS else name


def kind_of(name: str, head: bytes) -> Kind:
    """Return what a file is by its name and, where that tells nothing, by its first bytes.

    Args:
        name: The last part of its path.
        head: Its first ``HEAD_BYTES`` bytes.

    Returns:
        "beside" for what belongs to other files; "" for what is no clip.
    """
    if name.startswith(".") or name == _DICOMDIR:
        return "beside"
    lower = name.lower()
    if lower.endswith(".nii.gz"):
        return "volume"
    kind = _KINDS.get(PurePath(lower).suffix, "")
    return "dicom" if not kind and head[128:HEAD_BYTES] == b"DICM" else kind


def frame_number(name: str) -> tuple[str, int] | None:
    """Return what goes before the number that a picture's name ends with, and that number."""
    parts = _NUMBERED.fullmatch(name)
    return (parts[1], int(parts[2])) if parts else None
