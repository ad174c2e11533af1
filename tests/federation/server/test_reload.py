"""Supergraphs and settings swapped while requests and streams run: nobody is failed by it.

How many reloads a gateway takes under load, and that memory stays flat: `python -m
tests.benchmarks steady`.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from federation.errors import SupergraphError
from federation.server.engine import Engine
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import SUPERGRAPH, Client, engine
from tests.federation.server.stream_harness import (
    ITEMS,
    PRICES,
    HttpStream,
    hub,
    sse_data,
    supergraph,
)

SSE = {"accept": "text/event-stream"}
SUBSCRIPTION = "subscription { priceChanged { name } }"


def changed(settings: EngineSettings, **sections: dict[str, Any]) -> EngineSettings:
    """Return the settings with keys of sections replaced."""
    replace = msgspec.structs.replace
    news = {name: replace(getattr(settings, name), **keys) for name, keys in sections.items()}
    return replace(settings, **news)


def engine_of(client: Client) -> Engine:
    found: Engine = client.app._engine_of[0]
    return found


async def test_requests_never_fail_while_everything_is_swapped() -> None:
    async with engine() as client:
        running = True
        answers: list[Any] = []

        async def ask() -> None:
            while running:
                answers.append((await client.post("{ slow(milliseconds: 3) hello }")).json)

        asking = [asyncio.ensure_future(ask()) for _ in range(8)]
        own = engine_of(client)
        for number in range(30):
            await own.load(SUPERGRAPH + f"\n# {number}\n")
            if number % 3 == 0:
                await own.reconfigure(changed(own.settings, limits={"max_depth": 20 + number}))
        running = False
        await asyncio.gather(*asking)
        assert answers
        assert {str(answer) for answer in answers} == {
            "{'data': {'slow': 3, 'hello': 'Hello world'}}"
        }


async def test_a_request_finishes_on_the_settings_it_began_with() -> None:
    async with engine() as client:
        own = engine_of(client)
        old = own.live.current
        assert old is not None
        slow = asyncio.ensure_future(client.post("{ slow(milliseconds: 80) }"))
        await asyncio.sleep(0.02)
        await own.reconfigure(changed(own.settings, limits={"max_height": 1}))
        assert old.retired
        assert (await slow).json == {"data": {"slow": 80}}
        assert (await client.post("{ hello secret }")).code == "MAX_HEIGHT_LIMIT"
        assert old.requests == 0


async def test_what_was_asked_most_is_prepared_before_the_swap() -> None:
    async with engine() as client:
        own = engine_of(client)
        for number in range(5):
            await client.post(f"query Q{number} {{ hello }}")
        await own.reconfigure(
            msgspec.structs.replace(
                own.settings,
                supergraph=changed_planning(own.settings, warmed_up_queries=3),
            )
        )
        snapshot = await own.load(SUPERGRAPH + "\n# again\n")
        kept = [key[0] for key, _ in snapshot.views.whole.documents.most_used(9)]
        assert kept == [f"query Q{number} {{ hello }}" for number in (4, 3, 2)]


def changed_planning(settings: EngineSettings, **keys: Any) -> Any:
    replace = msgspec.structs.replace
    planning = replace(settings.supergraph.query_planning, **keys)
    return replace(settings.supergraph, query_planning=planning)


async def test_what_cannot_be_used_changes_nothing() -> None:
    async with engine() as client:
        own = engine_of(client)
        before, snapshot = own.settings, own.live.current
        with pytest.raises(SupergraphError):
            await own.load("type Query { a: Int }")
        bad = msgspec.structs.replace(before, override_subgraph_url={"demo": "ftp://nowhere"})
        with pytest.raises(SupergraphError):
            await own.reconfigure(bad)
        assert own.settings is before
        assert own.live.current is snapshot
        assert (await client.post("{ hello }")).json == {"data": {"hello": "Hello world"}}


async def test_what_needs_a_restart_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async with engine() as client:
        own = engine_of(client)
        moved = changed(own.settings, supergraph={"listen": "127.0.0.1:1"})
        assert await own.reconfigure(moved) == ("supergraph.listen",)
        assert "only after a restart: supergraph.listen" in caplog.text


async def test_other_settings_keep_streams_that_still_come_the_same_way() -> None:
    async with hub() as (app, topic):
        stream = HttpStream(app, {"query": SUBSCRIPTION}, SSE)
        await stream.head()
        await stream.read()
        await topic.until_open()
        own = app._engine_of[0]
        for number in range(10):
            await own.reconfigure(changed(own.settings, limits={"max_depth": 20 + number}))
            await asyncio.sleep(0.01)
            topic.price(str(number), number)
            name = sse_data(await stream.read())["data"]["priceChanged"]["name"]
            assert name == f"Name {number}"
        assert topic.opened == 1
        await stream.leave()


async def test_other_settings_end_streams_that_would_come_another_way() -> None:
    async with hub() as (app, topic):
        stream = HttpStream(app, {"query": SUBSCRIPTION}, SSE)
        await stream.head()
        await stream.read()
        await topic.until_open()
        own = app._engine_of[0]
        elsewhere = {"prices": "http://127.0.0.1:9/graphql"}
        await own.reconfigure(
            msgspec.structs.replace(own.settings, override_subgraph_url=elsewhere)
        )
        last = sse_data(await stream.read())
        assert last["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_CONFIG_RELOAD"
        await stream.read_all()


async def test_a_subgraph_that_was_taken_over_is_not_served_here_any_more() -> None:
    async with hub() as (app, _):
        own = app._engine_of[0]
        client = Client(app)
        assert "errors" not in (await client.post("{ items { name } }")).json
        await own.load(supergraph(items=ITEMS, prices=PRICES), own=("prices",))
        answer = (await client.post("{ items { name } }")).json
        assert answer["errors"][0]["extensions"]["code"] == "SUBREQUEST_HTTP_ERROR"
        # It stays so under other settings.
        await own.reconfigure(changed(own.settings, limits={"max_depth": 20}))
        assert "errors" in (await client.post("{ items { name } }")).json
