"""Become the server's account, tie its life to ours, then turn into PostgreSQL.

Run as a script: `python -I -S spawn.py PARENT_PID SIGNAL UID GID PROGRAM [ARGUMENT …]`. A script
instead of `preexec_fn`, because Python code between fork and exec can deadlock in a process with
threads, and because the kernel forgets the death signal when the user id changes: the order here
(session, groups, user, death signal, exec) is the one that works.

SIGNAL (a number, 0 for none) is what the kernel sends to PostgreSQL when the *thread* that started
it ends, even by SIGKILL: SIGINT asks the postmaster for a fast, clean shutdown. Linux only;
elsewhere the next start finds the server by its pid file.

It imports nothing of the hub: it may run before packages can be read.
"""

import ctypes  # before the user changes: afterwards the library may be out of reach
import os
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def tie_to_parent(parent: int, number: int) -> None:
    """Ask the kernel to signal us when the parent dies; leave if it is dead already."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) != 0:
        return  # a sandbox may forbid it; the next start then stops the server
    if os.getppid() != parent:
        os._exit(75)  # it died before prctl, so no signal will come


def main(arguments: list[str]) -> None:
    parent, number, uid, gid = (int(argument) for argument in arguments[:4])
    program = arguments[4:]
    os.setsid()  # a terminal's Ctrl-C must reach the hub alone, which then stops us in order
    if os.geteuid() != uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.umask(0o077)
    os.chdir("/")
    if number and sys.platform == "linux":
        tie_to_parent(parent, number)
    os.execv(program[0], program)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(sys.argv[1:])
