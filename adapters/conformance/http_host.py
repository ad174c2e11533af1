"""A small HTTP server on loopback that plays the platforms of centres, faults included."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from adapters.conformance.model import Fault

WAIT_SECONDS: Final = 1
"""What Retry-After asks for."""
TIMEOUT: Final = 1.0
"""How long the sources of the kit wait for an answer (`bounds.timeout`)."""
MOST_BYTES: Final = 1024 * 1024
"""The largest answer the sources of the kit take (`bounds.max_response_bytes`)."""
_LIMITED_CALLS: Final = 2

Answerer = Callable[[Request], Awaitable["Answered"]]


@dataclass(slots=True)
class Answered:
    """What a platform says without faults. `in_middle`: it is a page behind the first batch."""

    body: bytes
    in_middle: bool
    headers: dict[str, str] = field(default_factory=dict)


class Played:
    """One platform: an answerer, a fault, and what was seen of the calls."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self.early_calls = 0
        self._fault: Fault | None = None
        self._limited = 0
        self._failed = 0
        self._not_before = 0.0

    def break_down(self, fault: Fault | None) -> None:
        """Do something wrong from now on; None: mend."""
        self._fault, self._limited, self._failed = fault, 0, 0

    async def answer(self, request: Request) -> Response:
        """Return the answer to a call, with the fault of the moment."""
        if self._fault is Fault.RATE_LIMITED and (limited := self._limit()):
            return limited
        answered = await self._answerer(request)
        headers = {"content-type": "application/json; charset=utf-8"} | answered.headers
        if not answered.in_middle and self._fault not in (Fault.CHINESE, Fault.DRIPPING):
            return Response(answered.body, headers=headers)
        return await self._with_fault(answered.body, headers)

    async def _with_fault(self, body: bytes, headers: dict[str, str]) -> Response:
        match self._fault:
            case Fault.BROKEN_PAGE:
                return Response(body[: len(body) // 2], headers=headers)
            case Fault.FAILS:
                return Response(b"{}", 500)
            case Fault.FAILS_TWICE if self._failed < 2:
                self._failed += 1
                return Response(b"<html>Internal Server Error</html>", 500)
            case Fault.SILENT:
                await asyncio.sleep(TIMEOUT * 3)
                return Response(body, headers=headers)
            case Fault.DRIPPING:
                return StreamingResponse(_drip(body, TIMEOUT / 4), headers=headers)
            case Fault.DRIPPING_FOR_EVER:
                return StreamingResponse(_drip(body, TIMEOUT * 4), headers=headers)
            case Fault.CHINESE:
                text = body.decode("utf-8").encode("gb18030")
                return Response(text, headers=headers | {"content-type": "application/json"})
            case Fault.UNDECODABLE:
                return Response(body.replace(b'":"', b'":"\xff\xff\x80', 1), headers=headers)
            case Fault.BOMB:
                return StreamingResponse(_flood(), headers=headers)
            case _:
                return Response(body, headers=headers)

    def _limit(self) -> Response | None:
        """Return 429 for the first calls, and for any that comes before the wait is over."""
        now = time.monotonic()
        if now < self._not_before:
            self.early_calls += 1
        elif self._limited >= _LIMITED_CALLS:
            return None
        self._limited += 1
        # A little less than was asked for: clocks and sleeps are not exact.
        self._not_before = now + WAIT_SECONDS * 0.95
        body = b'{"code":429,"message":"too many calls","data":{"records":[]}}'
        return Response(body, 429, headers={"retry-after": str(WAIT_SECONDS)})


async def _drip(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    pieces = 20
    size = max(1, -(-len(body) // pieces))
    for begin in range(0, len(body), size):
        await asyncio.sleep(seconds / pieces)
        yield body[begin : begin + size]


async def _flood() -> AsyncIterator[bytes]:
    """Yield far more than may be read; who does not stop reading gets 256 MiB."""
    piece = b"[" * 65536
    for _ in range(4096):
        yield piece
        await asyncio.sleep(0)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals belong to the program the kit runs in.
        yield


class HttpHost:
    """The server: platforms by path, `/<name>/…`."""

    def __init__(self, port: int) -> None:
        self._played: dict[str, Played] = {}
        self.url = f"http://127.0.0.1:{port}"

    def add(self, name: str, played: Played) -> str:
        """Put a platform up and return its address."""
        self._played[name] = played
        return f"{self.url}/{name}"

    @classmethod
    @asynccontextmanager
    async def started(cls) -> AsyncIterator[HttpHost]:
        """Serve on a free port of loopback for as long as the block runs."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            host = cls(listening.getsockname()[1])
            app = Starlette(
                routes=[Route("/{name}/{rest:path}", host._answer, methods=["GET", "POST"])]
            )
            config = uvicorn.Config(
                app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
            )
            server = _Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                await server.ready.wait()
                yield host
            finally:
                server.should_exit = True
                await serving

    async def _answer(self, request: Request) -> Response:
        played = self._played.get(request.path_params["name"])
        return Response(status_code=404) if played is None else await played.answer(request)
