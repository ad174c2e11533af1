"""When a process that ended is started again, and when that is given up."""

from __future__ import annotations

from collections.abc import Sequence

# Seconds to wait before it is started again, by how many times in a row it ended soon.
_PAUSES = (0.0, 0.2, 0.5, 1.0, 2.0)

# Who lives so long has worked; what ends it is not in how it starts.
_SOON_SECONDS = 10.0


class Restarts:
    """The history of one process.

    >>> history = Restarts((0.0, 1.0))
    >>> history.pause(3.0), history.pause(3.0), history.pause(60.0)
    (0.0, 1.0, 0.0)
    >>> history.pause(0.1), history.pause(0.1)
    (1.0, None)
    """

    def __init__(self, pauses: Sequence[float] = _PAUSES) -> None:
        self._pauses = pauses
        self.in_a_row = 0

    def pause(self, lived: float) -> float | None:
        """Return how long to wait, for a process that has ended after `lived` seconds.

        None: it has ended soon too often, starting it again is of no use.
        """
        if lived >= _SOON_SECONDS:
            self.in_a_row = 0
        self.in_a_row += 1
        if self.in_a_row > len(self._pauses):
            return None
        return self._pauses[self.in_a_row - 1]
