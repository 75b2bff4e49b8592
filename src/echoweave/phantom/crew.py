"""Draw patients on all cores: each has a stream of random numbers of its own."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from echoweave.cpu import usable_cpus, use_cpu
from echoweave.logs import Progress

Drawn = TypeVar("Drawn")
# A process takes two seconds to start, a patient one or two to draw.
_FEWEST_EACH = 8


def draw_all(draw: Callable[[int], Drawn], numbers: Sequence[int]) -> Iterator[Drawn]:
    """Yield what ``draw`` returns for each patient, in the order of ``numbers``.

    Args:
        draw: Writes the files of a patient; it can be sent to another process.
        numbers: Of the patients; few are drawn in this process.
    """
    progress = Progress("phantom patients", len(numbers))
    workers = min(usable_cpus(), len(numbers) // _FEWEST_EACH)
    if workers < 2:
        for done, number in enumerate(numbers, start=1):
            yield draw(number)
            progress.update(done)
        return
    # Not forks: threads of OpenCV and torch do not survive them. Each has a core, so one thread.
    with multiprocessing.get_context("spawn").Pool(workers, use_cpu, (1,)) as pool:
        for done, drawn in enumerate(pool.imap(draw, numbers), start=1):
            yield drawn
            progress.update(done)
