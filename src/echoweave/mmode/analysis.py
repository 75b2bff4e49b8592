"""What was found in one strip: everything that outputs show."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from echoweave.mmode.function.beats import MModeBeat
from echoweave.mmode.function.borders import Borders
from echoweave.mmode.function.gaps import Curve
from echoweave.mmode.function.measure import StripFunction
from echoweave.mmode.function.species import Species, teichholz_volume
from echoweave.mmode.strip import Strip


@dataclass(frozen=True)
class StripAnalysis:
    """One strip, measured.

    Attributes:
        name: Of the strip in outputs; says nothing of people.
        model: Name of the bundle, for readers.
        model_digest: SHA-256 of its bundle.json.
        input_digest: SHA-256 of the strip's file.
        species: Whose heart it is.
        strip: The strip.
        mask: uint8 [Y, X], 1 in the lumen: what lies between the borders.
        borders: Upper and lower border in every column.
        confidence: float [X], how sure the model is that the picture is good; NaN where no window
            was judged; None where the bundle judges none.
        threshold: Confidence from which a column is good.
        function: Beats and numbers.
        notes: What readers should know, one clause each.
        request: Digest of all that the results follow from: input, model and options.
    """

    name: str
    model: str
    model_digest: str
    input_digest: str
    species: Species
    strip: Strip
    mask: NDArray[np.uint8]
    borders: Borders
    confidence: Curve | None
    threshold: float
    function: StripFunction
    notes: tuple[str, ...] = ()
    request: str = ""

    @property
    def judged_beats(self) -> list[tuple[MModeBeat, bool]]:
        """The beats, in columns, and whether each counts."""
        good = self.function.beats["good"].tolist()
        return list(zip(self.function.rhythm.beats, good, strict=True))

    @property
    def length_unit(self) -> Literal["mm", "px"]:
        """Of depths and diameters."""
        return "px" if self.strip.mm_per_row is None else "mm"

    @property
    def time_unit(self) -> Literal["ms", "columns"]:
        """Of times."""
        return "columns" if self.strip.ms_per_column is None else "ms"

    @property
    def row_length(self) -> float:
        """Depth of a row in ``length_unit``."""
        return self.strip.mm_per_row or 1.0

    @property
    def column_step(self) -> float:
        """Time of a column in ``time_unit``."""
        return self.strip.ms_per_column or 1.0

    @property
    def column_times(self) -> Curve:
        """When each column begins in ``time_unit``, float64 [X]."""
        columns = np.arange(self.strip.pixels.shape[1], dtype=np.float64)
        return columns * self.column_step

    @property
    def diameter(self) -> Curve:
        """LVID in ``length_unit``, float64 [X]; NaN without lumen.

        Where there is a rhythm it is smoothed over a fifth of a beat: what the beats are read from.
        """
        return self.function.rhythm.curve * self.row_length

    @property
    def volume(self) -> Curve | None:
        """Volume by Teichholz in the unit of the species, float64 [X]; None without mm."""
        if self.strip.mm_per_row is None:
            return None
        return teichholz_volume(self.diameter, self.species)
