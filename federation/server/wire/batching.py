"""Several operations in one HTTP request: an array in, the array of their answers out.

As Apollo's BatchHttpLink and graphql-yoga do. Each operation is a request of its own to all that
counts or limits requests; they share the HTTP request's time. Operations run side by side, except
where the order could be seen: one that may change something (a mutation, or a document that is
only named and so not known yet) begins when those before it have been answered, and those after
it when it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from federation.errors import RequestError
from federation.execution.deadlines import clock
from federation.operation.model import Operation
from federation.plan.nodes import OperationKind
from federation.server.observing.metrics.figures import Histogram
from federation.server.settings.batching import Batching
from federation.server.wire.request import HttpRequest, check_content_type
from federation.server.wire.response import HttpResponse, negotiate, response
from federation.server.wire.streaming import StreamReply

NOT_DEFERRED = "BATCHING_DEFER_UNSUPPORTED"
NOT_SUBSCRIBED = "BATCHING_SUBSCRIPTION_UNSUPPORTED"
LIMIT = "BATCH_LIMIT_EXCEEDED"

_decode = msgspec.json.Decoder(list[msgspec.Raw]).decode

Answer = Callable[[HttpRequest], Awaitable[HttpResponse | StreamReply]]


@dataclass(frozen=True, slots=True)
class Batches:
    """The rule of one server. `timeout`: seconds for all operations of one HTTP request. `sizes`:
    how many those are, of the requests that are taken.
    """

    settings: Batching
    timeout: float
    sizes: Histogram

    def split(self, http: HttpRequest) -> list[HttpRequest]:
        """Return one request per operation. Raises `RequestError`."""
        check_content_type(http.header(b"content-type"))
        media_type = negotiate(http.header(b"accept"))
        try:
            entries = _decode(http.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            problem = f"the body is not valid JSON: {error}"
            raise RequestError(problem, code="INVALID_GRAPHQL_REQUEST") from None
        if not entries:
            raise RequestError(
                "the batch is empty; send at least one operation", code="INVALID_GRAPHQL_REQUEST"
            )
        most = self.settings.maximum_size
        if len(entries) > most:
            raise RequestError(
                f"{len(entries)} operations in one request are more than the {most} allowed; send"
                " several requests",
                code=LIMIT,
                http_status=422,
            )
        deadline = clock() + self.timeout
        headers = [header for header in http.headers if header[0] != b"accept"]
        headers.append((b"accept", media_type.value.partition(b";")[0]))
        return [
            replace(
                http,
                query_string=b"",
                headers=headers,
                body=bytes(entry),
                batch_deadline=deadline,
                _lookup=None,
            )
            for entry in entries
        ]

    async def answer(self, http: HttpRequest, answer: Answer) -> HttpResponse:
        """Return the answers to all operations, each made by `answer`. Raises `RequestError`.

        The status is that of the answers where they agree, 200 otherwise: each says by itself
        what became of it.
        """
        entries = self.split(http)
        self.sizes.add(len(entries))
        replies: list[HttpResponse] = []
        for group in _groups(entries):
            for reply in await asyncio.gather(*map(answer, group)):
                # A request that names one media type for whole answers never gets a stream.
                assert isinstance(reply, HttpResponse)
                replies.append(reply)
        statuses = {reply.status for reply in replies}
        status = statuses.pop() if len(statuses) == 1 else 200
        body = b"[" + b",".join(reply.body for reply in replies) + b"]"
        media_type = negotiate(http.header(b"accept"))
        errors = sum(reply.errors for reply in replies)
        merged = response(body, media_type, status, errors=errors)
        merged.headers = merge_headers(merged.headers[:2], [reply.headers for reply in replies])
        return merged


def _groups(entries: Sequence[HttpRequest]) -> Iterator[list[HttpRequest]]:
    """Yield entries that may run together, in order."""
    together: list[HttpRequest] = []
    for entry in entries:
        if _may_change(entry.body):
            if together:
                yield together
            yield [entry]
            together = []
        else:
            together.append(entry)
    if together:
        yield together


def _may_change(body: bytes) -> bool:
    # A word in a text or comment costs a little time, never the order; so does an escape, which
    # could hide the word.
    return b"mutation" in body or b'"query"' not in body or b"\\u" in body


Headers = list[tuple[bytes, bytes]]

# Each answer's own, or of its body.
_OWN = (b"content-length", b"content-type")
_STRICTER = (b"no-store", b"no-cache", b"private")


def merge_headers(own: Headers, answers: Sequence[Headers]) -> Headers:
    """Return `own` with the headers of all answers.

    `vary` names what any of them names, `cache-control` is the strictest one; every `set-cookie`
    stays. Of others with one name that of the last answer counts: what is left of a quota, say.
    """
    vary: dict[bytes, None] = {}
    cookies: Headers = []
    control: bytes | None = None
    others: dict[bytes, bytes] = {}
    for headers in answers:
        for name, value in headers:
            if name in _OWN:
                continue
            if name == b"vary":
                vary |= dict.fromkeys(part.strip() for part in value.split(b","))
            elif name == b"set-cookie":
                cookies.append((name, value))
            elif name == b"cache-control":
                control = value if control is None else _stricter(control, value)
            else:
                others[name] = value
    merged = [*own, *others.items(), *cookies]
    if control is not None:
        merged.append((b"cache-control", control))
    if vary:
        merged.append((b"vary", b", ".join(vary)))
    return merged


def _stricter(first: bytes, second: bytes) -> bytes:
    return min(first, second, key=_freedom)


def _freedom(control: bytes) -> tuple[bool, bool, bool, int]:
    parts = [part.strip().lower() for part in control.split(b",")]
    ages = [int(part[8:]) for part in parts if part.startswith(b"max-age=") and part[8:].isdigit()]
    no_store, no_cache, private = (part not in parts for part in _STRICTER)
    return no_store, no_cache, private, min(ages, default=0)


def refuse_in_batch(operation: Operation, *, defers: bool) -> None:
    """Raise `RequestError` for an operation that has no single answer."""
    if operation.kind is OperationKind.SUBSCRIPTION:
        raise RequestError(
            "a subscription cannot be one of several operations in a request; send it alone",
            code=NOT_SUBSCRIBED,
        )
    if defers:
        raise RequestError(
            "an operation with @defer cannot be one of several in a request; send it alone",
            code=NOT_DEFERRED,
        )
