"""What an answer took, in its `extensions.trace`, for those who may ask: `hub-expose-trace: true`.

Off unless the settings turn it on, as with the query plan, since it tells about subgraphs. Times in
milliseconds since the request was read; no values, headers or addresses.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from federation.errors import SubgraphError
from federation.execution.tracing import NO_HEADERS
from federation.execution.transport import SubgraphResponse
from federation.server.wire.request import HttpRequest

HEADER = b"hub-expose-trace"

# A plan has hundreds of fetches at most; who asks for more learns that there are.
_MAX_FETCHES = 1_000


def wants_trace(http: HttpRequest) -> bool:
    """Return whether the request's header asks for it."""
    value = http.header(HEADER)
    return value is not None and value.strip().lower() == b"true"


class TraceLog:
    """`FetchTracer` of one request. `shown` grows while the request runs."""

    def __init__(self) -> None:
        self._opened = perf_counter()
        self._fetches: list[dict[str, Any]] = []
        self.shown: dict[str, Any] = {"preparationMs": None, "fetches": self._fetches}

    def prepared(self) -> None:
        """The document is found, validated, planned and compiled, perhaps for an earlier one."""
        self.shown["preparationMs"] = self._since(self._opened)

    def start(
        self, subgraph: str, operation_name: str | None, representations: int
    ) -> _TracedFetch | None:
        if len(self._fetches) >= _MAX_FETCHES:
            self.shown["truncated"] = True
            return None
        now = perf_counter()
        entry: dict[str, Any] = {
            "subgraph": subgraph,
            "operationName": operation_name,
            "representations": representations,
            "startedMs": _milliseconds(now - self._opened),
        }
        self._fetches.append(entry)
        return _TracedFetch(entry, now)

    def _since(self, moment: float) -> float:
        return _milliseconds(perf_counter() - moment)


class _TracedFetch:
    __slots__ = ("_entry", "_started")

    headers = NO_HEADERS

    def __init__(self, entry: dict[str, Any], started: float) -> None:
        self._entry = entry
        self._started = started

    def end(self, error: SubgraphError | None, response: SubgraphResponse | None) -> None:
        entry = self._entry
        entry["durationMs"] = _milliseconds(perf_counter() - self._started)
        if response is not None:
            entry |= {
                "status": response.status,
                "errors": len(response.errors),
                "shared": response.shared,
            }
        elif error is not None:
            entry |= {"status": error.status, "code": error.code}


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
