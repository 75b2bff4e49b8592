"""Time two ways to the same result in one run, and keep what was found for docs/performance.md."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from echoweave.io.tables import write_tsv

ROOT = Path(__file__).parents[1]
MEASURED = ROOT / "results/performance"


@dataclass(frozen=True)
class Pairs:
    """Times of both ways, taken in turns, in seconds for each unit of work.

    Attributes:
        plain_s: Of the plain form.
        ours_s: Of ours, one for each of the above.
    """

    plain_s: list[float]
    ours_s: list[float]

    @property
    def ratios(self) -> list[float]:
        """How many times faster ours was, in every pair."""
        return [plain / ours for plain, ours in zip(self.plain_s, self.ours_s, strict=True)]


def alternate(
    plain: Callable[[], object],
    ours: Callable[[], object],
    pairs: int,
    units: tuple[float, float] = (1, 1),
) -> Pairs:
    """Time both in turns: what else the machine does hits both alike.

    Args:
        plain: The plain form.
        ours: Ours.
        pairs: How many times each runs; they change places from pair to pair.
        units: How much work one call of ``plain`` and one of ``ours`` does.
    """
    times: dict[str, list[float]] = {"plain": [], "ours": []}
    ways = [("plain", plain, units[0]), ("ours", ours, units[1])]
    for pair in range(pairs):
        for name, way, work in ways if pair % 2 == 0 else ways[::-1]:
            began = time.perf_counter()
            way()
            times[name].append((time.perf_counter() - began) / work)
    return Pairs(times["plain"], times["ours"])


def compared(what: str, pairs: Pairs, unit: str, target: float) -> dict[str, str]:
    """Return the row of a comparison: medians, median ratio and its spread; ``unit`` is of work."""
    ratios = pairs.ratios
    ratio = statistics.median(ratios)
    return {
        "what": what,
        "plain": f"{seconds(statistics.median(pairs.plain_s))} {unit}",
        "ours": f"{seconds(statistics.median(pairs.ours_s))} {unit}",
        "ratio": f"{ratio:.2f}",
        "spread": f"{min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} pairs",
        "target": f"at least {target:g}",
        "met": "yes" if ratio >= target else "no",
    }


def seconds(value: float) -> str:
    """Return a time for people."""
    if value < 1:
        return f"{value * 1000:.3g} ms"
    if value < 3600:
        return f"{value:.3g} s" if value < 100 else f"{value:.0f} s"
    return f"{value / 3600:.1f} h"


def keep(name: str, rows: Sequence[dict[str, str]]) -> None:
    """Print a table and write it where docs/performance.md is made from."""
    table = pd.DataFrame(rows)
    write_tsv(table, MEASURED / f"{name}.tsv")
    for row in rows:
        print("; ".join(f"{key}: {value}" for key, value in row.items()), flush=True)
