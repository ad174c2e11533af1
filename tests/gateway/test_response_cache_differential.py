"""Random queries of different callers: with the cache they are answered as without it.

Every query is asked by all callers, in an order of its own, through a gateway that keeps answers
and through one that does not, over one database into which somebody writes now and then.
"""

from __future__ import annotations

from random import Random

import pytest
from graphql import build_schema

from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.reader import read_supergraph
from resolvers.database.pool import Database
from resolvers.hub.cache_tags import watch_tables
from tests.gateway.random_queries import RandomQueries
from tests.gateway.test_response_cache import Replica, own_supergraph, rename, replica, until
from tests.schema.world import (
    BATTERY,
    CENTER,
    COOLER,
    DEAL,
    DEMAND,
    HOLDER,
    LASER,
    LISTING_1,
    LISTING_2,
    OLD,
    OTHER,
    TRANSFER,
    add_patents,
    add_platforms,
    add_reference,
    add_trading,
)

QUERIES = 60
CALLERS = (
    "",
    "",
    "CNIPA_ADMIN",
    f"FUNCTIONAL_PLATFORM {CENTER}",
    "INDUSTRY_CENTER IC-440300-01",
    "PROVINCIAL_OFFICE 440000",
    f"THIRD_PARTY_INSTITUTION {HOLDER}",
)


def quoted(*texts: str) -> list[str]:
    return [f'"{text}"' for text in texts]


POOLS = {
    "ApplicationNumber": quoted(LASER, BATTERY, OLD, COOLER),
    "USCC": quoted(HOLDER, OTHER),
    "ID": quoted(LISTING_1, LISTING_2, DEAL, DEMAND, TRANSFER),
    "code": quoted(CENTER, "440305", "C3841", "IC-440300-01"),
    "RegionCode": quoted("440305", "440000"),
    "IndustryCode": quoted("C3841", "C"),
    "IpcSymbol": quoted("H01M10/00", "B23K26/00"),
    "OfficeCode": quoted("CN"),
    "PublicationNumber": quoted("CN110000001A"),
    "String": quoted("激光", "FT-1", "2024-06"),
    "Date": quoted("2024-06-01", "2020-01-01"),
    "Int": ["1", "3", "20"],
    "Float": ["0.5"],
    "Boolean": ["true", "false"],
}


@pytest.fixture
async def world(database: Database) -> Database:
    await add_reference(database)
    await add_patents(database)
    await add_trading(database)
    await add_platforms(database)
    return database


async def ask(found: Replica, query: str, who: str) -> object:
    answer = await found.hub.query(query, who=who)
    return {name: answer.get(name) for name in ("data", "errors")}


async def test_every_caller_gets_what_is_there_for_them(world: Database) -> None:
    sdl = await own_supergraph()
    queries = RandomQueries(build_api_schema(read_supergraph(sdl)), POOLS)
    watched = await watch_tables(world)
    random = Random(7)
    async with replica(world, watched) as kept, replica(world, watched, enabled=False) as plain:
        for seed in range(QUERIES):
            query = queries.make(seed)
            callers = list(CALLERS) * 2
            random.shuffle(callers)
            for who in callers:
                expected = await ask(plain, query, who)
                found = await ask(kept, query, who)
                if found != expected:
                    again = await ask(plain, query, who)
                    assert again != expected, (who, query, found, expected)
            if seed % 25 == 24:
                events = kept.cache.invalidations.events
                await rename(world, BATTERY, f"名称 {seed}")
                await until(lambda events=events: kept.cache.invalidations.events > events)
        hits, misses = kept.counts()
    assert plain.counts() == (0, 0)
    assert hits > 500
    print(f"{hits} hits, {misses} misses")


def test_the_queries_are_valid_and_say_something() -> None:
    schema = build_schema("type Query { a(n: Int!): A b: Int c: A d: Int } type A { x: Int y: A }")
    queries = RandomQueries(schema, {"Int": ["1"]})
    made = {queries.make(seed) for seed in range(50)}
    assert len(made) > 20
    assert any("a(n: 1)" in each for each in made)
