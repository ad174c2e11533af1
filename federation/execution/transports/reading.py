"""From an HTTP reply to a GraphQL response, the same for every HTTP client.

GraphQL over HTTP lets a server answer a GraphQL response with a status other than 2xx, so the
body is looked at first; a status counts only when the body is no GraphQL response.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from federation.errors import SubgraphError
from federation.execution.json_codec import decode
from federation.execution.propagation import read_extensions
from federation.execution.transport import SubgraphResponse

MALFORMED = "SUBREQUEST_MALFORMED_RESPONSE"
TIMEOUT = "GATEWAY_TIMEOUT"

_NONE: Mapping[str, Any] = {}

REQUEST_HEADERS = {
    "content-type": "application/json",
    "accept": "application/graphql-response+json, application/json",
}


def read_response(
    body: bytes,
    status: int,
    subgraph: str,
    whole: Callable[[bytes], bytes | None] | None = None,
    *,
    extensions: bool = False,
) -> SubgraphResponse:
    """Return the GraphQL response in `body`. Raises `SubgraphError` when there is none.

    `whole`, `extensions`: see `SubgraphRequest`.
    """
    if whole is not None:
        raw = whole(body)
        if raw is not None:
            found = read_extensions(body) if extensions else _NONE
            return SubgraphResponse(None, (), found, status, raw=raw)
    try:
        value = decode(body)
    except ValueError as error:
        if not 200 <= status < 300:
            raise _status_error(status, subgraph) from None
        raise SubgraphError(
            f"The subgraph's answer is not JSON: {error}.",
            subgraph=subgraph,
            code=MALFORMED,
            status=status,
        ) from None
    return read_value(value, status, subgraph)


def read_value(value: Any, status: int, subgraph: str) -> SubgraphResponse:
    """Return `value`, an already decoded answer, as a GraphQL response."""
    if not isinstance(value, dict) or ("data" not in value and "errors" not in value):
        if not 200 <= status < 300:
            raise _status_error(status, subgraph)
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
    )


def too_large(limit: int, subgraph: str) -> SubgraphError:
    """Return the error for an answer of more than `limit` bytes."""
    return SubgraphError(
        f"The subgraph's answer is larger than the {limit} bytes allowed.",
        subgraph=subgraph,
        code=MALFORMED,
    )


def timed_out(subgraph: str) -> SubgraphError:
    """Return the error for a call that was given up."""
    return SubgraphError("The subgraph did not answer in time.", subgraph=subgraph, code=TIMEOUT)


def unreachable(subgraph: str) -> SubgraphError:
    """Return the error for a connection that failed. Addresses stay out of it."""
    return SubgraphError("The subgraph cannot be reached.", subgraph=subgraph)


def _status_error(status: int, subgraph: str) -> SubgraphError:
    return SubgraphError(
        f"The subgraph answered with HTTP status {status}.", subgraph=subgraph, status=status
    )


def _malformed(what: str, subgraph: str, status: int) -> SubgraphError:
    return SubgraphError(
        f"The subgraph's answer {what}.", subgraph=subgraph, code=MALFORMED, status=status
    )
