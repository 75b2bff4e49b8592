"""One case of the wing before anything of it is read."""

from pathlib import Path
from typing import NamedTuple

# "choosing" are training cases of the target that choose the best checkpoint instead: those pairs
# whose results are reported never choose.
SPLITS = ("training", "choosing", "validation", "testing")


class VolumeSource(NamedTuple):
    """A CT and what is labelled in it.

    Attributes:
        name: ``"l2r_0001"``, ``"msd-liver_liver_12"``; safe in file names.
        cohort: A name of :data:`~echoweave.learn2reg.cohorts.registry.FORMS`.
        image: A NIfTI file, or the folder of a DICOM series.
        labels: A NIfTI file; None where nothing is labelled.
        known: The organs that the labels tell apart, sorted.
        split: One of ``SPLITS``.
        digest: Of the content of its files.
    """

    name: str
    cohort: str
    image: Path
    labels: Path | None
    known: tuple[int, ...]
    split: str
    digest: str

    def __repr__(self) -> str:
        """Short, as it is kept with every output; where the files lie makes nothing stale."""
        return f"VolumeSource({self.name}, {self.known}, {self.split}, {self.digest})"
