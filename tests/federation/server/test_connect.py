"""From settings to calls: certificates, header rules both ways, which client makes the calls."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from federation.config.load import parse_config
from federation.errors import SupergraphError
from federation.execution.single_flight import SingleFlight
from federation.execution.transports import choose
from federation.execution.transports.http1.transport import Http1Transport
from federation.execution.transports.in_process import InProcessTransport
from federation.server.app import build_app
from federation.server.settings.engine import EngineSettings
from federation.server.subgraphs.connect import connect
from federation.server.subgraphs.connect_streams import connect_streams
from federation.supergraph.reader import read_supergraph
from tests.federation.execution.stream_servers import serving
from tests.federation.server import faulty
from tests.federation.server.faulty import Call, Faulty, federated
from tests.federation.server.harness import Client, running
from tests.federation.server.stream_harness import supergraph
from tests.support.certificates import Authority, server_context

MODEL = read_supergraph(supergraph())


def read(text: str) -> EngineSettings:
    return parse_config(text, EngineSettings, source="hub.yaml", environment={})


async def close(transports: Mapping[str, Any]) -> None:
    for transport in transports.values():
        await transport.close()


async def test_a_subgraph_in_this_process_has_no_guards() -> None:
    async def execute(*_: Any) -> Mapping[str, Any]:
        return {"data": {}}

    every = "traffic_shaping: {all: {circuit_breaker: {enabled: true}}}"
    transports = connect(MODEL, read(every), {"items": execute})
    assert isinstance(transports["items"], SingleFlight)
    assert isinstance(transports["items"]._transport, InProcessTransport)
    await close(transports)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('override_subgraph_url: {items: "ftp://a/"}', "'items' has the url 'ftp://a/', which is"),
        ('override_subgraph_url: {items: "http://[::1/"}', "'items' cannot be called at its url"),
        (
            "tls: {subgraph: {subgraphs: {items: {certificate_authorities: /absent.pem}}}}",
            "Certificates of subgraph 'items': cannot read /absent.pem: No such file",
        ),
    ],
)
async def test_what_cannot_be_used_is_told_when_it_is_loaded(text: str, problem: str) -> None:
    with pytest.raises(SupergraphError, match=problem):
        connect(MODEL, read(text), {})


def test_streams_tell_it_too() -> None:
    text = "tls: {subgraph: {all: {certificate_authorities: /absent.pem}}}"
    secure = 'override_subgraph_url: {items: "https://a.example/"}\n' + text
    with pytest.raises(SupergraphError, match=r"'items': cannot read /absent\.pem"):
        connect_streams(MODEL, read(secure), {}, None)


async def test_without_pyreqwest_our_client_makes_the_calls_or_says_why_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choose, "find_spec", lambda name: None)
    unguarded = "traffic_shaping: {all: {deduplicate_query: false, retry: {enabled: false},"
    transports = connect(MODEL, read(unguarded + " concurrency: {enabled: false}}}"), {})
    assert isinstance(transports["items"], Http1Transport)
    await close(transports)
    with pytest.raises(SupergraphError, match="http2only needs pyreqwest, which is not installed"):
        connect(MODEL, read("traffic_shaping: {all: {experimental_http2: http2only}}"), {})


async def test_certificates_of_the_settings_are_used(tmp_path: Path) -> None:
    authority = Authority()
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    chain, key = authority.issue("hub").write(tmp_path, "hub")
    context = server_context(authority.issue(), tmp_path, clients=authority)
    seen: list[Any] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peercert")["subject"])
        try:
            await reader.readuntil(b"\r\n\r\n")
            body = b'{"data":{"bad":1}}'
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    where = f'override_subgraph_url: {{bad: "https://127.0.0.1:{port}/"}}\n'
    own = (
        f"tls: {{subgraph: {{subgraphs: {{bad: {{certificate_authorities: {tmp_path}/ca.pem,"
        f" client_authentication: {{certificate_chain: {chain}, key: {key}}}}}}}}}}}"
    )
    async with server:
        for text, answered in ((where + own, {"bad": 1}), (where, {"bad": None})):
            async with federated(text, Faulty("bad")) as (client, _, _):
                assert (await client.post("{ bad }")).json["data"] == answered
    assert seen == [((("commonName", "hub"),),)]


async def test_headers_in_both_directions() -> None:
    def told(*headers: str) -> faulty.Behaviour:
        async def behave(call: Call) -> None:
            await call.reply(None, 200, *headers)

        return behave

    one = Faulty("one", told("x-warning: 1", "cache-control: max-age=9", "x-secret: s"))
    two = Faulty("two", told("x-warning: 2", "set-cookie: a=1", "set-cookie: b=2"))
    text = """
headers:
  all:
    request: [{propagate: {matching: "."}}]
    response: [{propagate: {named: x-warning, algorithm: append}}]
  subgraphs:
    two: {response: [{propagate: {named: set-cookie, algorithm: append}}]}
"""
    async with federated(text, one, two) as (client, _, _):
        reply = await client.post(
            "{ one two }", headers={"x-many": "1", "x-request-timeout-ms": "9000"}
        )
        assert reply.json == {"data": {"one": 1, "two": 1}}
        assert reply.headers["x-warning"] == "1, 2"
        assert reply.headers["set-cookie"] == "b=2"  # the last line; the harness keeps one
        assert "x-secret" not in reply.headers
        assert "no-store" in reply.headers["cache-control"]
        assert "x-warning" not in (await client.post("{ __typename }")).headers
        # Of a shared answer everybody has the headers.
        both = await asyncio.gather(*(client.post("{ one }") for _ in range(2)))
        assert [reply.headers["x-warning"] for reply in both] == ["1", "1"]
    head = one.heads[0].lower()
    assert head.count(b"x-request-timeout-ms:") == 1
    assert b"x-many: 1" in head


async def test_without_rules_no_header_is_kept() -> None:
    one = Faulty("one")
    async with federated("{}", one) as (client, engine, _):
        await client.post("{ one }", headers={"x-a": "1", "authorization": "secret"})
        assert engine.pipeline.response_headers is None
    assert b"secret" not in one.heads[0]


@pytest.mark.parametrize("protocol", ["sse", "graphql_ws"])
async def test_rules_hold_for_event_streams(protocol: str) -> None:
    """The client comes over SSE; what the subgraph's stream is opened with is looked at."""
    seen: list[Mapping[str, str]] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append({name.lower(): value for name, value in request.headers.items()})
        return web.Response(status=400)

    async with serving(handler) as url:
        text = f"""
override_subgraph_url: {{prices: "{url}"}}
subscription: {{mode: {{passthrough: {{all: {{protocol: {protocol}}}}}}}}}
headers:
  all: {{request: [{{propagate: {{matching: "."}}}}, {{insert: {{name: x-hub, value: h}}}}]}}
  subgraphs: {{prices: {{request: [{{remove: {{named: x-secret}}}}]}}}}
"""

        async def source() -> str:
            return supergraph()

        app = build_app(read(text), source)
        async with running(app):
            reply = await Client(app).post(
                "subscription { priceChanged { id } }",
                headers={"accept": "text/event-stream", "x-a": "1", "x-secret": "s"},
            )
            assert b"errors" in reply.body
    (headers,) = seen
    assert (headers["x-a"], headers["x-hub"]) == ("1", "h")
    assert "x-secret" not in headers
    assert json.dumps(headers).count("text/event-stream") == (1 if protocol == "sse" else 0)
