"""Demand control in the server: refused before a fetch, measured after, by subgraph."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
import pytest

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.server.app import build_app
from federation.server.settings.demand_control import (
    DemandControlSection,
    StaticEstimated,
)
from federation.server.settings.engine import EngineSettings, for_development
from tests.federation.server.harness import Client, running
from tests.support.small_graph import SmallSubgraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@cost", "@listSize"])\n'
)
CATALOG = """
type Query {
  items(first: Int): [Item!]! %s
  ping: String
}
type Mutation { touch: Item }
type Item @key(fields: "id") { id: ID! title: String }
"""
LISTED = '@listSize(slicingArguments: ["first"])'
STOCK = """
type Item @key(fields: "id") { id: ID! stock: Int %s holders: [Holder!] }
type Holder { name: String }
"""


def _items(_: Any, first: int | None = None) -> list[dict[str, Any]]:
    return [{"id": str(n), "title": f"t{n}"} for n in range(first or 2)]


class Shop:
    def __init__(self, client: Client, calls: list[str]) -> None:
        self.client = client
        self.calls = calls

    async def ask(self, query: str, headers: Mapping[str, str] = {}, **parameters: Any) -> Any:
        self.calls.clear()
        every = {"accept": "application/graphql-response+json", **headers}
        return await self.client.post(query, headers=every, **parameters)


@contextlib.asynccontextmanager
async def shop(
    mode: str = "enforce", *, enabled: bool = True, development: bool = False, **strategy: Any
) -> AsyncIterator[Shop]:
    calls: list[str] = []
    made = {
        "catalog": SmallSubgraph(
            CATALOG % "",
            {"items": _items, "ping": "pong", "touch": {"id": "1", "title": "t"}},
            {"Item": lambda r: r},
        ),
        "stock": SmallSubgraph(
            STOCK % "",
            {},
            {"Item": lambda r: {**r, "stock": 3, "holders": [{"name": "h"}]}},
        ),
    }
    composed = compose(
        [
            SubgraphSource("catalog", "", LINK + CATALOG % LISTED),
            SubgraphSource("stock", "", LINK + STOCK % "@cost(weight: 2)"),
        ]
    )
    assert isinstance(composed, Composed), composed

    def served(name: str, subgraph: SmallSubgraph) -> Any:
        schema = subgraph.schema()

        async def execute(query: str, variables: Any, *_: Any) -> Mapping[str, Any]:
            calls.append(name)
            return subgraph.execute(schema, {"query": query, "variables": variables})

        return execute

    async def source() -> str:
        return composed.supergraph_sdl

    section = msgspec.convert(
        {"enabled": enabled, "mode": mode, "strategy": {"static_estimated": strategy}},
        DemandControlSection,
    )
    settings = msgspec.structs.replace(EngineSettings(), demand_control=section)
    app = build_app(
        for_development(settings) if development else settings,
        source,
        local={name: served(name, subgraph) for name, subgraph in made.items()},
    )
    async with running(app):
        yield Shop(Client(app), calls)


QUERY = "query($n: Int) { items(first: $n) { title stock } }"


@pytest.mark.parametrize(
    ("variables", "status", "code"),
    [
        # 2 * 1 object + 2 * stock of 2
        ({"n": 2}, 200, None),
        ({"n": 3}, 200, None),
        ({"n": 4}, 400, "COST_ESTIMATED_TOO_EXPENSIVE"),
        ({}, 400, "COST_INVALID_SLICING_ARGUMENTS"),
        ({"n": None}, 400, "COST_INVALID_SLICING_ARGUMENTS"),
        ({"n": 10**9}, 400, "COST_ESTIMATED_TOO_EXPENSIVE"),
    ],
)
async def test_enforced(variables: dict[str, Any], status: int, code: str | None) -> None:
    async with shop(max=9) as graph:
        reply = await graph.ask(QUERY, variables=variables)
        assert reply.status == status
        if code is None:
            assert graph.calls == ["catalog", "stock"]
        else:
            assert reply.code == code
            assert graph.calls == []


@pytest.mark.parametrize("variables", [{"n": 4}, {}])
async def test_measured(variables: dict[str, Any]) -> None:
    async with shop("measure", max=9) as graph:
        reply = await graph.ask(QUERY, variables=variables)
        assert reply.status == 200
        assert "errors" not in reply.json


async def test_off() -> None:
    async with shop(enabled=False, max=1) as graph:
        assert (await graph.ask(QUERY, variables={"n": 4})).status == 200


async def test_a_known_document_is_estimated_anew_for_each_request() -> None:
    async with shop(max=9) as graph:
        statuses = [(await graph.ask(QUERY, variables={"n": n})).status for n in (3, 4, 3, 4)]
        assert statuses == [200, 400, 200, 400]


FIGURES = {"hub-expose-cost": "true"}


async def test_figures_for_developers() -> None:
    async with shop(
        "measure", development=True, max=20, actual_cost_mode="by_response_shape"
    ) as graph:
        reply = await graph.ask(
            "{ items(first: 5) { title stock holders { name } } ping }", FIGURES
        )
        # 5 * (1 + 2 + 10 holders); really 5 * (1 + 2 + 1).
        cost = {"estimated": 65, "max": 20, "result": "COST_ESTIMATED_TOO_EXPENSIVE", "actual": 20}
        assert reply.json["extensions"] == {"cost": cost}
        reply = await graph.ask("mutation { touch { title } }", FIGURES)
        assert reply.json["extensions"]["cost"]["estimated"] == 11
        assert reply.json["extensions"]["cost"]["actual"] == 11
        assert "extensions" not in (await graph.ask("{ ping }")).json
    async with shop("measure", max=20) as graph:
        assert "extensions" not in (await graph.ask("{ ping }", FIGURES)).json


async def test_a_subgraph_that_would_be_asked_too_much_is_not_asked() -> None:
    bounds = {"all": {}, "subgraphs": {"stock": {"max": 9}}}
    async with shop(max=1000, subgraph=bounds) as graph:
        # An entity and a weight of 2 for each item.
        reply = await graph.ask(QUERY, variables={"n": 3})
        assert "errors" not in reply.json
        reply = await graph.ask(QUERY, variables={"n": 4})
        assert graph.calls == ["catalog"]
        assert reply.json["data"]["items"][0] == {"title": "t0", "stock": None}
        assert reply.code == "SUBGRAPH_COST_ESTIMATED_TOO_EXPENSIVE"
    async with shop("measure", max=1000, subgraph=bounds) as graph:
        reply = await graph.ask(QUERY, variables={"n": 4})
        assert "errors" not in reply.json


async def test_figures_by_subgraph() -> None:
    bounds = {"all": {"max": 1000}, "subgraphs": {"stock": {"list_size": 2}}}
    async with shop("measure", development=True, max=1000, subgraph=bounds) as graph:
        query = "{ items(first: 5) { title stock holders { name } } ping }"
        reply = await graph.ask(query, FIGURES)
        found = reply.json["extensions"]["cost"]["estimatedBySubgraph"]
        assert found == {"catalog": 5, "stock": 5 * (1 + 2 + 2)}


def test_settings() -> None:
    demands = StaticEstimated().subgraph
    assert not demands.any
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"mode": "refuse"}, DemandControlSection)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"strategy": {"static_estimated": {"max": 0}}}, DemandControlSection)
