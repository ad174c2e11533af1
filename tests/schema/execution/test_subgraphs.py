"""Our subgraphs answer by plans as by graphql-core alone, with the same statements."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Role
from schema import SUBGRAPHS
from schema.common.subgraph import SubgraphSchema
from schema.serving import SubgraphServer
from tests.gateway.random_queries import RandomQueries
from tests.schema.execution.answers import assert_same
from tests.schema.world import (
    BATTERY,
    CENTER,
    HOLDER,
    LASER,
    LISTING_1,
    NOW,
    OLD,
    OTHER,
    TODAY,
    CountingQueries,
)

QUERIES = int(os.environ.get("HUB_COMPILED", "25"))
"""Per subgraph and caller; a longer run: HUB_COMPILED=1000."""

POOLS = {
    "ApplicationNumber": [f'"{LASER}"', f'"{BATTERY}"', f'"{OLD}"', '"nonsense"'],
    "PublicationNumber": ['"CN209900000U"', '"CN107000000A"'],
    "USCC": [f'"{HOLDER}"', f'"{OTHER}"'],
    "RegionCode": ['"440000"', '"440300"', '"440305"', '"120110"'],
    "IndustryCode": ['"C"', '"C38"', '"C3841"'],
    "IpcSymbol": ['"H01M"', '"B23K"', '"H"'],
    "OfficeCode": ['"CN"', '"EP"'],
    "code": [f'"{CENTER}"', '"RC-440000-01"', '"IC-440300-01"'],
    "ID": [f'"{LISTING_1}"', '"01900000-0000-7000-8000-000000000001"', '"nonsense"'],
    "first": ["1", "2", "5", "1000"],
    "Int": ["1", "2", "2024"],
    "String": ['"激光"', '"电池"', '"R"'],
    "Boolean": ["true", "false"],
    "Date": ['"2020-01-01"', '"2024-01-01"'],
    "DateTime": ['"2020-01-01T00:00:00Z"'],
    "Decimal": ['"100"'],
    "Float": ["0.5"],
}
KEYS = [
    ("patents", "Patent", "applicationNumber", [LASER, BATTERY, OLD, "CN2021900000000", "?"]),
    ("patents", "LegalEvent", "id", ["01900000-0000-7000-8000-000000000001", "x"]),
    ("patents", "Organization", "uscc", [HOLDER, OTHER]),
    ("trading", "Patent", "applicationNumber", [LASER, BATTERY, OLD]),
    ("trading", "Listing", "id", [LISTING_1]),
    ("platforms", "OperationCenter", "code", [CENTER, "RC-440000-01", "?"]),
    ("reference", "Region", "code", ["440000", "110103"]),
    ("reporting", "OperationCenter", "code", [CENTER]),
    ("finance", "Patent", "applicationNumber", [LASER]),
]
CALLERS = (ANONYMOUS, Caller("admin", Role.CNIPA_ADMIN))


def plain(schema: SubgraphSchema) -> SubgraphSchema:
    """Return the same schema, executed by graphql-core alone."""
    found = copy.copy(schema)
    found.execution_context_class = StrawberryGraphQLCoreExecutionContext
    found._document = lambda text: None  # type: ignore[assignment]
    return found


# What graphql-core has made for a sibling of a failed field it cancels before it has begun.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PLAIN = {name: plain(schema) for name, schema in SUBGRAPHS.items()}


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Collect what was cancelled while its warnings are ignored."""
    yield
    gc.collect()


@pytest.mark.parametrize("subgraph", sorted(SUBGRAPHS))
async def test_random_queries(world: Database, subgraph: str) -> None:
    queries = RandomQueries(SUBGRAPHS[subgraph]._schema, POOLS)
    counted: Counter[str] = Counter()
    for seed in range(QUERIES):
        for caller in CALLERS:
            counted += await _compare(world, subgraph, caller, queries.make(seed), {})
    assert counted["data"] > 0
    # A loader asked from several depths makes one batch or two, by which answer came first.
    assert counted["ran"] <= counted["statements"] * 1.05 + 2


@pytest.mark.parametrize(("subgraph", "type_", "key", "values"), KEYS)
async def test_entities(
    world: Database, subgraph: str, type_: str, key: str, values: list[str]
) -> None:
    queries = RandomQueries(SUBGRAPHS[subgraph]._schema, POOLS)
    given: list[dict[str, Any]] = [{"__typename": type_, key: value} for value in values]
    given += [{"__typename": "Nothing"}, {key: "no type"}, *given]
    for seed in range(QUERIES):
        selection = queries.selection(type_, seed)
        query = f"""query ($r: [_Any!]!, $no: Boolean = false) {{
          _entities(representations: $r) {{ __typename ... on {type_} {selection}
            ... on {type_} @include(if: $no) {{ left: __typename }} }} }}"""
        for caller in CALLERS:
            await _compare(world, subgraph, caller, query, {"r": given})


async def _compare(
    world: Database, subgraph: str, caller: Caller, query: str, variables: dict[str, Any]
) -> Counter[str]:
    """Ask both ways; count answers with data, and the statements of both."""
    answers = []
    for schemas in (PLAIN, SUBGRAPHS):
        counted = CountingQueries(world)
        server = SubgraphServer(counted, schemas, lambda: TODAY, now=lambda: NOW)
        try:
            answer = await server.answer(subgraph, caller, query, variables)
        except asyncio.CancelledError:
            # graphql-core cancels what a failed field's siblings wait for, which may be the future
            # of a loader that others wait for as well
            if schemas is not PLAIN:
                raise
            # the driver still takes its statements back
            await asyncio.sleep(0.1)
            return Counter()
        answers.append((_told(answer), counted.statements))
    (expected, statements), (found, ran) = answers
    assert_same(found, expected)
    # where something fails, graphql-core ends what runs beside it earlier or later
    if expected["errors"]:
        return Counter(data=bool(found["data"]))
    return Counter(data=1, statements=statements.total(), ran=ran.total())


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer without the references of internal errors."""
    text = json.dumps({"data": answer.get("data"), "errors": answer.get("errors", [])})
    found: dict[str, Any] = json.loads(
        re.sub(r"reference [0-9a-f]{12}|\\uff0c\\u7f16\\u53f7 [0-9a-f]{12}", "", text)
    )
    return found
