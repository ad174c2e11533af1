"""The hub over its registry: what is published goes live here, on every replica, at once.

The registry is looked at every minute only, so it is the notification that brings the launch; how
long that takes on a quiet machine is told by `python -m tests.benchmarks follow`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from federation.registry.access import Caller
from federation.registry.model import GraphRef, Role, SubgraphProposal
from federation.registry.postgres.store import PostgresStore
from federation.registry.service import Registry
from federation.server.settings.registry import RegistrySection
from gateway import DatabaseSection, HubSettings, IdentitySection, build_app
from resolvers.database.pool import Database, PoolSettings
from schema.printed import printed_sdl, subgraph_names
from tests.adapters.net.server import serving
from tests.gateway.conftest import Hub, running
from tests.support.postgres import TestServer

REF = GraphRef("hub")
PUBLISHER = Caller("centre", frozenset({Role.PUBLISHER}), subgraphs=frozenset({"*"}))
WEATHER = "type Query { weather(city: String!): String }"
KEY = "0123456789012345678901234567890123456789"


@pytest.fixture
async def url(postgres_server: TestServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    async with postgres_server.new_database() as found:
        yield found


def settings(url: str, **registry: Any) -> HubSettings:
    return HubSettings(
        database=DatabaseSection(url=url, max_connections=6),
        registry=RegistrySection(**{"poll_interval": 60.0, **registry}),
        identity=IdentitySection(key=KEY),
    )


@asynccontextmanager
async def registry_of(url: str) -> AsyncIterator[Registry]:
    """A registry in another process, as far as the hub can tell."""
    database = await Database.connect(PoolSettings(url, max_size=2))
    registry = Registry(PostgresStore(database))
    try:
        yield registry
    finally:
        await registry.close()
        await database.close()


@asynccontextmanager
async def centre() -> AsyncIterator[str]:
    """A centre's own subgraph, over HTTP."""

    async def answer(request: Request) -> Response:
        return JSONResponse({"data": {"weather": "sunny"}})

    async with serving(Starlette(routes=[Route("/graphql", answer, methods=["POST"])])) as base:
        yield f"{base}/graphql"


async def until(hub: Hub, query: str, *, valid: bool = True) -> Any:
    """Return the answer once the query is valid there, or no more."""
    async with asyncio.timeout(20):
        while True:
            answer = await hub.query(query)
            if ("GRAPHQL_VALIDATION_FAILED" not in str(answer)) is valid:
                return answer
            await asyncio.sleep(0.02)


async def test_own_subgraphs_are_published_once(url: str) -> None:
    for _ in range(2):
        async with running(build_app(settings(url))):
            pass
    async with registry_of(url) as registry:
        launches = await registry.history(PUBLISHER, REF)
        assert [launch.number for launch in launches] == [1]
        assert {member.name for member in launches[0].members} == set(subgraph_names())
        assert await registry.own_names(REF) == set(subgraph_names())


async def test_where_they_are_reached_counts_where_it_is_stated(url: str) -> None:
    for address in ("http://a.example", "http://b.example", "http://b.example"):
        async with running(build_app(settings(url, public_url=address))):
            pass
    async with registry_of(url) as registry:
        launches = await registry.history(PUBLISHER, REF)
        assert [launch.number for launch in launches] == [2, 1]
        catalog = await registry.subgraph(PUBLISHER, REF, "catalog")
        assert catalog.url == "http://b.example/subgraphs/catalog/graphql"


async def test_what_is_published_goes_live_on_all_replicas(url: str) -> None:
    whole = build_app(settings(url))
    async with running(whole), registry_of(url) as registry, centre() as address:
        replica = build_app(with_addresses(settings(url)), role="gateway")
        async with running(replica):
            hubs = [Hub(whole), Hub(replica)]
            query = '{ weather(city: "广州") }'
            for hub in hubs:
                assert "GRAPHQL_VALIDATION_FAILED" in str(await hub.query(query))
            proposal = SubgraphProposal("weather", WEATHER, address)
            assert (await registry.publish(PUBLISHER, REF, proposal)).launch
            for hub in hubs:
                assert await until(hub, query) == {"data": {"weather": "sunny"}}
            await registry.delete(PUBLISHER, REF, "weather")
            for hub in hubs:
                await until(hub, query, valid=False)


async def test_one_bad_subgraph_holds_up_nobody(url: str) -> None:
    app = build_app(settings(url))
    async with running(app), registry_of(url) as registry, centre() as address:
        bad = SubgraphProposal("bad", "type Query { patent: Int }", address)
        refused = await registry.publish(PUBLISHER, REF, bad)
        assert refused.launch is None
        assert refused.errors
        assert "errors" not in await Hub(app).query("{ __typename }")
        await registry.publish(PUBLISHER, REF, SubgraphProposal("weather", WEATHER, address))
        answer = await until(Hub(app), '{ weather(city: "广州") }')
        assert answer == {"data": {"weather": "sunny"}}


async def test_a_platform_takes_its_subgraph_out_of_the_hub(url: str) -> None:
    asked: list[bytes] = []

    async def answer(request: Request) -> Response:
        asked.append(await request.body())
        return JSONResponse({"data": {"operationCenters": []}})

    app = build_app(settings(url))
    elsewhere = Starlette(routes=[Route("/graphql", answer, methods=["POST"])])
    async with running(app), registry_of(url) as registry, serving(elsewhere) as base:
        sdl = printed_sdl("platforms")
        await registry.publish(
            PUBLISHER, REF, SubgraphProposal("platforms", sdl, f"{base}/graphql")
        )
        hub = Hub(app)
        async with asyncio.timeout(20):
            while not asked:
                await hub.query("{ operationCenters { code } }")
                await asyncio.sleep(0.02)
        assert "platforms" not in await registry.own_names(REF)
    # Started again, the hub leaves it alone.
    async with running(build_app(settings(url))), registry_of(url) as registry:
        assert "platforms" not in await registry.own_names(REF)


async def test_without_a_registry_the_hub_is_its_own_subgraphs(url: str) -> None:
    app = build_app(settings(url, enabled=False))
    async with running(app):
        assert "errors" not in await Hub(app).query("{ __typename }")
        assert (await Hub(app).send("POST", "/registry/graphql")).status == 404


def with_addresses(config: HubSettings) -> HubSettings:
    """Return the settings of a gateway that knows where the hub's own subgraphs are."""
    addresses = {n: f"http://127.0.0.1:9/subgraphs/{n}/graphql" for n in subgraph_names()}
    return msgspec.structs.replace(config, override_subgraph_url=addresses)
