"""How a process without a gateway ends: as one with a gateway does."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from aiohttp import ClientSession, TCPConnector

from federation.server.listener.draining_app import Drain, DrainingApp
from federation.server.listener.ending import Drainable
from federation.server.settings.pages import HealthCheck
from tests.support.shared import ROOT


class Server:
    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.federation.server.draining_program"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def ended(self) -> tuple[int, str]:
        out, _ = await asyncio.to_thread(self.process.communicate, timeout=15)
        return self.process.returncode, out


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
        found.process.communicate()


async def get(session: ClientSession, address: str) -> tuple[int, str]:
    async with session.get(address) as reply:
        return reply.status, await reply.text()


async def test_nothing_in_work_is_lost_and_streams_end(server: Server) -> None:
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        assert (await get(session, server.address + "health?ready"))[0] == 200
        work = [
            asyncio.ensure_future(get(session, f"{server.address}slow?seconds=1.5"))
            for _ in range(30)
        ]
        stream = await session.get(server.address + "events")
        assert await stream.content.readline() == b"event: next\n"
        await asyncio.sleep(0.3)
        server.stop()
        await asyncio.sleep(0.15)
        status, told = await get(session, server.address + "health?ready")
        assert (status, '"draining"' in told) == (503, True)
        assert (await get(session, server.address + "health?live"))[0] == 200
        # Taken on as before, while load balancers have not looked.
        async with session.get(server.address + "slow?seconds=0") as reply:
            assert reply.headers["connection"] == "close"
            assert await reply.text() == "done"
        assert await asyncio.gather(*work) == [(200, "done")] * 30
        # The stream ended as a whole response, it was not torn off.
        await stream.read()
    code, out = await server.ended()
    assert code == 0
    assert "stream closed" in out


async def test_a_second_signal_ends_at_once(server: Server) -> None:
    async with ClientSession() as session:
        slow = asyncio.ensure_future(get(session, server.address + "slow?seconds=20"))
        await asyncio.sleep(0.3)
        server.stop()
        await asyncio.sleep(0.1)
        began = time.monotonic()
        server.stop()
        await server.ended()
        assert time.monotonic() - began < 3
        await asyncio.gather(slow, return_exceptions=True)


async def test_what_startup_raised_can_be_told_in_one_line() -> None:
    class Unusable(Exception):
        pass

    async def app(scope: object, receive: object, send: object) -> None:
        raise Unusable

    made = DrainingApp(app, Drain(), HealthCheck())
    assert isinstance(made, Drainable)
    with pytest.raises(Unusable):
        await made({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert isinstance(made.startup_error, Unusable)
