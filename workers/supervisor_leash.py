"""The leash: a program started through it is killed by the kernel the moment its parent is gone.

Run as `python -I -S supervisor_leash.py PARENT_PID PROGRAM ARG…`; it becomes PROGRAM.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """This process gets SIGKILL when `parent` ends, however it ends; exits at once if it already did.

    Source: prctl(2), PR_SET_PDEATHSIG: kept over execve, cleared by fork.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os._exit(1)


def main(argv: list[str]) -> None:
    die_with_parent(int(argv[1]))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])  # the supervisor blocks the signals it waits for
    os.execv(argv[2], argv[2:])  # noqa: S606 - that is what it is for


if __name__ == "__main__":
    main(sys.argv)
