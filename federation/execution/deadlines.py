"""Deadlines of requests: how much time is left, and who may share work with whom.

A deadline is a time of the event loop's clock. Work that several wait for must end in time for
each of them, and whoever does the work is told one time only. So only those share whose
deadlines lie close together: within a tenth of the time that is left.
"""

from __future__ import annotations

import time
from math import frexp

from federation.errors import Failure
from federation.execution.transport import SubgraphRequest
from federation.execution.transports.reading import timed_out

# The event loop's clock: asyncio and libuv both have this one. To ask for the running loop costs a
# system call each time before Python 3.12, which looks whether the process was forked.
clock = time.monotonic

_SHARES_OF_TIME = 10


def sharing_window(deadline: float, now: float) -> tuple[float, float]:
    """Return start and end of the window of deadlines that may share work with this one.

    Windows are a power of two wide, so that all who have about the same time left cut the clock
    into the same ones; two neighbours may thus fall into different windows, never the reverse.

    >>> sharing_window(deadline=161.0, now=101.0)
    (160.0, 164.0)
    """
    left = deadline - now
    if left <= 0:
        return deadline, deadline
    _, exponent = frexp(left / _SHARES_OF_TIME)
    width = 2.0 ** (exponent - 1)
    start = deadline // width * width
    return start, start + width


def seconds_left(request: SubgraphRequest, timeout: float) -> float:
    """Return how long a call may take that has `timeout` by itself.

    Raises `SubgraphError` when the request's time is over.
    """
    if request.deadline is None:
        return timeout
    left = request.deadline - clock()
    if left <= 0:
        raise timed_out(request.subgraph, Failure.NOT_SENT)
    return min(left, timeout)


def milliseconds(seconds: float) -> str:
    """Return a time as the header that passes it on has it: whole milliseconds, at least one.

    >>> milliseconds(1.2345), milliseconds(0.0001)
    ('1234', '1')
    """
    return str(max(1, int(seconds * 1000)))
