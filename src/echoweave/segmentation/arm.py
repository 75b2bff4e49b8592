"""What an arm is: one way to train nnU-Nets.

Stages take the record of their arm and do not import the registry: another arm reruns none of them.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

# nnU-Net's names of its networks, the simpler first: of two that are equally good it is chosen.
CONFIGURATIONS = ("2d", "3d_fullres")
SCRATCH = "scratch"
MASKED = "masked"


class Arm(NamedTuple):
    """One way to train; a tuple, for Snakemake compares the text of those.

    Attributes:
        name: Its name in the config and in file names.
        number: nnU-Net's number of the arm's data set. Arms that learn from the same labels in the
            same cases share one.
        suffix: What distinguishes the names of the data sets for readers.
        labels: What it learns from: "manual" masks at ED and ES, or "pseudo" for the
            pseudo-labels of every frame, in which ED and ES have their manual masks.
        sees: What its network sees at once, and what a case is: one of the "frames" [Y, X],
            whole "sequences" [T, Y, X], or "volumes" [Z, Y, X], in which labels may be partial.
        title: Its name for readers.
        colour: Its colour in figures and viewer.
        start: What its networks start from: "scratch", "masked" for the weights that
            :mod:`echoweave.segmentation.pretrain` leaves for the same fold, or the name of an arm
            from whose weights of the same fold they go on.
        tiled: Whether its network is a 2-D one that sees a sequence as one picture of tiles.
        data_set: Title of the data set, in nnU-Net's names.
    """

    name: str
    number: int
    suffix: str
    labels: Literal["manual", "pseudo"]
    sees: Literal["frames", "sequences", "volumes"]
    title: str
    colour: str
    start: str = SCRATCH
    tiled: bool = False
    data_set: str = "CAMUS"

    @property
    def dataset(self) -> str:
        """nnU-Net's name of the data set: "Dataset570_CAMUS2DSparse"."""
        return f"Dataset{self.number}_{self.data_set}{self.suffix}"

    def __repr__(self) -> str:
        """Short, as it is kept with every output; what only readers see makes nothing stale."""
        tiled = ", tiled" if self.tiled else ""
        return f"Arm({self.dataset}, {self.labels}, {self.sees}, {self.start}{tiled})"


def ensemble_name(configurations: Sequence[str]) -> str:
    """Return how a candidate is called in tables: "2d", or "2d + 3d_fullres" for their ensemble."""
    return " + ".join(configurations)
