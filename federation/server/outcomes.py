"""What becomes of an operation that is not executed, or whose client takes its answer otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from federation.errors import RequestError
from federation.plan.nodes import OperationKind
from federation.server.errors import request_error
from federation.server.preparation import Prepared
from federation.server.wire.request import HttpRequest
from federation.server.wire.response import HttpResponse, MediaType, refusal
from federation.server.wire.stream_formats import Acceptable, StreamFormat
from federation.server.wire.streaming import SinglePart, StreamReply

TIMED_OUT = RequestError(
    "the request took too long; ask for less", code="GATEWAY_TIMEOUT", http_status=504
)


def check_method(http: HttpRequest, prepared: Prepared, takes: Acceptable) -> None:
    """Refuse what the method must not do, and streams that the client does not take."""
    kind = prepared.operation.kind
    if kind is OperationKind.SUBSCRIPTION:
        if takes.subscription is None:
            raise RequestError(
                "subscriptions are answered over WebSocket (sub-protocol graphql-transport-ws), or"
                " over HTTP with accept: text/event-stream or multipart/mixed;subscriptionSpec=1.0",
                code="SUBSCRIPTION_NOT_SUPPORTED",
            )
        return
    if http.method == "GET" and kind is not OperationKind.QUERY:
        raise RequestError(
            "a GET request can only query; send mutations with POST",
            code="MUTATION_FORBIDDEN",
            http_status=405,
        )


def whole(reply: HttpResponse, takes: Acceptable) -> HttpResponse | StreamReply:
    """Return a whole answer as the client takes it: as it is, or as a stream of one event."""
    if takes.single:
        return reply
    if takes.subscription is StreamFormat.SSE:
        stream = StreamReply(StreamFormat.SSE, SinglePart(reply.body))
        stream.errors, stream.codes = reply.errors, reply.codes
        return stream
    if takes.defer:
        part = SinglePart(reply.body[:-1] + b',"hasNext":false}')
        stream = StreamReply(StreamFormat.DEFER, part)
        stream.errors, stream.codes = reply.errors, reply.codes
        return stream
    raise RequestError(
        "nothing acceptable: this operation has one answer; name application/json or"
        " application/graphql-response+json in 'accept' too",
        code="INVALID_ACCEPT_HEADER",
        http_status=406,
    )


# What RFC 9110 §15.5 wants said with these.
_SAID_WITH: Mapping[int, tuple[tuple[bytes, bytes], ...]] = {
    401: ((b"www-authenticate", b"Bearer"),),
    405: ((b"allow", b"GET, POST"),),
}


def refused(
    error: RequestError, media_type: MediaType, *, well_formed: bool = False
) -> HttpResponse:
    """Return the reply to an operation that is refused with `error`."""
    extra = _SAID_WITH.get(error.http_status, ())
    if error.retry_after is not None:
        extra = (*extra, (b"retry-after", b"%d" % error.retry_after))
    entry = request_error(error)
    return refusal([entry], media_type, error.http_status, *extra, well_formed=well_formed)
