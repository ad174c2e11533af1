"""One connection and the exchange on it: bytes of a request out, one answer in.

Reads go into a buffer that all connections of a loop share, and are parsed there; the rest of a
long body of known length is read straight to where it stays. Whatever comes that nobody asked for
ends the connection, so that no answer can be taken for another one's.

The time of a call is kept by one timer of the connection, which is moved only when it rings: calls
that are answered in time cost none.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from weakref import WeakKeyDictionary

import httptools

from federation.execution.transports.http1.reply import Body, Fault, RawHeaders, Reply

Outcome = Reply | Fault

_BUFFER_BYTES = 256 * 1024
# What packing may add to a body, beside a share of it.
_PACKING_BYTES = 1024
# Bounds of what is no body: heads, trailers, interim answers, chunk extensions.
_MAX_HEAD_BYTES = 64 * 1024
_MAX_HEADERS = 256
# So much of a body still to come is worth a buffer of its own.
_WORTH_A_BUFFER = 16 * 1024
# What a timer may ring early by.
_TICK = 0.001
_SWITCHING_PROTOCOLS = 101

_buffers: WeakKeyDictionary[asyncio.AbstractEventLoop, memoryview] = WeakKeyDictionary()


def _shared_buffer(loop: asyncio.AbstractEventLoop) -> memoryview:
    """Return the loop's buffer: what is read into it is parsed before anything else is read."""
    buffer = _buffers.get(loop)
    if buffer is None:
        buffer = _buffers[loop] = memoryview(bytearray(_BUFFER_BYTES))
    return buffer


class Connection(asyncio.BufferedProtocol):
    """The protocol of one connection.

    `on_free` is called when an answer is complete and the connection can be used again, `on_lost`
    once when it is gone. `limit`: bytes of a body. `uses`: exchanges so far.
    """

    __slots__ = (
        "_allowed",
        "_answered",
        "_body",
        "_buffer",
        "_coding",
        "_complete",
        "_extra",
        "_fault",
        "_filled",
        "_headers",
        "_headers_done",
        "_keeps_alive",
        "_length",
        "_loop",
        "_parser",
        "_quiet",
        "_size",
        "_target",
        "_timer",
        "_transport",
        "_until_closed",
        "_writable",
        "_writing",
        "closed",
        "end",
        "generation",
        "idle_since",
        "limit",
        "on_free",
        "on_lost",
        "uses",
        "waiter",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        limit: int,
        generation: int,
        on_free: Callable[[Connection], None],
        on_lost: Callable[[Connection], None],
    ) -> None:
        self._loop = loop
        self._buffer = _shared_buffer(loop)
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._writable: asyncio.Future[None] | None = None
        self._writing = False
        self.limit = limit
        self.generation = generation
        self.on_free = on_free
        self.on_lost = on_lost
        self.closed = False
        self.uses = 0
        self.idle_since = 0.0
        self.end = 0.0
        self.waiter: asyncio.Future[Outcome] | None = None
        self._extra = False
        self._answered = False
        self._begin_answer()

    # The exchange

    def send(self, request: bytes, end: float) -> asyncio.Future[Outcome]:
        """Send a whole request; return what will be its outcome, by `end` at the latest."""
        waiter = self.waiter = self._loop.create_future()
        self._answered = False
        self.uses += 1
        self.end = end
        timer = self._timer
        if timer is None:
            self._timer = self._loop.call_at(end, self._ring)
        elif timer.when() > end:
            timer.cancel()
            self._timer = self._loop.call_at(end, self._ring)
        assert self._transport is not None
        self._transport.write(request)
        return waiter

    def begin_writing(self, head: bytes, end: float) -> asyncio.Future[Outcome]:
        """Send the head of a request whose body follows by `write`, until `end_writing`."""
        waiter = self.send(head, end)
        self._writing = True
        return waiter

    async def write(self, piece: bytes) -> bool:
        """Send a piece of a body as fast as it is taken; False when nobody wants more of it."""
        while self._writable is not None and self.waiter is not None:
            await self._writable
        if self.closed or self.waiter is None or self._transport is None:
            return False
        self._transport.write(piece)
        return True

    def end_writing(self) -> None:
        """The body is sent."""
        self._writing = False

    def give_up(self, waiter: asyncio.Future[Outcome]) -> None:
        """Nobody waits for this outcome any more: what may still come would be in the way."""
        if self.waiter is waiter:
            self.waiter = None
            self.close()

    def close(self) -> None:
        """End the connection at once."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    @property
    def selected_protocol(self) -> str | None:
        """What was agreed on by ALPN, None without TLS."""
        assert self._transport is not None
        tls = self._transport.get_extra_info("ssl_object")
        return None if tls is None else tls.selected_alpn_protocol()

    @property
    def has_news(self) -> bool:
        """Whether something can be read, which between two exchanges nobody expects."""
        assert self._transport is not None
        news = select.poll()
        news.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return bool(news.poll(0))

    def _ring(self) -> None:
        self._timer = None
        if self.waiter is None:
            return
        if self._loop.time() < self.end - _TICK:
            self._timer = self._loop.call_at(self.end, self._ring)
        else:
            self._fail(Fault.TIME_OUT)

    def _fail(self, fault: Fault) -> None:
        self._settle(fault)
        self.close()

    def _settle(self, outcome: Outcome) -> None:
        waiter, self.waiter = self.waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(outcome)
        if self._writable is not None:
            self.resume_writing()

    def _finish(self, status: int, body: Body, *, reusable: bool) -> None:
        """Give the answer to whoever waits, and the connection back if it is as new."""
        reply = Reply(status, self._headers, body, self._coding)
        self._begin_answer()
        self._settle(reply)
        if reusable and not self._extra and not self._writing and not self.closed:
            self.on_free(self)
        else:
            self.close()

    def _status(self) -> int:
        status: int = self._parser.get_status_code()
        return status

    def _begin_answer(self) -> None:
        self._headers: RawHeaders = []
        self._body: list[bytes] = []
        self._size = 0
        self._allowed = self.limit
        self._quiet = 0
        self._length: int | None = None
        self._coding = b""
        self._headers_done = False
        self._keeps_alive = False
        self._until_closed = False
        self._complete = False
        self._fault: Fault | None = None
        self._target: bytearray | None = None
        self._filled = 0

    # From the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's transport is one

    def get_buffer(self, sizehint: int) -> memoryview:
        if self._target is None:
            return self._buffer
        return memoryview(self._target)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        if self._target is not None:
            self._filled += nbytes
            if self._filled == len(self._target):
                self._finish_long()
            return
        if self.waiter is None:
            self.close()  # nobody asked for it
            return
        self._answered = True
        self._quiet += nbytes
        try:
            self._parser.feed_data(self._buffer[:nbytes])
        except httptools.HttpParserUpgrade:
            self._complete = self._extra = True
        except httptools.HttpParserError:
            if not self._complete:
                self._fail(Fault.CUT_OFF)
                return
            self._extra = True  # the answer was whole, what follows it is nothing
        if self._fault is not None:
            self._fail(self._fault)
        elif self._complete:
            body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
            self._finish(self._status(), body, reusable=self._keeps_alive)
        elif self._quiet > _MAX_HEAD_BYTES:
            self._fail(Fault.CUT_OFF)
        elif self._length is not None and self._length - self._size >= _WORTH_A_BUFFER:
            self._read_straight(self._length)

    def _read_straight(self, length: int) -> None:
        """Read the rest of the body without the parser."""
        target = bytearray(length)
        for piece in self._body:
            target[self._filled : self._filled + len(piece)] = piece
            self._filled += len(piece)
        self._target = target

    def _finish_long(self) -> None:
        assert self._target is not None
        status = self._status()
        # The old one still waits for the body, which it has not seen.
        self._parser = httptools.HttpResponseParser(self)
        # Only so much was read; what follows would be taken for the beginning of the next answer.
        reusable = self._keeps_alive and not self.has_news
        self._finish(status, self._target, reusable=reusable)

    def eof_received(self) -> None:
        """The transport closes itself, as nothing true is returned."""
        self.closed = True
        self._ended(whole=True)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._ended(whole=exc is None)
        self.on_lost(self)

    def _ended(self, *, whole: bool) -> None:
        """No more will come; an answer without a length is complete then."""
        if self.waiter is None:
            return
        if whole and self._headers_done and self._until_closed and self._fault is None:
            self._finish(self._status(), b"".join(self._body), reusable=False)
        else:
            self._settle(Fault.CUT_OFF if self._answered else Fault.STALE)

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)

    # From the parser

    def on_message_begin(self) -> None:
        if self._complete:
            self._extra = True

    def on_header(self, name: bytes, value: bytes) -> None:
        self._size += len(name) + len(value)
        if self._headers_done or self._complete:
            return  # trailers say nothing that anybody asks for
        self._headers.append((name, value))
        if self._size > _MAX_HEAD_BYTES or len(self._headers) > _MAX_HEADERS:
            self._fault = Fault.CUT_OFF

    def on_headers_complete(self) -> None:
        if self._complete or self._fault is not None:
            return
        self._size = 0
        status = self._status()
        if status < 200 and status != _SWITCHING_PROTOCOLS:
            self._headers = []
            return
        self._headers_done = True
        # Asked now: after the message the parser has forgotten it.
        self._keeps_alive = self._parser.should_keep_alive()
        framed = False
        for name, value in self._headers:
            match name.lower():
                case b"content-length":
                    framed = True
                    # The parser has checked that it is a number.
                    self._length = int(value)
                case b"transfer-encoding":
                    framed = True
                case b"content-encoding":
                    self._coding = self._coding + b"," + value if self._coding else value
        self._until_closed = not framed
        self._allowed = self.limit
        if self._coding:
            # The bound is for what it is unpacked to; what is tiny grows when it is packed.
            self._allowed += self.limit // 64 + _PACKING_BYTES
        if self._length is not None and self._length > self._allowed:
            self._fault = Fault.TOO_LARGE

    def on_body(self, body: bytes) -> None:
        if self._complete:
            return
        self._quiet = 0
        self._size += len(body)
        self._body.append(body)
        if self._size > self._allowed:
            self._fault = self._fault or Fault.TOO_LARGE

    def on_message_complete(self) -> None:
        if self._headers_done:
            self._complete = True
