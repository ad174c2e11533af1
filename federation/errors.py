"""Exceptions of the engine, one tree.

::

    FederationError
    ├── RequestError            caused by the client; its message may be returned
    │   ├── (parse, validation, variables, limits … by `code`)
    │   └── …
    ├── SupergraphError         the supergraph SDL cannot be used
    ├── PlanningError           no plan exists, or the planner's budget ran out
    └── SubgraphError           one subgraph call failed; becomes a GraphQL error

Composition never raises for what a subgraph's author wrote: it returns diagnostics.
Anything else that is raised is a bug; it is logged whole and masked outside.
"""

from __future__ import annotations

from enum import Enum


class FederationError(Exception):
    """Base of all errors the engine raises on purpose. `code` is stable and public."""

    code = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class RequestError(FederationError):
    """The client's request cannot be answered.

    `http_status` is for the reply; `locations` are (line, column) in the document. `retry_after`:
    after how many seconds it may be asked again, where that is known.
    """

    code = "BAD_REQUEST"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        http_status: int = 400,
        locations: tuple[tuple[int, int], ...] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.http_status = http_status
        self.locations = locations
        self.retry_after = retry_after


class SupergraphError(FederationError):
    """The text is not a supergraph this engine can serve."""

    code = "INVALID_SUPERGRAPH"


class PlanningError(FederationError):
    """The operation cannot be planned: impossible, or over the planner's budget."""

    code = "QUERY_PLAN_BUILD_FAILED"


class Failure(Enum):
    """What became of a call that failed as a whole; decides whether it is repeated, and counted.

    `NO_ANSWER`: the connection failed before anything was answered. `CUT_OFF`: it failed later.
    `STATUS`: an HTTP status and no GraphQL response. `MALFORMED`: not what was asked for.
    `TOO_LARGE`: more than we take. `NOT_SENT`: given up before the subgraph was asked.
    """

    NO_ANSWER = "no answer"
    CUT_OFF = "cut off"
    TIME_OUT = "time-out"
    STATUS = "status"
    MALFORMED = "malformed"
    TOO_LARGE = "too large"
    NOT_SENT = "not sent"
    OTHER = "other"


class SubgraphError(FederationError):
    """A call to one subgraph failed as a whole (connection, status, malformed body, time-out).

    `retry_after`: seconds for which the subgraph does not want to be asked again.
    """

    code = "SUBREQUEST_HTTP_ERROR"

    def __init__(
        self,
        message: str,
        *,
        subgraph: str,
        code: str | None = None,
        status: int | None = None,
        failure: Failure = Failure.OTHER,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.subgraph = subgraph
        self.status = status
        self.failure = failure
        self.retry_after = retry_after
