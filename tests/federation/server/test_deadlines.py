"""One deadline for a request: taken from its sender, kept, passed on to subgraphs."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from federation.composition import compose
from federation.composition.result import Composed, SubgraphSource
from federation.config.errors import ConfigError
from federation.config.load import parse_config
from federation.server.app import build_app
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import Client, engine, running

HEADER = "x-request-timeout-ms"
SLOW = "{ slow(milliseconds: 5000) }"


def settings(text: str) -> EngineSettings:
    return parse_config(text, EngineSettings, source="hub.yaml", environment={})


async def test_the_senders_deadline_is_kept() -> None:
    async with engine() as client:
        started = asyncio.get_running_loop().time()
        reply = await client.post(SLOW, headers={HEADER: "100"})
        assert asyncio.get_running_loop().time() - started < 2
        assert (reply.status, reply.code) == (504, "GATEWAY_TIMEOUT")
        assert "data" not in reply.json
        assert [e["extensions"].get("service") for e in reply.json["errors"]] == [None, "demo"]


async def test_nobody_can_lengthen_our_own_time() -> None:
    async with engine(settings("traffic_shaping: {router: {timeout: 100ms}}")) as client:
        started = asyncio.get_running_loop().time()
        reply = await client.post(SLOW, headers={HEADER: "9999999999"})
        assert asyncio.get_running_loop().time() - started < 2
        assert reply.status == 504


async def test_no_time_at_all() -> None:
    async with engine() as client:
        await client.post("{ hello }")
        before = len(client.subgraph.calls)
        reply = await client.post("{ hello }", headers={HEADER: "0"})
        assert (reply.status, reply.code) == (504, "GATEWAY_TIMEOUT")
        reply = await client.post("{ hello, again: hello }", headers={HEADER: "0"})
        assert (reply.status, reply.code) == (504, "GATEWAY_TIMEOUT")
        assert len(client.subgraph.calls) == before


@pytest.mark.parametrize(
    "value", ["", "soon", "-1", "+5", "1.5", "1e3", "0x10", "5s", "١٢", "99999999999", "5, 6"]
)
async def test_what_cannot_be_read_is_refused(value: str) -> None:
    async with engine() as client:
        reply = await client.post("{ hello }", headers={HEADER: value})
        assert (reply.status, reply.code) == (400, "INVALID_TIMEOUT_HEADER")
        assert client.subgraph.calls == []


async def test_the_name_and_whether_it_is_accepted_are_settings() -> None:
    other = settings("traffic_shaping: {deadline: {header: X-Envoy-Expected-Rq-Timeout-Ms}}")
    async with engine(other) as client:
        assert (await client.post("{ hello }", headers={HEADER: "soon"})).status == 200
        reply = await client.post(SLOW, headers={"x-envoy-expected-rq-timeout-ms": "50"})
        assert reply.status == 504
    async with engine(settings("traffic_shaping: {deadline: {accept: false}}")) as client:
        assert (await client.post("{ hello }", headers={HEADER: "soon"})).status == 200
    with pytest.raises(ConfigError, match="header"):
        settings("traffic_shaping: {deadline: {header: 'a b'}}")


async def test_planning_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    async with engine() as client:
        schema = client.app._engine_of[0].live.current.schema
        plan = type(schema.planner).plan
        released = asyncio.Event()
        loop = asyncio.get_running_loop()

        def held(*args: Any, **kwargs: Any) -> Any:
            asyncio.run_coroutine_threadsafe(released.wait(), loop).result(5)
            return plan(*args, **kwargs)

        monkeypatch.setattr(type(schema.planner), "plan", held)
        reply = await client.post("{ hello }", headers={HEADER: "50"})
        assert (reply.status, reply.code) == (504, "GATEWAY_TIMEOUT")
        released.set()
        # Who has more time gets the plan that was being made meanwhile.
        assert (await client.post("{ hello }")).status == 200


async def test_much_less_time_is_not_shared_with() -> None:
    async with engine() as client:
        text = "query ($m: Int!) { slow(milliseconds: $m) }"
        await client.post(text, variables={"m": 1})
        short = asyncio.ensure_future(
            client.post(text, variables={"m": 150}, headers={HEADER: "60"})
        )
        await asyncio.sleep(0.01)
        long = await client.post(text, variables={"m": 150})
        assert (await short).status == 504
        assert long.json == {"data": {"slow": 150}}


class TwoSubgraphs:
    """`fast` answers, `late` does not until it is cancelled."""

    def __init__(self) -> None:
        self.cancelled = 0

    async def fast(
        self, query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        return {"data": {"fast": 1}}

    async def late(
        self, query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return {"data": {"late": 1}}


@contextlib.asynccontextmanager
async def two(text: str) -> AsyncIterator[tuple[Client, TwoSubgraphs]]:
    composed = compose(
        [
            SubgraphSource(name, "http://127.0.0.1:1/", f"type Query {{ {name}: Int }}")
            for name in ("fast", "late")
        ]
    )
    assert isinstance(composed, Composed)
    subgraphs = TwoSubgraphs()

    async def source() -> str:
        return composed.supergraph_sdl

    local = {"fast": subgraphs.fast, "late": subgraphs.late}
    app = build_app(settings(text), source, local=local)
    async with running(app):
        yield Client(app), subgraphs


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("traffic_shaping: {router: {timeout: 100ms}}", {}),
        ("{}", {HEADER: "100"}),
        ("traffic_shaping: {subgraphs: {late: {timeout: 100ms}}}", {}),
        (
            "traffic_shaping: {all: {deduplicate_query: false}, router: {timeout: 100ms}}",
            {},
        ),
    ],
    ids=["own", "sender's", "subgraph's", "unshared"],
)
async def test_what_has_arrived_is_answered(text: str, headers: dict[str, str]) -> None:
    async with two(text) as (client, subgraphs):
        reply = await client.post("{ fast late }", headers=headers)
        assert reply.status == 200
        assert reply.json["data"] == {"fast": 1, "late": None}
        (error,) = reply.json["errors"]
        assert error["path"] == ["late"]
        assert error["extensions"] == {"code": "GATEWAY_TIMEOUT", "service": "late"}
        # The work in process ends with the call.
        await asyncio.sleep(0.01)
        assert subgraphs.cancelled == 1


async def test_a_subgraphs_own_time_out_is_no_504() -> None:
    async with two("traffic_shaping: {subgraphs: {late: {timeout: 50ms}}}") as (client, _):
        reply = await client.post("{ late }")
        assert (reply.status, reply.code) == (200, "GATEWAY_TIMEOUT")
        assert reply.json["data"] == {"late": None}


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("{}", 5000),
        ("traffic_shaping: {all: {timeout: 700ms}}", 700),
        ("traffic_shaping: {all: {deduplicate_query: false}}", 5000),
        ("traffic_shaping: {deadline: {send: false}}", None),
    ],
)
async def test_subgraphs_are_told_over_http(text: str, sent: int | None) -> None:
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).lower())
        body = json.dumps({"data": {"hello": "x"}}).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n"
        writer.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        composed = compose(
            [SubgraphSource("a", f"http://127.0.0.1:{port}/", "type Query { hello: String }")]
        )
        assert isinstance(composed, Composed)

        async def source() -> str:
            return composed.supergraph_sdl

        app = build_app(settings(text), source)
        async with running(app):
            reply = await Client(app).post("{ hello }", headers={HEADER: "5000"})
            assert reply.json == {"data": {"hello": "x"}}
    (head,) = heads
    lines = [line for line in head.split(b"\r\n") if line.startswith(HEADER.encode())]
    if sent is None:
        assert lines == []
        return
    (line,) = lines
    # Up to a tenth more than what is left, since others may have joined the call.
    assert sent * 0.9 <= int(line.partition(b":")[2]) <= sent * 1.1
