"""How many connections a process may hold: each takes a file descriptor.

The soft limit is often 1,024, for the sake of programs that call `select`; an event loop does not.
A process may raise it up to the hard limit without asking anybody.
"""

from __future__ import annotations

import contextlib

# Where the hard limit is none at all, as on macOS, which refuses more than it has for all.
_ENOUGH = 65_536


def raise_descriptor_limit() -> int | None:
    """Allow this process as many descriptors as it may have; return how many that are.

    None where there is no such limit to be set (Windows).
    """
    try:
        import resource
    except ImportError:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
