"""How a job computes on the CPU."""

import os
from pathlib import Path

# Where a container has its limit: microseconds of all CPUs, and of the clock meanwhile.
_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")


def usable_cpus() -> int:
    """Return the number of CPUs that this process may use; the machine may have more."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:
        count = os.cpu_count() or 1
    try:
        used, _, clock = _CPU_MAX.read_text().partition(" ")
        return max(1, min(count, int(used) // int(clock)))
    except (OSError, ValueError):
        # No container, or one without a limit: "max".
        return count


def use_cpu(threads: int) -> None:
    """Take ``threads`` threads for torch and OpenCV.

    Jobs that share cores slow each other down manifold.
    """
    import cv2
    import torch

    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
