"""Stand-in GPUs, and who held which one when, from the logs of the jobs."""

import re
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

_LINE = re.compile(r"^(\S+ \S+) (takes|leaves) GPU (\S+)$", re.MULTILINE)


class Use(NamedTuple):
    """One job on one GPU; ``job`` is its log file below logs/, without the suffix."""

    job: str
    gpu: str
    start: datetime
    end: datetime

    def meets(self, other: "Use") -> bool:
        """Whether both jobs ran at the same time; the clock of the logs shows whole seconds."""
        return self.start < other.end and other.start < self.end


def write_nvidia_smi(folder: Path, count: int) -> None:
    """Put a program into ``folder`` that lists ``count`` GPUs as nvidia-smi does.

    No other folder's have their ids, so that no other test's jobs compete for them.
    """
    lines = (f"{number}, GPU-{uuid4()}\n" for number in range(count))
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\ncat << EOF\n{''.join(lines)}EOF\n")
    program.chmod(0o755)


def uses_of(results: Path) -> list[Use]:
    """Return what the jobs' logs say of GPUs."""
    found = []
    for log in sorted((results / "logs").rglob("*.log")):
        lines = _LINE.findall(log.read_text())
        if not lines:
            continue
        (start, first, gpu), (end, last, same) = lines
        assert (first, last, same) == ("takes", "leaves", gpu), log
        times = (datetime.fromisoformat(time) for time in (start, end))
        found.append(Use(str(log.relative_to(results / "logs").with_suffix("")), gpu, *times))
    return found


def shared(uses: list[Use]) -> list[tuple[Use, Use]]:
    """Return the pairs of jobs that were on one GPU at the same time."""
    return [pair for pair in _at_once(uses) if pair[0].gpu == pair[1].gpu]


def spread(uses: list[Use]) -> list[tuple[Use, Use]]:
    """Return the pairs of jobs that were on different GPUs at the same time."""
    return [pair for pair in _at_once(uses) if pair[0].gpu != pair[1].gpu]


def _at_once(uses: list[Use]) -> list[tuple[Use, Use]]:
    return [(one, other) for one, other in combinations(uses, 2) if one.meets(other)]
