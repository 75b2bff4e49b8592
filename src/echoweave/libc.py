"""What the C library does for a process and Python does not offer.

Where the C library has none of it (macOS, musl) nothing happens: each of these saves time or tidies
up, and no result depends on them. `benchmarks/workarounds.py` measures what they bring.
"""

import ctypes
import functools
import os
import signal

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # malloc.h
_PR_SET_PDEATHSIG = 1  # sys/prctl.h


def keep_freed_memory() -> None:
    """Let this process use large blocks again instead of giving them back (glibc's mallopt).

    Every step of a training needs the same hundreds of megabytes. By default glibc returns them to
    the system, which hands them out page by page, zeroed: a step of the registration then takes one
    and a half times as long, one of an nnU-Net a seventh longer. Where there are no such steps it
    brings nothing, and is not called.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, -1)


@functools.cache
def end_forks_with_this_process() -> None:
    """Let what this process forks from now on end when it is killed (Linux's prctl).

    nnU-Net's augmentation workers would wait for their dead parent forever, with their memory;
    Python ends daemons at a normal exit only.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        os.register_at_fork(after_in_child=lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
