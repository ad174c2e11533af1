"""One suite for both HTTP clients, against a server that misbehaves as told; and in process."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from federation.errors import Failure, SubgraphError
from federation.execution.transport import SubgraphRequest, SubgraphTransport
from federation.execution.transports.http import HttpTransport
from federation.execution.transports.http1.transport import Http1Transport
from federation.execution.transports.in_process import InProcessTransport
from federation.execution.transports.options import Compression, HttpOptions

BOTH = pytest.mark.parametrize("kind", [HttpTransport, Http1Transport])
REQUEST = SubgraphRequest("a", "{x}", {}, b'{"query":"{x}"}', headers={"authorization": "t"})


def reply(body: bytes, status: int = 200, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", "content-type: application/json"]
    headers.setdefault("content_length", str(len(body)))
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Server:
    """Sends the same bytes to every request; keeps what it was sent."""

    def __init__(self, answer: bytes, hold: float = 0, close: bool = False) -> None:
        self.answer, self.hold, self.close = answer, hold, close
        self.requests: list[bytes] = []
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                self.requests.append(head + await reader.readexactly(length))
                await asyncio.sleep(self.hold)
                writer.write(self.answer)
                await writer.drain()
                if self.close:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[str]:
    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/graphql"
    finally:
        listening.close()


@asynccontextmanager
async def calling(kind: Any, server: Server, **options: Any) -> AsyncIterator[SubgraphTransport]:
    async with serving(server) as url:
        transport: SubgraphTransport = kind(HttpOptions(url, **options))
        try:
            yield transport
        finally:
            await transport.close()


async def failing(
    transport: SubgraphTransport, request: SubgraphRequest = REQUEST
) -> SubgraphError:
    with pytest.raises(SubgraphError) as caught:
        await transport.send(request)
    assert caught.value.subgraph == "a"
    assert "127.0.0.1" not in caught.value.message
    return caught.value


@BOTH
async def test_what_is_sent_and_read(kind: Any) -> None:
    body = {"data": {"x": 2**70}, "errors": None, "extensions": {"cost": 1}}
    server = Server(reply(json.dumps(body).encode()))
    async with calling(kind, server) as transport:
        for _ in range(3):
            response = await transport.send(REQUEST)
    assert response.data == {"x": 2**70}
    assert (response.errors, response.extensions, response.status) == ((), {"cost": 1}, 200)
    assert server.connections == 1  # kept alive
    head = server.requests[0].lower()
    assert head.startswith(b"post /graphql http/1.1\r\n")
    assert b"content-type: application/json\r\n" in head
    assert b"accept: application/graphql-response+json, application/json\r\n" in head
    assert b"authorization: t\r\n" in head
    assert head.endswith(b'\r\n\r\n{"query":"{x}"}')


@BOTH
async def test_a_graphql_response_counts_whatever_the_status(kind: Any) -> None:
    body = b'{"errors":[{"message":"m"}]}'
    async with calling(kind, Server(reply(body, 400))) as transport:
        response = await transport.send(REQUEST)
    assert (response.data, response.errors, response.status) == (None, ({"message": "m"},), 400)


@BOTH
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"oops", 200, "SUBREQUEST_MALFORMED_RESPONSE"),
        (b"", 200, "SUBREQUEST_MALFORMED_RESPONSE"),
        (b'{"data":', 200, "SUBREQUEST_MALFORMED_RESPONSE"),
        (b'{"data":"\xff"}', 200, "SUBREQUEST_MALFORMED_RESPONSE"),
        (b"[]", 200, "SUBREQUEST_MALFORMED_RESPONSE"),
        (b"{}", 200, "SUBREQUEST_MALFORMED_RESPONSE"),
        (b'{"errors":"x"}', 200, "SUBREQUEST_MALFORMED_RESPONSE"),
        (b'{"data":{},"errors":[1]}', 200, "SUBREQUEST_MALFORMED_RESPONSE"),
        (b"[" * 100_000, 200, "SUBREQUEST_MALFORMED_RESPONSE"),
        (b"<html>", 502, "SUBREQUEST_HTTP_ERROR"),
        (b'{"message":"no"}', 401, "SUBREQUEST_HTTP_ERROR"),
        (b"", 302, "SUBREQUEST_HTTP_ERROR"),
    ],
)
async def test_what_is_no_graphql_response(kind: Any, body: bytes, status: int, code: str) -> None:
    async with calling(kind, Server(reply(body, status, location="/elsewhere"))) as transport:
        error = await failing(transport)
    assert error.code == code
    assert error.status == status


@BOTH
async def test_a_body_that_is_too_large(kind: Any) -> None:
    body = b'{"data":{"x":"' + b"y" * 5000 + b'"}}'
    async with calling(kind, Server(reply(body), close=True), max_response_bytes=1000) as transport:
        announced = await failing(transport)
    chunked = reply(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), content_length="",
                    transfer_encoding="chunked")  # fmt: skip
    async with calling(kind, Server(chunked, close=True), max_response_bytes=1000) as transport:
        streamed = await failing(transport)
    packed = gzip.compress(body)
    zipped = reply(packed, content_encoding="gzip")
    async with calling(kind, Server(zipped, close=True), max_response_bytes=1000) as transport:
        unpacked = await failing(transport)
    for error in (announced, streamed, unpacked):
        assert error.code == "SUBREQUEST_MALFORMED_RESPONSE"
        assert "larger than the 1000 bytes" in error.message


@BOTH
async def test_compressed_answers_are_read(kind: Any) -> None:
    packed = gzip.compress(b'{"data":{"x":1}}')
    async with calling(kind, Server(reply(packed, content_encoding="gzip"))) as transport:
        assert (await transport.send(REQUEST)).data == {"x": 1}


@BOTH
async def test_time_limits(kind: Any) -> None:
    server = Server(reply(b'{"data":{}}'), hold=5)
    async with calling(kind, server, timeout=0.05) as transport:
        assert (await failing(transport)).code == "GATEWAY_TIMEOUT"
        now = asyncio.get_running_loop().time()
        late = SubgraphRequest("a", "", {}, b"{}", deadline=now - 1)
        assert (await failing(transport, late)).code == "GATEWAY_TIMEOUT"
    async with calling(kind, server) as transport:
        soon = SubgraphRequest(
            "a", "", {}, b"{}", deadline=asyncio.get_running_loop().time() + 0.05
        )
        assert (await failing(transport, soon)).code == "GATEWAY_TIMEOUT"


@BOTH
async def test_no_connection_and_a_cut_off_answer(kind: Any) -> None:
    cut = reply(b'{"data":{"x"', content_length="500")
    async with calling(kind, Server(cut, close=True)) as transport:
        assert (await failing(transport)).code == "SUBREQUEST_HTTP_ERROR"
    async with serving(Server(b"")) as url:
        pass
    transport = kind(HttpOptions(url))
    try:
        assert (await failing(transport)).code == "SUBREQUEST_HTTP_ERROR"
    finally:
        await transport.close()


HEADED = (
    b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nX-B: \xe4\r\nSet-Cookie: p=1\r\nset-cookie: q=1\r\n"
    b"Content-Length: 16\r\n\r\n" + b'{"data":{"x":1}}'
)


@BOTH
@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ((), []),
        (("x-a", "x-absent"), [("x-a", "1"), ("x-a", "2")]),
        (("x-b", "set-cookie"), [("set-cookie", "p=1"), ("set-cookie", "q=1")]),
        (
            None,
            [
                ("x-a", "1"),
                ("x-a", "2"),
                ("set-cookie", "p=1"),
                ("set-cookie", "q=1"),
                ("content-length", "16"),
            ],
        ),
    ],
)
async def test_headers_are_kept_as_asked(kind: Any, keep: Any, kept: list[Any]) -> None:
    async with calling(kind, Server(HEADED), keep_headers=keep) as transport:
        response = await transport.send(REQUEST)
    assert response.data == {"x": 1}
    assert list(response.headers) == kept


@BOTH
@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7.0), ("soon", None), ("", None), ("\xe4", None)]
)
async def test_when_to_come_back(kind: Any, value: str, seconds: float | None) -> None:
    for body in (b"busy", b'{"errors":[{"message":"m"}]}'):
        head = b"HTTP/1.1 503 X\r\nretry-after: %s\r\ncontent-length: %d\r\n\r\n"
        server = Server(head % (value.encode("latin-1"), len(body)) + body)
        async with calling(kind, server) as transport:
            if body == b"busy":
                assert (await failing(transport)).retry_after == seconds
            else:
                assert (await transport.send(REQUEST)).retry_after == seconds


@BOTH
async def test_our_own_headers_are_there_once(kind: Any) -> None:
    """A rule may pass on a header of the client's that the transport sends itself."""
    server = Server(reply(b'{"data":{}}'))
    request = SubgraphRequest("a", "", {}, b"{}", headers={"x-time": "9", "x-y": "1"})
    async with calling(kind, server, deadline_header="x-time", timeout=2) as transport:
        await transport.send(request)
    (head,) = server.requests
    lines = [line for line in head.lower().split(b"\r\n") if line.startswith(b"x-")]
    assert sorted(lines) == [b"x-time: 2000", b"x-y: 1"]


@BOTH
async def test_why_a_call_failed_is_told_apart(kind: Any) -> None:
    """Only what was not answered at all may be asked again."""
    cut = reply(b'{"data":{"x"', content_length="500")
    for answer, failure in (
        (b"", Failure.NO_ANSWER),
        (cut, Failure.CUT_OFF),
        (b"no HTTP\r\n\r\n", Failure.CUT_OFF),
        (reply(b"oops"), Failure.MALFORMED),
        (reply(b"oops", 500), Failure.STATUS),
    ):
        async with calling(kind, Server(answer, close=True)) as transport:
            assert (await failing(transport)).failure is failure, answer
    async with calling(kind, Server(b"", hold=5), timeout=0.05) as transport:
        assert (await failing(transport)).failure is Failure.TIME_OUT
    transport = kind(HttpOptions("http://127.0.0.1:1/"))
    assert (await failing(transport)).failure is Failure.NO_ANSWER
    await transport.close()


@BOTH
@pytest.mark.parametrize("how", list(Compression))
async def test_bodies_are_compressed_when_it_pays(kind: Any, how: Compression) -> None:
    server = Server(reply(b'{"data":{}}'))
    large = b'{"query":"' + b"x" * 5000 + b'"}'
    async with calling(kind, server, compression=how) as transport:
        for body in (b"{}", large):
            await transport.send(SubgraphRequest("a", "", {}, body))
    small, packed = (request.split(b"\r\n\r\n", 1) for request in server.requests)
    assert small[1] == b"{}"
    assert b"content-encoding" not in small[0].lower()
    if how is Compression.IDENTITY:
        assert packed[1] == large
        return
    assert b"content-encoding: " + how.value.encode() in packed[0].lower()
    unpack = gzip.decompress if how is Compression.GZIP else zlib.decompress
    assert unpack(packed[1]) == large
    assert len(packed[1]) < 200


@BOTH
async def test_cancelling_ends_the_call(kind: Any) -> None:
    async with calling(kind, Server(reply(b"{}"), hold=5)) as transport:
        task = asyncio.ensure_future(transport.send(REQUEST))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_in_process() -> None:
    seen: list[Any] = []

    async def execute(
        query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        seen.append((query, dict(variables), name, headers))
        variables["injected"] = object()
        return {"data": {"x": 1}, "errors": [{"message": "m"}]}

    transport = InProcessTransport(execute)
    request = SubgraphRequest("a", "{x}", {"v": 1}, b"", "Name", {"h": "1"})
    response = await transport.send(request)
    assert (response.data, response.errors) == ({"x": 1}, ({"message": "m"},))
    assert seen == [("{x}", {"v": 1}, "Name", {"h": "1"})]
    assert request.variables == {"v": 1}
    await transport.close()


async def test_in_process_keeps_the_deadline() -> None:
    async def execute(*_: Any) -> Mapping[str, Any]:
        await asyncio.sleep(60)
        return {}

    now = asyncio.get_running_loop().time()
    request = SubgraphRequest("a", "", {}, b"", deadline=now + 0.01)
    assert (await failing(InProcessTransport(execute), request)).code == "GATEWAY_TIMEOUT"


async def test_in_process_time_out_of_its_own_is_not_the_deadline() -> None:
    async def execute(*_: Any) -> Mapping[str, Any]:
        raise TimeoutError("database")

    with pytest.raises(TimeoutError, match="database"):
        await InProcessTransport(execute).send(REQUEST)
