"""Windows to learn from, of all strips of a study: of masks, and of good and bad stretches."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from echoweave.errors import InputError, Problem
from echoweave.mmode.quality_windows import write_quality_windows
from echoweave.mmode.strip import UNKNOWN, Strip
from echoweave.mmode.strips.quality_regions import QualityRegions
from echoweave.mmode.study.store import StoredStrip, StripFacts, load_facts, load_strip
from echoweave.mmode.window_files import write_windows


def write_learning_windows(
    strips: Sequence[Path],
    regions: Mapping[str, QualityRegions],
    shares: Sequence[float],
    folders: Sequence[Path],
) -> None:
    """Write the windows of some splits with masks, each whole or not at all.

    No window lies in a stretch that people have called bad: what its mask says is a guess.

    Args:
        strips: Files of the wing's cache.
        regions: By recording.
        shares: Sides of windows as shares of the height of a strip.
        folders: Called like their splits, see :mod:`echoweave.mmode.window_files`.

    Raises:
        InputError: A split has no window, or two strips have one name.
    """
    facts = _facts(strips)
    for folder in folders:
        files = [path for path, one in facts.items() if one.split == folder.name]
        # One at a time: thousands of strips fill no memory.
        named = ((facts[path].name, _without_bad(load_strip(path), regions)) for path in files)
        animals = {facts[path].name: facts[path].animal for path in files}
        write_windows(named, animals, shares, folder)


def write_judged_windows(
    strips: Sequence[Path], regions: Mapping[str, QualityRegions], folders: Sequence[Path]
) -> None:
    """Write good/ and bad/ windows of some splits, each whole or not at all.

    Args:
        strips: Files of the wing's cache.
        regions: By recording.
        folders: Called like their splits.

    Raises:
        InputError: Two strips have one name.
    """
    facts = _facts(strips)
    for folder in folders:
        judged = {
            path: one
            for path, one in facts.items()
            if one.split == folder.name and one.name in regions
        }
        animals = {one.animal for one in judged.values()}
        write_quality_windows(map(load_strip, judged), animals, regions, folder)


def _without_bad(stored: StoredStrip, regions: Mapping[str, QualityRegions]) -> Strip:
    """Return the strip, its mask unknown in bad stretches."""
    strip, step = stored.strip, stored.strip.ms_per_column
    bad = regions[stored.name].bad if stored.name in regions else ()
    if strip.mask is None or step is None or not bad:
        return strip
    mask = strip.mask.copy()
    for start_s, end_s in bad:
        mask[:, math.floor(1000 * start_s / step) : math.ceil(1000 * end_s / step)] = UNKNOWN
    return replace(strip, mask=mask)


def _facts(strips: Sequence[Path]) -> dict[Path, StripFacts]:
    """Return what is known of each strip.

    Raises:
        InputError: Two have one name: a recording and a sequence.
    """
    facts = {path: load_facts(path) for path in strips}
    files: dict[str, Path] = {}
    for path, one in facts.items():
        if one.name in files:
            what = f"has the name of {files[one.name]}"
            raise InputError(Problem(str(path), "name", what, "rename the recording"))
        files[one.name] = path
    return facts
