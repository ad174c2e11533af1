"""Subgraphs over HTTP that fail as told, on loopback, and an engine over several of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from federation.composition import compose
from federation.composition.result import Composed, SubgraphSource
from federation.config.load import parse_config
from federation.server.app import Application, build_app
from federation.server.engine import Engine
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import Client, running

Behaviour = Callable[["Call"], Awaitable[None]]


class Call:
    """One request at a subgraph. `number` counts them from 1."""

    def __init__(
        self, subgraph: Faulty, number: int, head: bytes, body: bytes, writer: asyncio.StreamWriter
    ) -> None:
        self.subgraph, self.number, self.head, self.body = subgraph, number, head, body
        self.writer = writer

    @property
    def answer(self) -> bytes:
        """The right answer: the variable, or 1, for the subgraph's one field."""
        variables = json.loads(self.body).get("variables") or {}
        value = next((one for one in variables.values() if isinstance(one, int)), 1)
        return json.dumps({"data": {self.subgraph.name: value}}).encode()

    async def reply(self, body: bytes | None = None, status: int = 200, *headers: str) -> None:
        body = self.answer if body is None else body
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", *headers]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await self.writer.drain()

    def reset(self) -> None:
        """Break the connection off with RST."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


class Faulty:
    """A subgraph with the query and the mutation field of its name. `behave` can be changed."""

    def __init__(self, name: str, behave: Behaviour | None = None) -> None:
        self.name = name
        self.behave = behave or well
        self.calls = 0
        self.at_once = 0
        self.most_at_once = 0
        self.heads: list[bytes] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._writers):
            writer.transport.abort()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: the library reports one that is cancelled as an error.
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                self.calls += 1
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                self.heads.append(head)
                try:
                    await self.behave(Call(self, self.calls, head, body, writer))
                finally:
                    self.at_once -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()


async def well(call: Call) -> None:
    await call.reply()


async def hang(call: Call) -> None:
    await asyncio.sleep(30)


async def wrong_json(call: Call) -> None:
    await call.reply(b'{"data": {"x": ')


async def wrong_content(call: Call) -> None:
    await call.reply(b"<html><body>Maintenance</body></html>", 200, "content-type: text/html")


async def wrong_shape(call: Call) -> None:
    await call.reply(json.dumps({"data": {call.subgraph.name: {"a": [1]}, "b": 2}}).encode())


async def huge(call: Call) -> None:
    """64 MB without an announced length."""
    call.writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    for _ in range(1024):
        call.writer.write(chunk)
        await call.writer.drain()
    call.writer.write(b"0\r\n\r\n")


async def drip(call: Call) -> None:
    """One byte every 20 ms."""
    call.writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(1000):
        call.writer.write(b" ")
        await call.writer.drain()
        await asyncio.sleep(0.02)


async def drop(call: Call) -> None:
    call.reset()


async def cut(call: Call) -> None:
    call.writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{")
    await call.writer.drain()
    call.writer.close()


async def garbage(call: Call) -> None:
    call.writer.write(b"\x00\xff\x00 not HTTP at all\r\n\r\n")
    await call.writer.drain()
    call.writer.close()


async def unavailable(call: Call) -> None:
    await call.reply(b"busy", 503)


async def flap(call: Call) -> None:
    """Every other call fails."""
    if call.number % 2:
        await call.reply(b"busy", 503)
    else:
        await call.reply()


def sdl(name: str) -> str:
    return f"""
        type Query {{ {name}(n: Int, s: String): Int }}
        type Mutation {{ change_{name}(n: Int): Int }}
    """


@contextlib.asynccontextmanager
async def federated(text: str, *subgraphs: Faulty) -> AsyncIterator[tuple[Client, Engine, str]]:
    """Serve an engine over the subgraphs; give a client, the engine and the supergraph."""
    for subgraph in subgraphs:
        await subgraph.start()
    composed = compose(
        [
            SubgraphSource(one.name, f"http://127.0.0.1:{one.port}/", sdl(one.name))
            for one in subgraphs
        ]
    )
    assert isinstance(composed, Composed)
    settings: Any = parse_config(text, EngineSettings, source="hub.yaml", environment={})

    async def source() -> str:
        return composed.supergraph_sdl

    app: Application = build_app(settings, source)
    try:
        async with running(app):
            yield Client(app), app._engine_of[0], composed.supergraph_sdl
    finally:
        for subgraph in subgraphs:
            await subgraph.stop()
