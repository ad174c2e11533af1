"""Demand control and rate limits over the hub's own graph: what is estimated is what is charged."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from schema.printed import FOLDER
from tests.gateway.conftest import Hub, Reply
from tests.gateway.costs import costly_hub, measure, table
from tests.support.postgres import TestServer

PAGE_OF_COSTS = FOLDER / "README.md"
MOST = 10_000
DEMAND = {
    "enabled": True,
    "mode": "enforce",
    "strategy": {"static_estimated": {"max": MOST, "actual_cost_mode": "by_response_shape"}},
}
# No journey is this centre's. What it has used comes back so slowly that no test sees it.
ORGANIZATION = "INDUSTRY_CENTER IC-320500-01"
BURST = 1_000
LIMITS = {"organizations": {"IC-320500-01": {"cost_per_minute": 1, "burst": BURST}}}

PAGE = "query ($n: Int) { patents(first: $n) { nodes { title } } }"
HOSTILE = (
    "{ patents(first: 1000) { nodes { currentHolders { organization { heldPatents(first: 1000)"
    " { nodes { title } } } } } } }",
    "{ patents(first: 100) { nodes { currentHolders { organization { heldPatents(first: 100)"
    " { nodes { title } } } } } } }",
    "{ operationCenters { listings(first: 100) { patents { legalEvents { details { label } } } } }"
    " }",
    "{ organizations(first: 100) { nodes { heldPatents(first: 100) { totalCount nodes { pledges"
    " { changes { kind: __typename } } } } } } }",
    "{ regions(first: 100) { nodes { children { children { children { children { name } } } } } }"
    " }",
)


@pytest.fixture(scope="module")
async def costly(
    postgres_server: TestServer, monkeypatch_module: pytest.MonkeyPatch
) -> AsyncIterator[Hub]:
    monkeypatch_module.delenv("HUB_DATABASE_URL", raising=False)
    async with postgres_server.new_database() as url, costly_hub(url, DEMAND, LIMITS) as hub:
        yield hub


async def send(
    hub: Hub, query: str, *, who: str = ORGANIZATION, shown: bool = True, **variables: object
) -> Reply:
    headers = {
        "content-type": "application/json",
        "accept": "application/graphql-response+json",
        "authorization": f"Dev {who}",
        **({"hub-expose-cost": "true"} if shown else {}),
    }
    body = orjson.dumps({"query": query, "variables": variables})
    return await hub.send("POST", "/graphql", body, headers)


def left(reply: Reply) -> int:
    """Return what the organisation has left, by the header."""
    found = re.fullmatch(r'"cost";r=(\d+);t=\d+', reply.headers["ratelimit"])
    assert found, reply.headers
    return int(found[1])


def code(reply: Reply) -> str:
    [error] = reply.json["errors"]
    found: str = error["extensions"]["code"]
    return found


async def test_what_people_ask_passes_with_room_to_spare(costly: Hub) -> None:
    """And no answer costs more than was estimated."""
    measured = await measure(costly)
    assert len(measured) >= 11 + 8
    for each in measured:
        assert 0 < each.actual <= each.estimated, each
        assert each.estimated * 4 <= MOST, each
    # The page tells the same; what answers do cost may change with the day.
    told = re.findall(r"^\| (.+?) \| (\d+) \| \d+ \|$", PAGE_OF_COSTS.read_text("utf-8"), re.M)
    assert told == [(each.name, str(each.estimated)) for each in measured], table(measured)


@pytest.mark.parametrize("query", HOSTILE)
async def test_lists_of_lists_are_refused_before_anything_is_fetched(
    costly: Hub, query: str
) -> None:
    reply = await send(costly, query, who="CNIPA_ADMIN")
    assert (reply.status, code(reply)) == (400, "COST_ESTIMATED_TOO_EXPENSIVE")
    assert "data" not in reply.json


async def test_the_estimate_follows_the_variables(costly: Hub) -> None:
    def figures(reply: Reply) -> Any:
        return reply.json["extensions"]["cost"]

    for size, estimated in ((1, 2), (7, 8), (100, 101), (None, 21)):
        reply = await send(costly, PAGE, who="CNIPA_ADMIN", n=size)
        assert figures(reply)["estimated"] == estimated
        nodes = reply.json["data"]["patents"]["nodes"]
        assert 0 < len(nodes) <= estimated - 1
        assert figures(reply)["actual"] == 1 + len(nodes)
    absent = await send(costly, PAGE, who="CNIPA_ADMIN")
    assert figures(absent)["estimated"] == 21
    assert figures(absent) == {"estimated": 21, "max": MOST, "result": "COST_OK", "actual": 21}
    quiet = await send(costly, PAGE, who="CNIPA_ADMIN", shown=False)
    assert "extensions" not in quiet.json


async def test_an_organisation_is_charged_what_was_estimated(costly: Hub) -> None:
    start = left(await send(costly, "{ __typename }"))
    assert BURST - start <= 1  # nothing costs less than one
    first = await send(costly, PAGE, n=49)
    assert first.json["extensions"]["cost"]["estimated"] == 50
    assert left(first) == start - 50
    # Not what the answer did cost: fewer holders than were assumed.
    query = "{ patents(first: 2) { totalCount nodes { currentHolders { name } } } }"
    second = await send(costly, query)
    figures = second.json["extensions"]["cost"]
    assert figures["estimated"] == 1 + 10 + 2 * (1 + 2)
    assert figures["actual"] < figures["estimated"]
    assert left(second) == start - 50 - 17
    # Searching costs what the subgraph says.
    searched = '{ patents(first: 1, filter: {titleContains: "电池"}) { nodes { title } } }'
    assert left(await send(costly, searched)) == start - 67 - (20 + 1 + 1 + 1)

    # Who is refused by the cost of one operation pays nothing,
    before = start - 67 - 23
    for query in HOSTILE:
        refused = await send(costly, query)
        assert (refused.status, left(refused)) == (400, before)
    wrong = await send(costly, "{ nothing }")
    assert (wrong.status, left(wrong)) == (400, before)
    # nor who has not enough left.
    held = "currentHolders { organization { heldPatents(first: 40) { nodes { title } } } }"
    aliased = " ".join(f"a{number}: {held}" for number in range(11))
    many = await send(costly, f"{{ patents(first: 1) {{ nodes {{ {aliased} }} }} }}")
    assert (many.status, code(many)) == (429, "REQUEST_RATE_LIMITED")
    assert left(many) == before
    assert int(many.headers["retry-after"]) > 0
    assert left(await send(costly, PAGE, n=9)) == before - 10
    # All others have their own.
    assert "ratelimit" not in (await send(costly, PAGE, who="CNIPA_ADMIN", n=9)).headers
