"""The direct way from the connection to the pipeline answers, byte by byte, what ASGI's does."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from federation.server.listener.http_cycle import QuickCycle
from federation.server.listener.http_protocol import BoundedHttpProtocol
from federation.server.settings.batching import Batching
from federation.server.settings.engine import EngineSettings
from federation.server.settings.uploads import FileUploads
from tests.federation.server.harness import Client, engine

_JSON = b"content-type: application/json"
_SETTINGS = EngineSettings(
    batching=Batching(enabled=True), preview_file_uploads=FileUploads(enabled=True)
)


class _Ordinary(BoundedHttpProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._direct_path = None


class _Server:
    """`direct`: how many requests went the direct way."""

    def __init__(self, port: int, state: ServerState, client: Client) -> None:
        self.port = port
        self.state = state
        self.client = client

    async def exchange(self, *pieces: bytes, pause: float = 0.02) -> bytes:
        """Return all that is answered to `pieces`, until the server closes or is silent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            got = b""
            with contextlib.suppress(TimeoutError):
                while more := await asyncio.wait_for(reader.read(65536), 0.15):
                    got += more
            return got
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def _serving(
    protocol: type[BoundedHttpProtocol] = BoundedHttpProtocol, *, keep_alive: int = 5
) -> AsyncIterator[_Server]:
    async with engine(_SETTINGS) as client:
        config = uvicorn.Config(
            client.app, lifespan="off", log_config=None, access_log=False, proxy_headers=False,
            timeout_keep_alive=keep_alive,
        )  # fmt: skip
        config.load()
        state = ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
        try:
            yield _Server(server.sockets[0].getsockname()[1], state, client)
        finally:
            server.close()
            for connection in list(state.connections):
                connection.transport.close()
            await asyncio.sleep(0.02)
            assert not state.tasks
            assert not state.connections


def _post(body: bytes | str, *headers: bytes, path: bytes = b"/graphql") -> bytes:
    body = body.encode() if isinstance(body, str) else body
    lines = [b"POST %b HTTP/1.1" % path, b"host: x", *(headers or (_JSON,))]
    lines.append(b"content-length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _query(query: str, **more: Any) -> str:
    return json.dumps({"query": query, **more})


def _form(*parts: tuple[str, str]) -> bytes:
    made = [
        f'--x\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts
    ]
    return ("".join(made) + "--x--\r\n").encode()


_HELLO = _query("{ tree { name } }")
_REQUESTS: dict[str, tuple[bytes, ...]] = {
    "query": (_post(_HELLO),),
    "again, known by its bytes": (_post(_HELLO), _post(_HELLO), _post(_HELLO)),
    "variables": (_post(_query("query ($m: Int!) { slow(milliseconds: $m) }", variables={"m": 1})),)
    * 3,
    "wrong variables": (
        _post(_query("query ($m: Int!) { slow(milliseconds: $m) }", variables={"m": "1"})),
    )
    * 3,
    "mutation": (_post(_query("mutation { bump }")),) * 3,
    "unknown field": (_post(_query("{ nothing }")),) * 3,
    "introspection": (_post(_query("{ __typename }")),) * 2,
    "in two pieces": (_post(_HELLO)[:-5], _post(_HELLO)[-5:]),
    "head in pieces": (_post(_HELLO)[:30], _post(_HELLO)[30:]),
    "pipelined": (_post(_query("{ slow(milliseconds: 60) }")) + _post(_HELLO) + _post("{"),),
    "pipelined, then in pieces": (_post(_HELLO) + _post(_HELLO)[:90], _post(_HELLO)[90:]),
    "no JSON": (_post("{"),),
    "no query": (_post("{}"),),
    "array": (_post(f"[{_HELLO},{_HELLO}]"),),
    "form": (
        _post(
            _form(("operations", _HELLO), ("map", "{}")),
            b"content-type: multipart/form-data; boundary=x",
            b"apollo-require-preflight: 1",
        ),
    ),
    "CSRF": (_post(_HELLO, b"content-type: text/plain"),),
    "another media type": (_post(_HELLO, b"content-type: text/csv"),),
    "gzip in": (_post(gzip.compress(_HELLO.encode()), _JSON, b"content-encoding: gzip"),),
    "gzip wanted": (_post(_HELLO, _JSON, b"accept-encoding: gzip, identity;q=0"),),
    "nothing acceptable": (_post(_HELLO, _JSON, b"accept: text/csv"),),
    "one event": (_post(_HELLO, _JSON, b"accept: text/event-stream"),),
    "too large": (_post(b" " * 2_100_000)[:200],),
    "query string": (_post(_HELLO, path=b"/graphql?a=b"),),
    "encoded path": (_post(_HELLO, path=b"/graph%71l"),),
    "another path": (_post(_HELLO, path=b"/graphqls"),),
    "100-continue": (
        _post(_HELLO, _JSON, b"expect: 100-continue").partition(b"{")[0],
        _HELLO.encode(),
    ),
    "chunked": (
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(_HELLO), _HELLO.encode()),
    ),
    "closes": (_post(_HELLO, _JSON, b"connection: close"),),
    "HTTP/1.0": (_post(_HELLO).replace(b"HTTP/1.1", b"HTTP/1.0"),),
    "HTTP/1.0 that would go on": (
        _post(_HELLO, _JSON, b"connection: keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0"),
    ),
    "goes on": (_post(_HELLO, _JSON, b"connection: keep-alive"),),
    "upgrade to what we do not speak": (
        _post(_HELLO, _JSON, b"connection: upgrade", b"upgrade: h2c"),
    ),
    "GET": (
        b"GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: x\r\n"
        b"apollo-require-preflight: 1\r\n\r\n",
    ),
    "HEAD": (b"HEAD /graphql HTTP/1.1\r\nhost: x\r\n\r\n",),
    "PUT": (_post(_HELLO).replace(b"POST", b"PUT"),),
}


@pytest.mark.parametrize("name", _REQUESTS)
async def test_the_same_is_answered_as_through_asgi(name: str) -> None:
    pieces = _REQUESTS[name]
    async with _serving(_Ordinary) as server:
        expected = await server.exchange(*pieces)
    async with _serving() as server:
        assert await server.exchange(*pieces) == expected
    assert expected.startswith(b"HTTP/1.1 ")


async def test_whole_requests_go_the_direct_way(monkeypatch: pytest.MonkeyPatch) -> None:
    ways: list[str] = []
    for way in ("run_direct", "run_asgi"):
        original = getattr(QuickCycle, way)

        async def told(cycle: Any, app: Any, way: str = way, run: Any = original) -> None:
            ways.append(way)
            await run(cycle, app)

        monkeypatch.setattr(QuickCycle, way, told)
    async with _serving() as server:
        await server.exchange(_post(_HELLO), _post(_HELLO)[:-5], _post(_HELLO)[-5:])
    assert ways == ["run_direct", "run_asgi"]


@pytest.mark.parametrize("before", [b"", _post(_HELLO)])
async def test_the_subgraphs_call_ends_when_the_client_goes(before: bytes) -> None:
    ended = asyncio.Event()
    async with _serving() as server:
        resolve = server.client.subgraph.slow

        async def slow(info: Any, milliseconds: int) -> int:
            try:
                return await resolve(info, milliseconds)
            finally:
                ended.set()

        server.client.subgraph.slow = slow  # type: ignore[method-assign]
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(before + _post(_query("{ slow(milliseconds: 30000) }")))
        await asyncio.sleep(0.1)
        assert len(server.state.tasks) == 1
        began = time.monotonic()
        writer.close()
        await asyncio.wait_for(ended.wait(), 5)
        assert time.monotonic() - began < 1
        assert server.client.app.running == 0


async def test_a_request_is_not_begun_whose_client_has_gone() -> None:
    async with _serving() as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            _post(_query("{ slow(milliseconds: 300) }")) + _post(_query("mutation { bump }"))
        )
        await asyncio.sleep(0.1)
        writer.transport.abort()
        await asyncio.sleep(0.4)
        assert server.client.subgraph.bumps == 0


async def test_an_idle_connection_is_closed_in_time() -> None:
    async with _serving(keep_alive=1) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        began = time.monotonic()
        for _ in range(4):  # a timer that does not begin anew would close it meanwhile
            writer.write(_post(_HELLO))
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"200 OK" in head
            await reader.readexactly(len(b'{"data":{"tree":{"name":"root"}}}'))
            await asyncio.sleep(0.4)
        writer.write(_post(_query("{ slow(milliseconds: 1500) }")))  # not idle, however long
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        assert time.monotonic() - began > 3
        assert await asyncio.wait_for(reader.read(), 3) == b'{"data":{"slow":1500}}'
        writer.close()


async def test_a_bug_is_answered_with_500(monkeypatch: pytest.MonkeyPatch) -> None:
    async with _serving() as server:

        def broken(cycle: QuickCycle) -> Any:
            raise ValueError("a bug")

        server.client.app.direct = broken
        assert (await server.exchange(_post(_HELLO))).startswith(b"HTTP/1.1 500 ")
