"""A client that goes away: its request ends, and the subgraph calls made for it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from federation.server.wire.disconnect import WATCH_AFTER, Clients
from tests.federation.server.harness import engine


async def never() -> Any:
    await asyncio.Event().wait()


async def disconnected() -> dict[str, Any]:
    return {"type": "http.disconnect"}


async def test_work_of_a_client_that_has_gone_is_cancelled() -> None:
    ended = asyncio.Event()

    async def work() -> int:
        try:
            await asyncio.sleep(30)
        finally:
            ended.set()
        return 1

    started = time.monotonic()
    assert await Clients().while_connected(disconnected, work()) is None
    assert ended.is_set()
    assert time.monotonic() - started < 5
    # The task that served the request is not left in a cancelled state.
    await asyncio.sleep(0)


async def test_short_work_is_not_watched() -> None:
    async def receive() -> dict[str, Any]:
        raise AssertionError("nobody should ask")

    async def work() -> int:
        return 7

    assert await Clients().while_connected(receive, work()) == 7
    await asyncio.sleep(WATCH_AFTER * 3)


async def test_long_work_of_a_client_that_stays_is_done() -> None:
    async def work() -> int:
        await asyncio.sleep(WATCH_AFTER * 3)
        return 7

    assert await Clients().while_connected(never, work()) == 7


async def test_cancelling_from_outside_is_still_cancelling() -> None:
    task = asyncio.ensure_future(Clients().while_connected(never, asyncio.sleep(30)))
    await asyncio.sleep(WATCH_AFTER * 3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_subgraphs_call_ends_with_the_request() -> None:
    ended = asyncio.Event()
    async with engine() as client:
        resolve = client.subgraph.slow

        async def slow(info: Any, milliseconds: int) -> int:
            try:
                return await resolve(info, milliseconds)
            finally:
                ended.set()

        client.subgraph.slow = slow  # type: ignore[method-assign]
        body = b'{"query":"{ slow(milliseconds: 30000) }"}'
        inbox = [{"type": "http.request", "body": body}, {"type": "http.disconnect"}]
        sent: list[Any] = []

        async def receive() -> Any:
            return inbox.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"",
                 "headers": headers}  # fmt: skip
        started = time.monotonic()
        await client.app(scope, receive, send)
        await asyncio.wait_for(ended.wait(), 5)
        assert time.monotonic() - started < 10
        assert sent == []
