"""`extensions.provenance` through the whole hub, with a centre's server that is asked live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from starlette.requests import Request
from starlette.responses import Response

from federation.server.settings.engine import for_development
from gateway import AdaptersSection, DatabaseSection, HubSettings, build_app
from resolvers.database.pool import Database, PoolSettings
from tests.adapters.live.fake import PLATFORM, listing, number, patent
from tests.adapters.net.server import Center, answer, serving
from tests.gateway.conftest import Hub, running
from tests.support.postgres import TestServer

PATENT = "query ($n: ApplicationNumber!) { patent(applicationNumber: $n) { title displayNumber } }"
FIELDS = ("type", "source", "center", "mode", "reason")


class Platform:
    """A centre's server with patents and listings. `gate`: closed while it is slow."""

    def __init__(self) -> None:
        self.patents: dict[str, dict[str, Any]] = {}
        self.listings: list[dict[str, Any]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.down = False
        self.center = Center(patents=self._patents, listings=self._listings)

    async def _patents(self, request: Request) -> Response:
        await self.gate.wait()
        if self.down:
            return Response("down", 503)
        wanted = request.query_params.get("numbers", "").split(",")
        found = [self.patents[each] for each in wanted if each in self.patents]
        return answer({"code": 200, "data": {"records": found}})

    async def _listings(self, request: Request) -> Response:
        await self.gate.wait()
        wanted = request.query_params.get("projectNo")
        found = [each for each in self.listings if wanted in (None, each["projectNo"])]
        return answer({"code": 200, "data": {"records": found}})


def write_sources(folder: Path, url: str) -> None:
    shared = {"kind": "rest", "center": PLATFORM, "bounds": {"retries": 0, "open_after": 3}}
    patents = {
        **shared,
        "code": "live-patents",
        "name": "深圳：专利实时",
        "feed": "PATENT",
        "live": {"max_age": 0.3, "timeout": 0.5},
        "rest": {
            "url": f"{url}/patents",
            "lookup": {"keys": {"applicationNumber": "numbers"}, "many": True},
        },
    }
    listings = {
        **shared,
        "code": "live-listings",
        "name": "深圳：挂牌实时",
        "feed": "LISTING",
        "precedence": "PLATFORM",
        "constants": {"platform": PLATFORM},
        "live": {"max_age": 60, "timeout": 5, "lists": True},
        "rest": {"url": f"{url}/listings", "lookup": {"keys": {"number": "projectNo"}}},
    }
    for source in (patents, listings):
        path = folder / f"{source['code']}.yaml"
        path.write_text(yaml.safe_dump(source, allow_unicode=True), encoding="utf-8")


@asynccontextmanager
async def live_hub(server: TestServer, folder: Path) -> AsyncIterator[tuple[Hub, Platform]]:
    platform = Platform()
    async with serving(platform.center) as url, server.new_database() as database:
        write_sources(folder, url)
        settings = for_development(
            HubSettings(
                database=DatabaseSection(url=database),
                adapters=AdaptersSection(sources=(str(folder),), worker=False),
            )
        )
        app = build_app(settings, development=True)
        async with running(app):
            yield Hub(app, database), platform


@pytest.fixture
async def both(
    postgres_server: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Hub, Platform]]:
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    async with live_hub(postgres_server, tmp_path) as made:
        yield made


def told(reply: Any) -> list[dict[str, Any]]:
    entries = reply.get("extensions", {}).get("provenance", [])
    return [{name: entry.get(name) for name in FIELDS} for entry in entries]


def of_patents(mode: str, reason: str | None) -> list[dict[str, Any]]:
    return [dict(zip(FIELDS, ("Patent", "live-patents", PLATFORM, mode, reason), strict=True))]


async def test_an_entity_is_asked_for_shown_and_told_of(both: tuple[Hub, Platform]) -> None:
    hub, platform = both
    platform.patents[number(1)] = patent(1)
    reply = await hub.query(PATENT, n=number(1))
    assert reply["data"]["patent"]["title"] == "装置1"
    assert told(reply) == of_patents("LIVE", None)
    (entry,) = reply["extensions"]["provenance"]
    assert entry["ageSeconds"] < 1
    assert entry["count"] == 1
    # Stale and slow: the copy, with its age; the answer that comes late is there for the next.
    await asyncio.sleep(0.35)
    platform.patents[number(1)] = patent(1, title="新名称")
    platform.gate.clear()
    reply = await hub.query(PATENT, n=number(1))
    assert reply["data"]["patent"]["title"] == "装置1"
    assert told(reply) == of_patents("COPY", "SLOW")
    (entry,) = reply["extensions"]["provenance"]
    assert entry["ageSeconds"] >= 0.3
    platform.gate.set()
    await asyncio.sleep(0.2)
    reply = await hub.query(PATENT, n=number(1))
    assert reply["data"]["patent"]["title"] == "新名称"


async def test_a_source_that_is_down_costs_nothing_but_freshness(
    both: tuple[Hub, Platform],
) -> None:
    hub, platform = both
    platform.patents[number(1)] = patent(1)
    await hub.query(PATENT, n=number(1))
    await asyncio.sleep(0.35)
    platform.down = True
    reasons = []
    for _ in range(5):
        reply = await hub.query(PATENT, n=number(1))
        assert reply["data"]["patent"]["title"] == "装置1"
        assert "errors" not in reply
        reasons += [entry["reason"] for entry in told(reply)]
    assert reasons == ["DOWN"] * 3 + ["RESTING"] * 2


async def test_many_entities_are_asked_for_at_once(both: tuple[Hub, Platform]) -> None:
    hub, platform = both
    platform.patents.update({number(index): patent(index) for index in range(50)})
    query = (
        "query ($n: [ApplicationNumber!]!) { patentsByNumber(applicationNumbers: $n) { title } }"
    )
    reply = await hub.query(query, n=[number(index) for index in range(50)])
    assert [each["title"] for each in reply["data"]["patentsByNumber"]] == [
        f"装置{index}" for index in range(50)
    ]
    assert len(platform.center.queries) == 1


async def test_entities_of_several_subgraphs_in_one_answer(both: tuple[Hub, Platform]) -> None:
    hub, platform = both
    platform.patents[number(1)] = patent(1)
    platform.listings.append(listing("A-1", patentNo=[number(1)]))
    query = (
        "query ($p: ID!) { listings(filter: {platform: $p}) { nodes { id number title"
        " patents { title } } } }"
    )
    reply = await hub.query(query, p=PLATFORM)
    (node,) = reply["data"]["listings"]["nodes"]
    assert (node["number"], node["patents"]) == ("A-1", [{"title": "装置1"}])
    assert [(e["type"], e["source"], e["mode"]) for e in told(reply)] == [
        ("Listing", "live-listings", "LIVE"),
        ("Patent", "live-patents", "LIVE"),
    ]
    # One listing by its id: its platform and number are what the source is asked by.
    one = "query ($id: ID!) { listing(id: $id) { title } }"
    reply = await hub.query(one, id=node["id"])
    assert [(e["type"], e["mode"], e["reason"]) for e in told(reply)] == [
        ("Listing", "COPY", "FRESH")
    ]


async def test_lists_tell_of_copies_of_live_sources(both: tuple[Hub, Platform]) -> None:
    hub, platform = both
    platform.patents[number(1)] = patent(1)
    await hub.query(PATENT, n=number(1))
    reply = await hub.query("{ patents(first: 5) { nodes { title } } }")
    assert told(reply) == of_patents("COPY", "LISTED")
    (entry,) = reply["extensions"]["provenance"]
    assert entry["count"] == 1


async def test_all_entities_are_told_of_on_request(hub: Hub) -> None:
    """The hub of the demo has no live source."""
    query = "{ patents(first: 3) { nodes { title } } listings(first: 2) { nodes { title } } }"
    body = orjson.dumps({"query": query})
    plain = {"content-type": "application/json"}
    reply = (await hub.send("POST", "/graphql", body, plain)).json
    assert reply.keys() == {"data"}
    reply = (await hub.send("POST", "/graphql", body, {**plain, "x-hub-provenance": "1"})).json
    entries = reply["extensions"]["provenance"]
    count = {"Patent": 0, "Listing": 0}
    for entry in entries:
        count[entry["type"]] += entry["count"]
        assert entry["mode"] == "COPY"
        assert entry["oldest"] <= entry["newest"]
    assert count == {"Patent": 3, "Listing": 2}
    database = await Database.connect(PoolSettings(hub.url, max_size=1))
    try:
        for entry in entries:
            if entry["batch"] is None:
                assert (entry["source"], entry["center"]) == (None, None)
                continue
            row = await database.fetchrow(
                "test.batch",
                "select source_name, center_code from reporting.ingest_batch where id = $1",
                entry["batch"],
            )
            assert row is not None
            assert (entry["source"], entry["center"]) == tuple(row)
    finally:
        await database.close()


async def test_what_is_not_shown_is_not_told_of(hub: Hub) -> None:
    body = orjson.dumps({"query": "{ __typename }"})
    headers = {"content-type": "application/json", "x-hub-provenance": "1"}
    assert (await hub.send("POST", "/graphql", body, headers)).json == {
        "data": {"__typename": "Query"}
    }
