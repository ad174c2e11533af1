"""The loop of the tests is asyncio's own; servers run on uvloop, whose transports are others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from federation.execution.transports.certificates import TlsOptions
from federation.execution.transports.http1.transport import Http1Transport
from federation.execution.transports.options import HttpOptions
from tests.federation.execution.http1 import test_answers, test_pool, test_requests
from tests.federation.execution.http1.raw_server import REQUEST, answer, saying
from tests.support.certificates import Authority, server_context

LOOPS = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])


def _plain(module: Any) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    """Return the tests of a module that take nothing."""
    return [
        value
        for name, value in vars(module).items()
        if name.startswith("test_")
        and asyncio.iscoroutinefunction(value)
        and not value.__code__.co_argcount
        and not getattr(value, "pytestmark", ())
    ]


CASES = [case for module in (test_answers, test_pool, test_requests) for case in _plain(module)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_on_uvloop(case: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(case())


def test_there_are_cases() -> None:
    assert len(CASES) > 20


@LOOPS
def test_long_answers_over_tls(new_loop: Any, tmp_path: Path) -> None:
    authority = Authority()
    context = server_context(authority.issue(), tmp_path)
    tls = TlsOptions(certificate_authorities=authority.pem.decode())

    async def call() -> None:
        for size in (10, 60_000, 700_000):
            body = json.dumps({"data": {"x": "y" * size}}).encode()
            server = saying(answer(body))
            listening = await asyncio.start_server(server, "127.0.0.1", 0, ssl=context)
            port = listening.sockets[0].getsockname()[1]
            transport = Http1Transport(HttpOptions(f"https://127.0.0.1:{port}/", tls=tls))
            for _ in range(3):
                assert (await transport.send(REQUEST)).data == {"x": "y" * size}
            answers = await asyncio.gather(*(transport.send(REQUEST) for _ in range(5)))
            assert {len(one.data["x"]) for one in answers} == {size}
            assert server.connections == 5
            await transport.close()
            listening.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(call())
