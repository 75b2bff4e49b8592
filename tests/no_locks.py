"""Run a command as on a file system without locks: this file before the command.

The kernel itself answers "No locks available" (ENOLCK) to flock and to the locks of fcntl, by a
seccomp filter, which needs no rights and holds for the command and all that it starts. Where the
system is not Linux, the command runs as it is.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Sequence

# What to put before a command.
NO_LOCKS = (sys.executable, __file__) if sys.platform == "linux" else ()

# linux/seccomp.h, linux/filter.h, and the numbers of the system calls.
_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_CALL, _SECOND_ARGUMENT = 0, 24
_FLOCK_AND_FCNTL = {"x86_64": (73, 72), "aarch64": (32, 25)}
# F_SETLK, F_SETLKW, and the same of open file descriptions.
_LOCKING = (6, 7, 37, 38)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def forbid_locks() -> None:
    """Let this process and its children have no locks on files from now on."""
    flock, fcntl = _FLOCK_AND_FCNTL[platform.machine()]
    # Jumps count the instructions that are passed over.
    steps = [
        (_LOAD, 0, 0, _CALL),
        (_JUMP_IF_EQUAL, 7, 0, flock),
        (_JUMP_IF_EQUAL, 0, 5, fcntl),
        (_LOAD, 0, 0, _SECOND_ARGUMENT),
        *((_JUMP_IF_EQUAL, 4 - place, 0, command) for place, command in enumerate(_LOCKING)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.ENOLCK),
    ]
    program = _Program(len(steps), b"".join(struct.pack("=HBBI", *step) for step in steps))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program)):
        raise OSError(ctypes.get_errno(), "seccomp")


def main(command: Sequence[str]) -> None:
    forbid_locks()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
