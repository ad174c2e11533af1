"""What the process has in work, how much it takes on, and whether to send it more.

One count for all operations over HTTP and WebSocket. Streams count until their answer begins; how
many may be open is for `subscription` to say.
"""

from __future__ import annotations

from collections.abc import Sized

from federation.errors import RequestError
from federation.server.observing.metrics.figures import Histogram
from federation.server.observing.refusals import Refusals

DRAINING = "draining"
OVERLOADED = "overloaded"
NO_SUPERGRAPH = "no supergraph"


class Work:
    """For one event loop. `limit` None: no limit. `refused`: operations that were not taken on.
    `connections`: those open now, where the server tells. `refusals`: requests that never became
    an operation. `batches`: how many operations came in one request, where there were several.
    """

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.running = 0
        self.refused = 0
        self.draining = False
        self.connections: Sized = ()
        self.refusals = Refusals()
        self.batches = Histogram((1, 2, 3, 5, 10, 20, 50, 100))

    @property
    def is_full(self) -> bool:
        """Whether the next operation would be refused."""
        return self.limit is not None and self.running >= self.limit

    def refuse(self) -> RequestError:
        """Count an operation that is not taken on; return what its client is told."""
        self.refused += 1
        return RequestError(
            "too much is asked at once; try again in a second",
            code="REQUEST_CONCURRENCY_LIMITED",
            http_status=503,
        )
