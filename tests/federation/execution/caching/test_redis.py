"""The store in a real server, where one is installed (`redis-server` or `valkey-server`)."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from federation.execution.caching.caching_transport import CacheRules, CachingTransport
from federation.execution.caching.freshness import Scope
from federation.execution.caching.redis_store import (
    CacheUnavailable,
    RedisOptions,
    RedisStore,
    key_bytes,
)
from federation.execution.caching.response_cache import ResponseCache
from federation.execution.caching.store import Entry
from tests.federation.execution.caching.origin import Clock, Origin, entities, named

pytest.importorskip("redis")

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")
needs_server = pytest.mark.skipif(SERVER is None, reason="no Redis or Valkey is installed")
NOW = 1_000.0


class Server:
    """A server of its own, in memory only."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    @property
    def options(self) -> RedisOptions:
        # Generous: the machine that tests may be busy.
        return RedisOptions(f"redis://127.0.0.1:{self.port}", "t", 2.0, 2.0, 5.0, rest=0.05)

    async def start(self) -> None:
        assert SERVER is not None
        self._process = await asyncio.create_subprocess_exec(
            SERVER,
            *("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
            cwd=self._folder,
            stdout=asyncio.subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            await writer.wait_closed()
            return
        raise AssertionError("the server did not start")

    async def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()
            self._process = None


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tmp_path)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def stores(server: Server) -> AsyncIterator[tuple[RedisStore, RedisStore]]:
    one, other = RedisStore(server.options), RedisStore(server.options)
    # As in use: nothing is kept that was not looked for before.
    for store in (one, other):
        assert await store.get([("nothing",)], NOW) == [None]
    yield one, other
    await one.close()
    await other.close()


def entry(value: bytes, *labels: str, left: float = 60.0) -> Entry:
    return Entry(value, NOW + left, NOW - 1, labels, Scope.UNSAID)


@needs_server
async def test_replicas_find_and_drop_what_others_kept(
    stores: tuple[RedisStore, RedisStore],
) -> None:
    one, other = stores
    kept = {("a", number): entry(b"%d" % number, "s:a", f"c:a:{number}") for number in range(50)}
    await one.put(list(kept.items()), NOW)
    assert await other.get(list(kept), NOW) == list(kept.values())
    assert await other.get([("a", 50), ("a", "1"), ("a", 1)], NOW) == [None, None, kept["a", 1]]
    assert await other.drop(["c:a:1", "c:a:2", "unknown"]) == 2
    assert await one.get([("a", 1), ("a", 3)], NOW) == [None, kept["a", 3]]
    assert await one.drop(["s:a"]) == 48
    assert await other.get(list(kept), NOW) == [None] * 50


@needs_server
async def test_time_passes_here_and_there(stores: tuple[RedisStore, RedisStore]) -> None:
    one, other = stores
    await one.put([(("long",), entry(b"1")), (("short",), entry(b"2", left=0.2))], NOW)
    assert await other.get([("long",)], NOW + 60) == [None]
    await asyncio.sleep(0.3)
    assert await other.get([("short",)], NOW) == [None]


@needs_server
async def test_clearing_leaves_others_keys_alone(
    server: Server, stores: tuple[RedisStore, RedisStore]
) -> None:
    one, _ = stores
    stranger = RedisStore(replace(server.options, namespace="tx"))
    try:
        for store in (one, stranger):
            await store.get([("a",)], NOW)
            await store.put([(("a",), entry(b"1", "l"))], NOW)
        await one.clear()
        assert await one.get([("a",)], NOW) == [None]
        assert await stranger.get([("a",)], NOW) == [entry(b"1", "l")]
    finally:
        await stranger.close()


@needs_server
async def test_what_could_not_be_dropped_is_not_found_later(
    server: Server, stores: tuple[RedisStore, RedisStore]
) -> None:
    """While the server hangs a drop is lost; when it answers again all of it is cleared first."""
    _, other = stores
    hasty = RedisStore(replace(server.options, fetch_timeout=0.3, invalidate_timeout=0.3))
    try:
        assert await hasty.get([("a",)], NOW) == [None]
        await hasty.put([(("a",), entry(b"1", "l"))], NOW)
        assert await hasty.get([("a",)], NOW) == [entry(b"1", "l")]
        assert server._process is not None
        server._process.send_signal(19)  # SIGSTOP
        assert await hasty.get([("a",)], NOW) == [None]
        assert await hasty.drop(["l"]) == 0
        server._process.send_signal(18)  # SIGCONT
        await asyncio.sleep(0.3)
        assert await other.get([("a",)], NOW) == [entry(b"1", "l")], "it was not dropped there"
        assert await hasty.get([("a",)], NOW) == [None]
        await hasty.put([(("a",), entry(b"2", "l"))], NOW)
        for store in (hasty, other):
            assert await store.get([("a",)], NOW) == [entry(b"2", "l")]
    finally:
        await hasty.close()


@needs_server
async def test_a_server_that_went_away_costs_hits_only(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    store = RedisStore(server.options)
    clock = Clock()
    cache = ResponseCache(store, clock=clock)
    origin = Origin(named("max-age=60"))
    transport = CachingTransport(origin, cache, CacheRules("a"))
    try:
        for _ in range(2):
            await transport.send(entities("ab"))
        assert len(origin.calls) == 1
        await server.stop()
        for _ in range(2):
            response = await transport.send(entities("ab"))
            assert response.data == {"_entities": [{"name": "A"}, {"name": "B"}]}
        assert len(origin.calls) == 3
        assert store.errors
        assert sum("response cache" in record.message for record in caplog.records) == 1
        await server.start()
        await asyncio.sleep(0.1)
        for _ in range(2):
            await transport.send(entities("ab"))
        assert len(origin.calls) == 4
    finally:
        await store.close()


async def test_a_server_that_must_be_there() -> None:
    absent = RedisOptions("redis://127.0.0.1:1", required=True)
    store = RedisStore(absent)
    try:
        with pytest.raises(CacheUnavailable, match="does not answer"):
            await store.start()
    finally:
        await store.close()
    lenient = RedisStore(replace(absent, required=False))
    await lenient.start()
    assert await lenient.get([("a",)], NOW) == [None]
    await lenient.close()


@dataclass(frozen=True)
class Known:
    name: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Other:
    name: str
    roles: frozenset[str]


def test_keys_have_one_form_and_no_two_the_same() -> None:
    keys: list[tuple[Any, ...]] = [
        ("a",),
        (b"a",),
        ("a", "b"),
        (("a", "b"),),
        ("a\0b",),
        (1,),
        (1.0,),
        (True,),
        ("1",),
        (None,),
        ("None",),
        (),
        (Known("a", frozenset({"x", "y"})),),
        (Known("a", frozenset({"x"})),),
        (Other("a", frozenset({"x", "y"})),),
        ("Known", "a"),
    ]
    forms = [key_bytes(key) for key in keys]
    assert None not in forms
    assert len(set(forms)) == len(keys)
    assert key_bytes((Known("a", frozenset(["y", "x"])),)) == forms[12]
    assert key_bytes((object(),)) is None


@needs_server
async def test_who_has_no_form_is_not_kept(stores: tuple[RedisStore, RedisStore]) -> None:
    one, _ = stores
    key = ("a", object())
    await one.put([(key, entry(b"1")), (("b",), entry(b"2"))], NOW)
    assert await one.get([key, ("b",)], NOW) == [None, entry(b"2")]


@needs_server
async def test_an_evicted_generation_brings_nothing_back(
    stores: tuple[RedisStore, RedisStore],
) -> None:
    one, other = stores
    await one.put([(("a",), entry(b"1"))], NOW)
    await one._redis.delete(one._generation_name)
    for _ in range(2):
        for store in stores:
            assert await store.get([("a",)], NOW) == [None]
    await other.put([(("a",), entry(b"2"))], NOW)
    assert await one.get([("a",)], NOW) == [entry(b"2")]
