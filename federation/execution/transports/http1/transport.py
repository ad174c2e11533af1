"""Subgraphs over HTTP/1.1 with our own client, cleartext and TLS."""

from __future__ import annotations

import asyncio
import ssl
from functools import lru_cache, partial

from federation.errors import Failure, SubgraphError
from federation.execution.deadlines import clock, milliseconds
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.certificates import (
    NO_TLS_OPTIONS,
    Reloaded,
    TlsOptions,
    ssl_context,
)
from federation.execution.transports.compression import compressed
from federation.execution.transports.files import Form, form
from federation.execution.transports.http1.address import read_address
from federation.execution.transports.http1.connection import Connection, Outcome
from federation.execution.transports.http1.head import Heads
from federation.execution.transports.http1.pool import ConnectTimeoutError, Pool, PoolTimeoutError
from federation.execution.transports.http1.reply import Body, Fault, Reply
from federation.execution.transports.http1.unpacking import BrokenError, TooLargeError, unpack
from federation.execution.transports.options import Compression, HttpOptions
from federation.execution.transports.reading import (
    cut_off,
    read_response,
    seconds_to_wait,
    timed_out,
    too_large,
    unreachable,
)

HTTP_1 = "http/1.1"
HTTP_2 = "h2"
# Unpacking more than this would hold up everybody else.
_LONG = 64 * 1024


class OtherProtocolError(Exception):
    """The subgraph chose HTTP/2, which it was offered; nothing was sent. `end`: of the call."""

    def __init__(self, end: float) -> None:
        super().__init__(end)
        self.end = end


class Http1Transport:
    """`SubgraphTransport` of one subgraph; keeps its connections until `close`.

    `offer_http2`: `send` raises `OtherProtocolError` where the subgraph takes that. Raises
    `CertificateError`, or another `ValueError` for an unusable url.
    """

    def __init__(self, options: HttpOptions, *, offer_http2: bool = False) -> None:
        address = read_address(options.url)
        self._options = options
        self._offers_http2 = offer_http2
        self._heads = Heads(address, compressed_answers=options.compressed_answers)
        self._deadline_name = (
            None if options.deadline_header is None else options.deadline_header.lower()
        )
        self._tls: Reloaded[ssl.SSLContext] | None = None
        if address.is_secure:
            protocols = (HTTP_2, HTTP_1) if offer_http2 else (HTTP_1,)
            self._tls = Reloaded(options.tls, partial(_context, protocols))
        elif not options.tls.is_plain:
            ssl_context(options.tls)  # what is set must be right, also where it is of no use
        self._pool = Pool(
            address,
            None if self._tls is None else self._context,
            max_connections=options.max_connections,
            connect_timeout=options.connect_timeout,
            idle_timeout=options.idle_timeout,
            limit=options.max_response_bytes,
        )

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the subgraph's response. Raises `SubgraphError` when none came back."""
        if self._tls is not None and self._tls.look() is not None:
            self._pool.renew()
        began = clock()
        end = began + self._options.timeout
        if request.deadline is not None and request.deadline < end:
            end = request.deadline
            if end <= began:
                raise timed_out(request.subgraph, Failure.NOT_SENT)
        if request.files is None:
            outcome = await self._exchange(request, began, end)
        else:
            outcome = await self._exchange_form(request, began, end)
        if outcome.__class__ is Fault:
            raise self._error(outcome, request.subgraph)
        assert isinstance(outcome, Reply)
        if outcome.coding and self._options.compressed_answers:
            body = await self._unpacked(outcome, request.subgraph, end)
            return self._read(outcome, body, request, unpacked=True)
        if len(outcome.body) > self._options.max_response_bytes:
            raise self._error(Fault.TOO_LARGE, request.subgraph)
        return self._read(outcome, outcome.body, request)

    async def close(self) -> None:
        """Close the connections; those in use when their answer is there."""
        self._pool.close()

    def _written(self, request: SubgraphRequest, left: float) -> bytes:
        """Return a whole JSON request; it may take `left` seconds."""
        body, head = request.body, self._head(request, left)
        if self._options.compression is not Compression.IDENTITY:
            said: dict[str, str] = {}
            body = compressed(body, self._options.compression, said)
            head += "".join(f"{name}: {value}\r\n" for name, value in said.items()).encode()
        return b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body)

    def _head(self, request: SubgraphRequest, left: float, sent: Form | None = None) -> bytes:
        headers, name = request.headers, self._deadline_name
        if name is not None and name in headers:
            headers = {own: value for own, value in headers.items() if own != name}
        if sent is None:
            head = self._heads.of(headers)
        else:
            head = self._heads.form(headers, sent.content_type)
        if name is not None:
            head += f"{name}: {milliseconds(left)}\r\n".encode()
        return head

    async def _exchange(self, request: SubgraphRequest, now: float, end: float) -> Outcome:
        """Send a request and return what came of it.

        A connection may end while it is taken for free. A query is then asked again, once and
        on a new connection; a mutation may have arrived, so it goes out only over a connection
        that has not ended, as far as can be seen.
        """
        written = self._written(request, end - now)
        connection = self._pool.take(now, surely_alive=request.mutation)
        if connection is None:
            connection = await self._acquire(request, end)
        is_first = connection.uses == 0
        waiter = connection.send(written, end)
        try:
            outcome = await waiter
        except BaseException:
            connection.give_up(waiter)
            raise
        if outcome is Fault.STALE and not is_first and not request.mutation:
            connection = await self._acquire(request, end, fresh=True)
            outcome = await _outcome(connection, connection.send(written, end))
        return outcome

    async def _exchange_form(self, request: SubgraphRequest, now: float, end: float) -> Outcome:
        """The same for a form, which goes out in pieces, and only over a new connection: a part
        of it may be gone when the end of an old one is seen.
        """
        sent = form(request)
        head = self._head(request, end - now, sent) + b"content-length: %d\r\n\r\n" % sent.length
        connection = await self._acquire(request, end, fresh=True)
        waiter = connection.begin_writing(head, end)
        try:
            async for piece in sent.stream():
                if not await connection.write(piece):
                    break
            else:
                connection.end_writing()
        except BaseException:
            connection.give_up(waiter)
            raise
        return await _outcome(connection, waiter)

    async def _acquire(
        self, request: SubgraphRequest, end: float, *, fresh: bool = False
    ) -> Connection:
        subgraph = request.subgraph
        try:
            connection = await self._pool.acquire(end, fresh=fresh)
        except PoolTimeoutError:
            raise timed_out(subgraph, Failure.NOT_SENT) from None
        except ConnectTimeoutError:
            raise timed_out(subgraph) from None
        except OSError:
            raise unreachable(subgraph) from None
        if self._offers_http2 and connection.selected_protocol == HTTP_2:
            connection.close()
            raise OtherProtocolError(end)
        return connection

    def _error(self, outcome: Outcome, subgraph: str) -> SubgraphError:
        if outcome is Fault.TIME_OUT:
            return timed_out(subgraph)
        if outcome is Fault.TOO_LARGE:
            return too_large(self._options.max_response_bytes, subgraph)
        return unreachable(subgraph) if outcome is Fault.STALE else cut_off(subgraph)

    def _read(
        self, reply: Reply, body: Body, request: SubgraphRequest, *, unpacked: bool = False
    ) -> SubgraphResponse:
        retry_after = None
        if reply.status >= 400:
            values = reply.values("retry-after")
            retry_after = seconds_to_wait(values[0]) if values else None
        kept = self._options.keep_headers
        return read_response(
            body,
            reply.status,
            request.subgraph,
            request.whole,
            known=request.known,
            extensions=request.extensions,
            headers=() if kept == () else reply.kept(kept, unpacked=unpacked),
            retry_after=retry_after,
        )

    async def _unpacked(self, reply: Reply, subgraph: str, end: float) -> Body:
        limit = self._options.max_response_bytes
        try:
            if len(reply.body) <= _LONG:
                return unpack(reply.body, reply.coding, limit)
            async with asyncio.timeout_at(end):
                return await asyncio.to_thread(unpack, reply.body, reply.coding, limit)
        except TimeoutError:
            raise timed_out(subgraph) from None
        except TooLargeError:
            raise too_large(limit, subgraph) from None
        except BrokenError:
            raise cut_off(subgraph) from None

    def _context(self) -> ssl.SSLContext:
        assert self._tls is not None
        return self._tls.current


async def _outcome(connection: Connection, waiter: asyncio.Future[Outcome]) -> Outcome:
    try:
        return await waiter
    except BaseException:
        connection.give_up(waiter)
        raise


def _context(protocols: tuple[str, ...], options: TlsOptions) -> ssl.SSLContext:
    if options.is_plain:
        return _plain_context(protocols)
    context = ssl_context(options)
    context.set_alpn_protocols(protocols)
    return context


@lru_cache(maxsize=4)
def _plain_context(protocols: tuple[str, ...]) -> ssl.SSLContext:
    """Return what all subgraphs share that have no certificates of their own: reading those of the
    system takes some 20 ms.
    """
    context = ssl_context(NO_TLS_OPTIONS)
    context.set_alpn_protocols(protocols)
    return context
