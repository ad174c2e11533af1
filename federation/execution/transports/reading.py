"""From an HTTP reply to a GraphQL response, the same for every HTTP client.

GraphQL over HTTP lets a server answer a GraphQL response with a status other than 2xx, so the
body is looked at first; a status counts only when the body is no GraphQL response.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from federation.errors import Failure, SubgraphError
from federation.execution.json_codec import decode
from federation.execution.propagation import read_extensions
from federation.execution.remembered import Remembered, Tree, tree_cost
from federation.execution.transport import SubgraphResponse

MALFORMED = "SUBREQUEST_MALFORMED_RESPONSE"
TIMEOUT = "GATEWAY_TIMEOUT"

_NONE: Mapping[str, Any] = {}
_DIGITS = re.compile(r"[0-9]{1,9}")

REQUEST_HEADERS = {
    "content-type": "application/json",
    "accept": "application/graphql-response+json, application/json",
}


def read_response(
    body: bytes | bytearray,
    status: int,
    subgraph: str,
    whole: Callable[[bytes | bytearray], bytes | None] | None = None,
    *,
    known: Remembered[Tree] | None = None,
    extensions: bool = False,
    headers: Sequence[tuple[str, str]] = (),
    retry_after: float | None = None,
) -> SubgraphResponse:
    """Return the GraphQL response in `body`. Raises `SubgraphError` when there is none.

    `whole`, `known`, `extensions`: see `SubgraphRequest`; the others: `SubgraphResponse`.
    """
    if whole is not None:
        raw = whole(body)
        if raw is not None:
            found = read_extensions(body) if extensions else _NONE
            return SubgraphResponse(
                None, (), found, status, raw=raw, headers=headers, retry_after=retry_after
            )
    tree = None if known is None else known.find(body)
    if tree is not None:
        return SubgraphResponse(
            tree.data,
            (),
            tree.extensions,
            status,
            shared=True,
            memo=tree.memo,
            headers=headers,
            retry_after=retry_after,
        )
    try:
        value = decode(body)
    except ValueError as error:
        if not 200 <= status < 300:
            raise _status_error(status, subgraph, retry_after) from None
        raise SubgraphError(
            f"The subgraph's answer is not JSON: {error}.",
            subgraph=subgraph,
            code=MALFORMED,
            status=status,
            failure=Failure.MALFORMED,
        ) from None
    response = read_value(value, status, subgraph, retry_after)
    response.headers = headers
    if known is not None and known.comes_again(body) and not response.errors:
        _remember(known, body, response)
    return response


def _remember(known: Remembered[Tree], body: bytes | bytearray, response: SubgraphResponse) -> None:
    """Keep a response for when an equal one comes; it belongs to all of them then."""
    response.shared, response.memo = True, {}
    known.keep(body, Tree(response.data, response.extensions, response.memo), tree_cost(body))


def read_value(
    value: Any, status: int, subgraph: str, retry_after: float | None = None
) -> SubgraphResponse:
    """Return `value`, an already decoded answer, as a GraphQL response."""
    if not isinstance(value, dict) or ("data" not in value and "errors" not in value):
        if not 200 <= status < 300:
            raise _status_error(status, subgraph, retry_after)
        raise _malformed("is not a GraphQL response", subgraph, status)
    errors = value.get("errors")
    if errors is None:
        errors = ()
    elif not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
        raise _malformed("has errors that are not a list of objects", subgraph, status)
    extensions = value.get("extensions")
    return SubgraphResponse(
        value.get("data"),
        tuple(errors),
        extensions if isinstance(extensions, dict) else {},
        status,
        retry_after=retry_after,
    )


def seconds_to_wait(value: str | None, now: datetime | None = None) -> float | None:
    """Return what a `retry-after` header says, in seconds (RFC 9110 §10.2.3); None for nothing.

    >>> seconds_to_wait("120"), seconds_to_wait("soon")
    (120.0, None)
    >>> seconds_to_wait("Wed, 21 Oct 2015 07:28:00 GMT", datetime(2015, 10, 21, 7, 27, tzinfo=UTC))
    60.0
    """
    if value is None:
        return None
    value = value.strip()
    if _DIGITS.fullmatch(value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def too_large(limit: int, subgraph: str) -> SubgraphError:
    """Return the error for an answer of more than `limit` bytes."""
    return SubgraphError(
        f"The subgraph's answer is larger than the {limit} bytes allowed.",
        subgraph=subgraph,
        code=MALFORMED,
        failure=Failure.TOO_LARGE,
    )


def timed_out(subgraph: str, failure: Failure = Failure.TIME_OUT) -> SubgraphError:
    """Return the error for a call that was given up."""
    return SubgraphError(
        "The subgraph did not answer in time.", subgraph=subgraph, code=TIMEOUT, failure=failure
    )


def unreachable(subgraph: str, failure: Failure = Failure.NO_ANSWER) -> SubgraphError:
    """Return the error for a connection that failed. Addresses stay out of it."""
    return SubgraphError("The subgraph cannot be reached.", subgraph=subgraph, failure=failure)


def cut_off(subgraph: str) -> SubgraphError:
    """Return the error for a connection that failed in the middle of the answer."""
    return unreachable(subgraph, Failure.CUT_OFF)


def _status_error(status: int, subgraph: str, retry_after: float | None = None) -> SubgraphError:
    return SubgraphError(
        f"The subgraph answered with HTTP status {status}.",
        subgraph=subgraph,
        status=status,
        failure=Failure.STATUS,
        retry_after=retry_after,
    )


def _malformed(what: str, subgraph: str, status: int) -> SubgraphError:
    return SubgraphError(
        f"The subgraph's answer {what}.",
        subgraph=subgraph,
        code=MALFORMED,
        status=status,
        failure=Failure.MALFORMED,
    )
