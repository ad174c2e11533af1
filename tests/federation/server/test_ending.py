"""How a server process ends: under load, with streams open, in a hurry."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, TCPConnector, WSMsgType

from tests.support.shared import ROOT

CONFIG = """
health_check: {drain_delay: 600ms, shutdown_grace: 10s}
telemetry:
  usage: {interval: 1h}
  exporters:
    logging: {access: {enabled: true, file: %s}}
    metrics: {prometheus: {enabled: true, listen: null}}
"""


class Server:
    def __init__(self, folder: Path) -> None:
        self.log = folder / "access.jsonl"
        config = folder / "hub.yaml"
        config.write_text(CONFIG % self.log, encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.federation.server.ending_program", str(config)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("http://"), self.process.communicate()
        self.address = line.strip()

    @property
    def graphql(self) -> str:
        return self.address + "graphql"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def ended(self, within: float) -> tuple[int, str]:
        """Return exit code and the rest of stdout."""
        out, _ = await asyncio.to_thread(self.process.communicate, timeout=within)
        return self.process.returncode, out

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.communicate()


async def ask(session: ClientSession, server: Server, query: str) -> Any:
    async with session.post(server.graphql, json={"query": query}) as reply:
        assert reply.status == 200
        return await reply.json()


async def test_nothing_in_work_is_lost(server: Server) -> None:
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        assert (await ask(session, server, "{ hello }"))["data"] == {"hello": "Hello world"}
        slow = [
            # Different ones, so that none is answered with another.
            asyncio.ensure_future(ask(session, server, f"{{ slow(milliseconds: {1500 + n}) }}"))
            for n in range(50)
        ]
        await asyncio.sleep(0.4)
        server.stop()
        await asyncio.sleep(0.15)
        async with session.get(server.address + "metrics") as reply:
            metrics = (await reply.text()).splitlines()
        assert "hub_draining 1.0" in metrics
        assert "hub_work_running 50.0" in metrics
        (open_,) = [line for line in metrics if line.startswith("apollo_router_open_connections ")]
        assert float(open_.split()[1]) >= 50
        async with session.get(server.address + "health?ready") as reply:
            assert reply.status == 503
            assert await reply.json() == {"status": "DOWN", "reason": "draining"}
        async with session.get(server.address + "health?live") as reply:
            assert reply.status == 200
        # While load balancers have not looked yet, requests are taken on as before.
        async with session.post(server.graphql, json={"query": "{ hello }"}) as reply:
            assert reply.headers["connection"] == "close"
            assert (await reply.json())["data"] == {"hello": "Hello world"}
        answers = await asyncio.gather(*slow)
        assert [answer["data"]["slow"] for answer in answers] == list(range(1500, 1550))
    code, out = await server.ended(10)
    assert code == 0
    assert "usage 52" in out
    assert len(server.lines()) == 52


async def test_what_is_no_request_to_the_application_is_told_too(server: Server) -> None:
    reader, writer = await asyncio.open_connection(*server.address[7:-1].split(":"))
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n" + b"x-many: secret\r\n" * 200)
    assert b" 431 " in await reader.readline()
    writer.close()
    reader, writer = await asyncio.open_connection(*server.address[7:-1].split(":"))
    writer.write(b"secret / nothing\r\n\r\n")
    assert b" 400 " in await reader.readline()
    writer.close()
    async with ClientSession() as session:
        async with session.get(server.address + "metrics") as reply:
            metrics = await reply.text()
        socket = await session.ws_connect(server.graphql, protocols=["graphql-transport-ws"])
        await socket.send_str("secret")
        assert (await socket.receive()).type is WSMsgType.CLOSE
    for status, code in (("431", "REQUEST_HEADER_FIELDS_TOO_LARGE"), ("400", "INVALID_HTTP")):
        assert any(
            line.startswith("hub_requests_refused_total") and status in line and code in line
            for line in metrics.splitlines()
        )
    server.stop()
    assert (await server.ended(10))[0] == 0
    told = [(line["status"], line["protocol"]) for line in server.lines() if line["refused"]]
    assert told == [(431, "http"), (400, "http"), (4400, "ws")]
    assert "secret" not in server.log.read_text("utf-8")


async def test_after_the_delay_nobody_is_let_in(server: Server) -> None:
    async with ClientSession() as session:
        slow = asyncio.ensure_future(ask(session, server, "{ slow(milliseconds: 2500) }"))
        await asyncio.sleep(0.3)
        server.stop()
        await asyncio.sleep(1.2)
        async with ClientSession() as late:
            with pytest.raises(OSError, match=r"refused|connect"):
                await ask(late, server, "{ hello }")
        assert (await slow)["data"] == {"slow": 2500}
    assert (await server.ended(10))[0] == 0


async def test_streams_end_with_their_code(server: Server) -> None:
    subscribe = {"type": "subscribe", "id": "1", "payload": {"query": "subscription { ticks }"}}
    async with ClientSession() as session:
        socket = await session.ws_connect(server.graphql, protocols=["graphql-transport-ws"])
        await socket.send_json({"type": "connection_init"})
        assert (await socket.receive_json())["type"] == "connection_ack"
        await socket.send_json(subscribe)
        assert (await socket.receive_json())["type"] == "next"
        accept = {"accept": "text/event-stream"}
        body = {"query": "subscription { ticks }"}
        async with session.post(server.graphql, json=body, headers=accept) as events:
            await events.content.readline()
            server.stop()
            told = await events.text()
        assert "SUBSCRIPTION_SERVER_SHUTDOWN" in told
        assert told.endswith("event: complete\ndata: \n\n")
        last: Any = None
        while (message := await socket.receive()).type is WSMsgType.TEXT:
            last = message.json()
        assert last["type"] == "error"
        assert last["payload"][0]["extensions"]["code"] == "SUBSCRIPTION_SERVER_SHUTDOWN"
        assert socket.close_code == 1012
        await socket.close()
    assert (await server.ended(10))[0] == 0
    streams = {line["protocol"]: line for line in server.lines()}
    assert set(streams) == {"ws", "sse"}
    for line in streams.values():
        assert line["errors"] == {"SUBSCRIPTION_SERVER_SHUTDOWN": 1}
        assert line["events"] >= 1
        assert line["operation_kind"] == "subscription"


async def test_a_second_signal_ends_at_once(server: Server) -> None:
    async with ClientSession() as session:
        slow = asyncio.ensure_future(ask(session, server, "{ slow(milliseconds: 20000) }"))
        await asyncio.sleep(0.3)
        server.stop()
        await asyncio.sleep(0.1)
        began = time.monotonic()
        server.stop()
        await server.ended(5)
        assert time.monotonic() - began < 3
        # Cut off, or told 500 by the server as its request is cancelled.
        with pytest.raises((ClientError, AssertionError)):
            await slow
