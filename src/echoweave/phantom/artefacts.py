"""How far a phantom is from a clean picture: the artefacts of real echo, and how strong each is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Artefacts:
    """What real clips show and :data:`PLAIN` does not.

    Attributes:
        rim: Width of the rim along both sides of the sector, as a share of the sector's width.
            There noise lies instead of tissue, most of it fixed; 0: no rim.
        haze_db: Brightest haze and reverberation, which stand still over the tissue, in decibels
            over plain myocardium; -60 or less is none.
        dropout_db: Largest loss of signal in front of the lateral wall; each view draws its own.
        out_of_plane: By how many thicknesses of the imaged slice the heart moves through it from
            ED to ES: each brings new speckle.
        jpeg: Quality, 1 to 100, at which each frame is compressed as JPEG; 0: not at all.
        anatomy: Whether the heart is a real one: trabeculae and papillary muscles, which masks
            count as cavity, contraction in the time course of a real beat, and masks that are
            drawn beyond the sector.
    """

    rim: float = 0.065
    haze_db: float = -12.0
    dropout_db: float = 12.0
    out_of_plane: float = 0.5
    jpeg: int = 85
    anatomy: bool = True


REALISTIC = Artefacts()
PLAIN = Artefacts(rim=0.0, haze_db=-60.0, dropout_db=0.0, out_of_plane=0.0, jpeg=0, anatomy=False)
