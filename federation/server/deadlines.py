"""When a request must be answered: by our own time-out, or earlier if its sender has less time.

A client, or a gateway before this one, says in a header how many milliseconds it will wait
(ADR 4). What it says can only shorten the time. What cannot be read is refused, since whoever sent
it counts on a bound that would not be there.
"""

from __future__ import annotations

import re

from federation.errors import RequestError
from federation.execution.deadlines import clock
from federation.server.settings.traffic import TrafficShaping
from federation.server.wire.request import HttpRequest

INVALID = "INVALID_TIMEOUT_HEADER"

# Ten digits are more than three months.
_MILLISECONDS = re.compile(rb"[0-9]{1,10}")


class Deadlines:
    """The rule of one server."""

    def __init__(self, settings: TrafficShaping) -> None:
        rule = settings.deadline
        self._timeout = settings.router.timeout
        self._header = rule.header.lower().encode("latin-1") if rule.accept else None

    def deadline(self, http: HttpRequest | None) -> float:
        """Return until when to answer, a time of the loop's clock. Raises `RequestError`.

        `http` is None where a request has no header of its own (WebSocket).
        """
        now = clock()
        if http is None or self._header is None or http.header(self._header) is None:
            return now + self._timeout
        values = [value for name, value in http.headers if name == self._header]
        if len(values) > 1 or not _MILLISECONDS.fullmatch(values[0].strip()):
            raise RequestError(
                f"the header {self._header.decode()} must be there once and be a whole number of"
                " milliseconds",
                code=INVALID,
            )
        return now + min(int(values[0]) / 1000, self._timeout)
