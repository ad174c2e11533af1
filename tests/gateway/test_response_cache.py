"""The response cache over the hub's own subgraphs: two replicas over one database.

Every read is compared with what the database says now; a change is seen by the very next read of
the replica that made it, and within a second by the other.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

import gateway
from federation.composition import SubgraphSource
from federation.execution.caching.memory import MemoryStore
from federation.execution.caching.response_cache import ResponseCache
from federation.server.app import Surroundings, build_app
from federation.server.served_graph import composed
from federation.server.settings.engine import EngineSettings
from federation.server.settings.headers import HeaderRule, HeaderRules, Headers, Propagate
from federation.server.settings.response_cache import ResponseCaching
from resolvers.database.pool import Database
from resolvers.hub.cache_tags import CacheTagListener, WatchedTables, watch_tables
from resolvers.hub.events import EventBus
from schema import SUBGRAPHS
from schema.cache_hints import CacheHints
from schema.identity import IdentityKey
from schema.printed import printed_sdl
from schema.serving import SubgraphServer
from tests.gateway.conftest import Hub, running
from tests.schema.world import (
    BATTERY,
    CENTER,
    HOLDER,
    LASER,
    LISTING_1,
    add_patents,
    add_platforms,
    add_reference,
    add_trading,
)

PATENT = """query ($n: ApplicationNumber!) { patent(applicationNumber: $n) {
  applicationNumber title applicants { name } } }"""
LISTING = "query ($id: ID!) { listing(id: $id) { title patents { applicationNumber title } } }"


@dataclass(slots=True)
class Replica:
    hub: Hub
    cache: ResponseCache
    listener: CacheTagListener

    async def ask(self, query: str, who: str = "", **variables: object) -> Any:
        answer = await self.hub.query(query, who=who, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def counts(self) -> tuple[int, int]:
        """Hits and misses so far."""
        figures = self.cache.figures.values()
        return sum(each.hits for each in figures), sum(each.misses for each in figures)


async def own_supergraph() -> str:
    """Return the supergraph of the hub's own subgraphs, none of which is there by HTTP."""
    return composed(
        [SubgraphSource(name, "http://127.0.0.1:1/", printed_sdl(name)) for name in SUBGRAPHS]
    )


@asynccontextmanager
async def replica(
    database: Database, watched: WatchedTables, *, enabled: bool = True
) -> AsyncIterator[Replica]:
    """A gateway with its own cache and all subgraphs in process, wired as the program is."""
    identity = IdentityKey.random()
    cache = ResponseCache(MemoryStore(16 * 1024 * 1024))
    listener = CacheTagListener(database, cache)
    async with AsyncExitStack() as stack:
        events = await stack.enter_async_context(EventBus(database).running())
        await stack.enter_async_context(listener.running())
        server = SubgraphServer(
            database, identity=identity, events=events, cache_hints=CacheHints(watched)
        )

        def execute(name: str) -> Any:
            return lambda query, variables, operation, headers: server.execute(
                name, query, variables, operation, headers
            )

        rule = HeaderRule(propagate=Propagate(named="x-hub-provenance"))
        settings = EngineSettings(
            response_cache=ResponseCaching(enabled=enabled, debug=True),
            headers=Headers(all=HeaderRules(request=(rule,))),
        )
        app = build_app(
            settings,
            own_supergraph,
            local={name: execute(name) for name in SUBGRAPHS},
            surroundings=Surroundings(
                response_cache=cache if enabled else None,
                identifier=gateway._HubIdentifier(identity, development=True),
            ),
        )
        await stack.enter_async_context(running(app))
        yield Replica(Hub(app), cache, listener)


@pytest.fixture
async def world(database: Database) -> Database:
    await add_reference(database)
    await add_patents(database)
    await add_trading(database)
    await add_platforms(database)
    return database


@pytest.fixture
async def replicas(world: Database) -> AsyncIterator[tuple[Replica, Replica]]:
    watched = await watch_tables(world)
    async with replica(world, watched) as one, replica(world, watched) as other:
        yield one, other


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; five seconds at most."""
    ends = time.monotonic() + 5
    while not holds() and time.monotonic() < ends:  # noqa: ASYNC110 - a cache tells nobody
        await asyncio.sleep(0.005)
    assert holds()


async def rename(database: Database, number: str, title: str) -> None:
    await database.execute(
        "test.rename",
        "update patents.patent set title = $2 where application_number = $1",
        number,
        title,
    )


async def test_a_second_read_is_kept_and_says_for_how_long(
    replicas: tuple[Replica, Replica],
) -> None:
    one, _ = replicas
    first = await one.ask(PATENT, n=LASER)
    hits, misses = one.counts()
    assert (hits, misses) == (0, 1)
    assert await one.ask(PATENT, n=LASER) == first
    assert one.counts() == (1, 1)
    body = b'{"query":"{ patent(applicationNumber: \\"%s\\") { title } }"}' % LASER.encode()
    reply = await one.hub.send("POST", "/graphql", body, {"content-type": "application/json"})
    assert reply.headers["cache-control"].startswith("public, max-age=")
    assert "x-hub-provenance" in reply.headers["vary"]


async def test_what_is_written_is_seen_by_both_replicas(
    world: Database, replicas: tuple[Replica, Replica]
) -> None:
    """However it was written: here by a statement that knows nothing of caches, as a pull's."""
    slowest = 0.0
    for number in range(20):
        before = [await each.ask(PATENT, n=LASER) for each in replicas]
        assert before[0] == before[1]
        title = f"新名称 {number}"
        await rename(world, LASER, title)
        started = time.monotonic()
        for each in replicas:
            while (await each.ask(PATENT, n=LASER))["patent"]["title"] != title:
                assert time.monotonic() - started < 1
                await asyncio.sleep(0.001)
        slowest = max(slowest, time.monotonic() - started)
    print(f"slowest of 20: {slowest * 1000:.1f} ms")


async def test_a_mutation_is_seen_by_the_very_next_read(
    replicas: tuple[Replica, Replica],
) -> None:
    one, other = replicas
    demands = "{ demands(first: 50, status: OPEN) { totalCount nodes { number } } }"
    for number in range(10):
        found = [await each.ask(demands) for each in replicas]
        assert found[0] == found[1]
        given = {
            "number": f"XQ-{number}",
            "title": "寻求电池热管理专利",
            "demanderUscc": HOLDER,
            "budget": {"kind": "NEGOTIABLE"},
            "validUntil": "2030-12-31",
        }
        made = await one.hub.query(
            "mutation ($i: DemandInput!) { publishDemand(input: $i) { errors { code } } }",
            who=f"FUNCTIONAL_PLATFORM {CENTER}",
            i=given,
        )
        if "errors" in made:
            pytest.fail(str(made["errors"]))
        assert made["data"]["publishDemand"]["errors"] == []
        assert (await one.ask(demands))["demands"]["totalCount"] == (
            found[0]["demands"]["totalCount"] + 1
        )
        started = time.monotonic()
        while (await other.ask(demands)) != (await one.ask(demands)):
            assert time.monotonic() - started < 1
            await asyncio.sleep(0.001)


async def test_entities_of_one_answer_serve_another(
    world: Database, replicas: tuple[Replica, Replica]
) -> None:
    """A listing names patents of another subgraph; what was kept of them follows the database."""
    one, _ = replicas
    first = await one.ask(LISTING, id=LISTING_1)
    again = await one.ask(LISTING, id=LISTING_1)
    assert first == again
    assert {each["applicationNumber"] for each in first["listing"]["patents"]} == {LASER, BATTERY}
    await rename(world, BATTERY, "另一名称")
    async with asyncio.timeout(1):
        while True:
            found = await one.ask(LISTING, id=LISTING_1)
            titles = {
                each["applicationNumber"]: each["title"] for each in found["listing"]["patents"]
            }
            if titles[BATTERY] == "另一名称":
                break


async def test_who_asks_decides_on_what_is_found(replicas: tuple[Replica, Replica]) -> None:
    """What a caller may see alone is never found by another."""
    one, _ = replicas
    query = "query ($id: ID!) { listing(id: $id) { id title allowedActions } }"
    own = await one.ask(query, who=f"FUNCTIONAL_PLATFORM {CENTER}", id=LISTING_1)
    assert await one.ask(query, who=f"FUNCTIONAL_PLATFORM {CENTER}", id=LISTING_1) == own
    stranger = await one.ask(query, who="INDUSTRY_CENTER IC-440300-01", id=LISTING_1)
    public = await one.ask(query, id=LISTING_1)
    assert own["listing"]["allowedActions"]
    assert not stranger["listing"]["allowedActions"]
    assert not public["listing"]["allowedActions"]
    assert await one.ask(query, who=f"FUNCTIONAL_PLATFORM {CENTER}", id=LISTING_1) == own


async def test_nothing_is_kept_while_nothing_can_be_heard(
    world: Database, replicas: tuple[Replica, Replica]
) -> None:
    one, other = replicas
    await one.ask(PATENT, n=LASER)
    killed = await world.fetchval(
        "test.kill",
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where query ilike 'listen%hub_cache%' and datname = current_database()",
    )
    assert killed == 2
    await until(lambda: one.cache.suspended)
    assert one.cache.store.size[0] == 0
    await one.ask(PATENT, n=LASER)
    assert one.cache.store.size[0] == 0
    await rename(world, LASER, "断线期间")
    assert (await one.ask(PATENT, n=LASER))["patent"]["title"] == "断线期间"
    await until(lambda: not (one.cache.suspended or other.cache.suspended))
    await one.ask(PATENT, n=LASER)
    assert one.cache.store.size[0] > 0


async def test_statements_that_change_nothing_drop_nothing(
    world: Database, replicas: tuple[Replica, Replica]
) -> None:
    one, _ = replicas
    await one.ask(PATENT, n=LASER)
    before = one.cache.invalidations.events
    await world.execute("test.none", "update patents.patent set title = title where false")
    await world.execute("test.none", "delete from patents.patent where false")
    await asyncio.sleep(0.2)
    assert one.cache.invalidations.events == before
    await world.execute("test.all", "truncate patents.patent cascade")
    await asyncio.sleep(0.2)
    assert one.cache.invalidations.events > before
    assert (await one.ask(PATENT, n=LASER))["patent"] is None
