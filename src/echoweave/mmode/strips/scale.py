"""How large a pixel of a strip is, and how heavy its animal: what can be, and who says so."""

from dataclasses import replace

from echoweave.errors import InputError, Problem
from echoweave.mmode.strip import Strip

# Depth of a pixel in mm, and time of a column in ms: from small animals to slow sweeps of people.
MM_PER_PX = (0.001, 1.0)
MS_PER_PX = (0.05, 50.0)
# Body mass in g, from the smallest mammals up.
MASS_G = (0.1, 1e6)


def check_told(
    mm_per_px: float | None, ms_per_px: float | None, mass_g: float | None = None
) -> None:
    """Look at what a user says of strips.

    Raises:
        InputError: Something is out of range; all that is, together.
    """
    checks = (
        ("--mm-per-px", mm_per_px, MM_PER_PX, "mm"),
        ("--ms-per-px", ms_per_px, MS_PER_PX, "ms"),
        ("--mass-g", mass_g, MASS_G, "g"),
    )
    problems = [
        Problem(
            "echoweave segment",
            option,
            f"{value:g} is out of range",
            f"give {low:g} to {high:g} {unit}",
        )
        for option, value, (low, high), unit in checks
        if value is not None and not _is_within(value, (low, high))
    ]
    if problems:
        raise InputError(problems)


def plausible_scale(strip: Strip) -> Strip:
    """Leave out a scale that no scanner makes, and say so."""
    mm, ms = strip.mm_per_row, strip.ms_per_column
    notes = list(strip.notes)
    if mm is not None and not _is_within(mm, MM_PER_PX):
        notes.append(f"the size of a pixel is unknown: the file says {mm:.3g} mm")
        mm = None
    if ms is not None and not _is_within(ms, MS_PER_PX):
        notes.append(f"the time of a column is unknown: the file says {ms:.3g} ms")
        ms = None
    known = {"mm_per_row": mm, "ms_per_column": ms}
    sources = {name: one for name, one in strip.sources.items() if known[name] is not None}
    return replace(strip, mm_per_row=mm, ms_per_column=ms, sources=sources, notes=tuple(notes))


def with_told_scale(
    strip: Strip, mm_per_px: float | None, ms_per_px: float | None, sources: tuple[str, str]
) -> Strip:
    """Put what people say over what the file says.

    Args:
        strip: As its file says.
        mm_per_px: None leaves what is there, as does the next.
        ms_per_px: Time of a column.
        sources: Who says the one and the other, for readers.
    """
    known = dict(strip.sources)
    if mm_per_px is not None:
        strip, known["mm_per_row"] = replace(strip, mm_per_row=mm_per_px), sources[0]
    if ms_per_px is not None:
        strip, known["ms_per_column"] = replace(strip, ms_per_column=ms_per_px), sources[1]
    return replace(strip, sources=known)


def _is_within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
