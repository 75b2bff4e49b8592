"""One recording of the M-mode wing, before anything of it is read."""

from pathlib import Path
from typing import NamedTuple

from echoweave.clips.files import kind_of

SPLITS = ("training", "validation", "testing")


class StripRecording(NamedTuple):
    """One recording and what belongs to it.

    Attributes:
        name: Letters, digits and _ . - alone: outputs are called after it.
        animal: Whose heart it is.
        file: A picture, or a DICOM file.
        mask: Picture of its mask; None without.
        traces: Table of its two lines; None without.
        mm_per_px: Depth of a pixel as people say; None: as its file says.
        ms_per_px: Time of a column, likewise.
        mass_g: Of the animal; None if unknown.
        split: One of ``SPLITS``; "" while nothing was drawn.
        digest: Of the content of its files; "" while they were not looked at.
    """

    name: str
    animal: str
    file: Path
    mask: Path | None = None
    traces: Path | None = None
    mm_per_px: float | None = None
    ms_per_px: float | None = None
    mass_g: float | None = None
    split: str = ""
    digest: str = ""

    def __repr__(self) -> str:
        """Short, as it is kept with every output; where the files lie makes nothing stale."""
        said = (self.animal, self.mm_per_px, self.ms_per_px, self.mass_g, self.split)
        known = self.mask is not None, self.traces is not None
        return f"Recording({self.name}, {said}, {known}, {self.digest})"

    @property
    def files(self) -> list[Path]:
        """All that is read of it, in one fixed order."""
        return [one for one in (self.file, self.mask, self.traces) if one is not None]

    @property
    def is_dicom(self) -> bool:
        """Whether its file may tell its scale."""
        return kind_of(self.file.name, b"") == "dicom"
