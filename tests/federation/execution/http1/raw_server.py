"""A server on bare sockets that does as each test says, and the client under test."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from federation.errors import SubgraphError
from federation.execution.transport import SubgraphRequest
from federation.execution.transports.http1.transport import Http1Transport
from federation.execution.transports.options import HttpOptions

REQUEST = SubgraphRequest("a", "{x}", {}, b'{"query":"{x}"}')
MUTATION = SubgraphRequest("a", "{x}", {}, b'{"query":"{x}"}', mutation=True)
BODY = b'{"data":{"x":1}}'


def answer(body: bytes = BODY, *lines: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *lines]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


class Peer:
    """One connection from the server's side. `number`: which of the server's, from 0."""

    def __init__(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.number = number
        self.reader = reader
        self.writer = writer

    async def request(self) -> bytes:
        """Return the next whole request. Raises `IncompleteReadError` when there is none."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"\r\ncontent-length: (\d+)\r\n", head, re.IGNORECASE)
        assert found is not None
        return head + await self.reader.readexactly(int(found[1]))

    async def say(self, *pieces: bytes) -> None:
        """Send pieces so that they arrive one by one."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if len(pieces) > 1:
                await asyncio.sleep(0.002)


class Server:
    """`connections` ever, `ended` of them; `requests` as they came."""

    def __init__(self, act: Callable[[Server, Peer], Awaitable[None]]) -> None:
        self._act = act
        self.connections = 0
        self.ended = 0
        self.requests: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(self.connections, reader, writer)
        self.connections += 1
        try:
            await self._act(self, peer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.ended += 1
            writer.close()


def saying(*pieces: bytes, then_close: bool = False) -> Server:
    """Return a server that answers every request with these pieces."""

    async def act(server: Server, peer: Peer) -> None:
        while True:
            server.requests.append(await peer.request())
            await peer.say(*pieces)
            if then_close:
                return

    return Server(act)


@asynccontextmanager
async def calling(
    server: Server, host: str = "127.0.0.1", **options: Any
) -> AsyncIterator[Http1Transport]:
    listening = await asyncio.start_server(server, host, 0)
    port = listening.sockets[0].getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    user = options.pop("user", "")
    path = options.pop("path", "/graphql")
    transport = Http1Transport(HttpOptions(f"http://{user}{name}:{port}{path}", **options))
    try:
        yield transport
    finally:
        await transport.close()
        listening.close()


async def failing(transport: Http1Transport, request: SubgraphRequest = REQUEST) -> SubgraphError:
    with pytest.raises(SubgraphError) as caught:
        await transport.send(request)
    return caught.value


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens soon."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110, the other side has no event for it
            await asyncio.sleep(0.005)
