"""One strip in, its function out."""

import numpy as np
from numpy.typing import NDArray

from echoweave.inference.many import InputIdentity
from echoweave.mmode.analysis import StripAnalysis
from echoweave.mmode.function.borders import Borders, find_borders
from echoweave.mmode.function.measure import GOOD_CONFIDENCE, StripFunction, measure_strip
from echoweave.mmode.function.species import SPECIES
from echoweave.mmode.segmenter import MModeSegmenter
from echoweave.mmode.strip import LUMEN, Strip

# Below this share of good columns readers are told.
_FEW = 0.5


def analyse_strip(
    strip: Strip,
    identity: InputIdentity,
    species: str,
    segmenter: MModeSegmenter,
    mass_g: float | None = None,
    judge: bool = True,
) -> StripAnalysis:
    """Segment a strip, judge its windows and measure the left ventricle in it.

    Args:
        strip: The strip.
        identity: What outputs call it.
        species: "mouse" or "human".
        segmenter: The bundle's networks.
        mass_g: Of the animal; None if unknown.
        judge: Whether the classifier of windows knows strips of this kind.
    """
    bundle, kind = segmenter.bundle, SPECIES[species]
    borders = find_borders(segmenter.probability(strip.pixels), strip.breaks)
    mask = mask_between(borders, strip.pixels.shape)
    threshold = bundle.quality.threshold if bundle.quality else GOOD_CONFIDENCE
    confidence = segmenter.judge(strip.pixels, mask, mass_g) if judge else None
    function = measure_strip(
        borders.diameter,
        strip.mm_per_row,
        strip.ms_per_column,
        kind,
        strip.breaks,
        confidence,
        threshold,
    )
    return StripAnalysis(
        name=identity.name,
        model=f"{bundle.network.kind} ({bundle.data_set})",
        model_digest=bundle.digest,
        input_digest=identity.input_digest,
        species=kind,
        strip=strip,
        mask=mask,
        borders=borders,
        confidence=confidence,
        threshold=threshold,
        function=function,
        notes=(*strip.notes, *_notes(strip, function, species, bundle.species)),
        request=identity.request,
    )


def mask_between(borders: Borders, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return uint8 [Y, X], ``LUMEN`` where the centre of a pixel lies between the borders."""
    centres = np.arange(shape[0])[:, None] + 0.5
    return np.where((centres > borders.upper) & (centres < borders.lower), LUMEN, 0).astype(
        np.uint8
    )


def _notes(strip: Strip, function: StripFunction, species: str, trained_on: str) -> list[str]:
    notes = []
    if strip.mm_per_row is None:
        notes.append("the depth of a pixel is unknown: diameters are in px; --mm-per-px tells it")
    if strip.ms_per_column is None:
        notes.append("the time of a pixel is unknown, so there are no beats; --ms-per-px tells it")
    if strip.breaks:
        count = len(strip.breaks)
        notes.append(f"time is missing at {count} of {strip.seams} joins: no beat goes across")
    if species != trained_on:
        notes.append(f"the model was trained on the other species ({trained_on})")
    if function.good_share is None:
        notes.append("no window was judged: every beat counts")
    elif function.good_share < _FEW:
        notes.append(f"only {100 * function.good_share:.0f} % of the strip are good")
    return notes
