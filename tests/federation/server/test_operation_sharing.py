"""Equal queries in flight are answered once; whatever could make a difference keeps them apart."""

from __future__ import annotations

import asyncio

import pytest

from federation.config.load import parse_config
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import Client, engine

SLOW = "query ($m: Int!) { slow(milliseconds: $m) }"
# Calls of subgraphs are not shared here, so that every operation that runs is seen.
APART = "traffic_shaping: {all: {deduplicate_query: false}}"


def settings(text: str = APART) -> EngineSettings:
    return parse_config(text, EngineSettings, source="hub.yaml", environment={})


async def calls(client: Client, *requests: tuple[dict[str, int], dict[str, str]]) -> int:
    """Return how many calls these requests, sent at once, made; the document is known before."""
    await client.post(SLOW, variables={"m": 1})
    before = len(client.subgraph.calls)
    replies = await asyncio.gather(
        *(
            client.post(SLOW, variables=variables, headers=headers)
            for variables, headers in requests
        )
    )
    for (variables, _), reply in zip(requests, replies, strict=True):
        assert reply.json == {"data": {"slow": variables["m"]}}
    return len(client.subgraph.calls) - before


async def test_equal_queries_are_answered_once() -> None:
    async with engine(settings()) as client:
        assert await calls(client, *[({"m": 30}, {})] * 20) == 1
        # Nothing is kept once it is answered.
        assert await calls(client, ({"m": 30}, {})) == 1


async def test_other_variables_are_another_operation() -> None:
    async with engine(settings()) as client:
        assert await calls(client, ({"m": 30}, {}), ({"m": 31}, {})) == 2


async def test_only_headers_that_reach_a_subgraph_make_a_difference() -> None:
    one, two = {"authorization": "a"}, {"authorization": "b"}
    async with engine(settings()) as client:
        assert await calls(client, ({"m": 30}, one), ({"m": 30}, two)) == 1
    forwarding = APART + '\nheaders: {all: {request: [{propagate: {named: "authorization"}}]}}'
    async with engine(settings(forwarding)) as client:
        assert await calls(client, ({"m": 30}, one), ({"m": 30}, two), ({"m": 30}, one)) == 2


async def test_it_can_be_turned_off() -> None:
    text = "traffic_shaping: {all: {deduplicate_query: false}, router: {deduplicate_query: false}}"
    async with engine(settings(text)) as client:
        assert await calls(client, *[({"m": 30}, {})] * 3) == 3


async def test_mutations_are_never_shared() -> None:
    async with engine(settings()) as client:
        replies = await asyncio.gather(*(client.post("mutation { bump }") for _ in range(5)))
        assert sorted(reply.json["data"]["bump"] for reply in replies) == [1, 2, 3, 4, 5]


async def test_nobody_reads_behind_their_own_write() -> None:
    async with engine(settings()) as client:
        await client.post(SLOW, variables={"m": 1})
        early = asyncio.ensure_future(client.post(SLOW, variables={"m": 60}))
        await asyncio.sleep(0.01)
        await client.post("mutation { bump }")
        before = len(client.subgraph.calls)
        await client.post(SLOW, variables={"m": 60})
        assert len(client.subgraph.calls) == before + 1
        await early


async def test_one_who_leaves_does_not_stop_the_others() -> None:
    async with engine(settings()) as client:
        await client.post(SLOW, variables={"m": 1})
        first = asyncio.ensure_future(client.post(SLOW, variables={"m": 60}))
        await asyncio.sleep(0.005)
        second = asyncio.ensure_future(client.post(SLOW, variables={"m": 60}))
        await asyncio.sleep(0.005)
        first.cancel()
        assert (await second).json == {"data": {"slow": 60}}
        with pytest.raises(asyncio.CancelledError):
            await first


def test_it_is_on_unless_turned_off() -> None:
    assert EngineSettings().traffic_shaping.router.deduplicate_query
