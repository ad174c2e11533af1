"""`@defer` where both parts come from one subgraph, which knows nothing of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from graphql import GraphQLError, build_schema, graphql

from federation.composition import compose
from federation.composition.result import Composed, SubgraphSource
from federation.server.app import Application, build_app
from federation.server.settings.answers import IncludeSubgraphErrors
from federation.server.settings.engine import EngineSettings
from federation.server.settings.pages import Plugins
from tests.federation.server.harness import running
from tests.federation.server.stream_harness import HttpStream
from tests.federation.server.test_defer import DEFER, ask, payloads, whole
from tests.support.deferred import merged

TYPES = """
type Query { items: [Item!]! item: Item late: Int now: Int any: [Any] viewer: Viewer
             titled: [Titled!] }
type Mutation { touch: Item }
type Item implements Titled @key(fields: "id") {
  id: ID! title: String late: Int strict: Int! box: Box next: Item
}
type Other implements Titled @key(fields: "code") { code: ID! title: String late: Int }
type Box { width: Int late: Int item: Item }
type Viewer { name: String late: Int }
union Any = Item | Other
interface Titled { title: String late: Int }
"""
SDL = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.4", import: ["@key"])\n'
    + TYPES
)
SCHEMA = build_schema(
    "directive @key(fields: String!) on OBJECT\nscalar _Any\nunion _Entity = Item | Other\n"
    + TYPES.replace("type Query {", "type Query { _entities(representations: [_Any!]!): [_Entity]!")
)


class Subgraph:
    """`late` and `strict` are answered when `gate` is open; `strict` fails for ids in `bad`."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.bad: set[str] = set()
        self.queries: list[str] = []
        self.cancelled = 0

    async def __call__(
        self, query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        self.queries.append(query)
        try:
            result = await graphql(SCHEMA, query, root_value=self, variable_values=variables)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return result.formatted

    def _entities(self, info: Any, representations: list[dict[str, Any]]) -> list[Any]:
        return [
            Item(self, one["id"]) if one["__typename"] == "Item" else Other(self, one["code"])
            for one in representations
        ]

    def items(self, info: Any) -> list[Item]:
        return [Item(self, "1"), Item(self, "2")]

    def item(self, info: Any) -> Item:
        return Item(self, "1")

    touch = item

    def any(self, info: Any) -> list[Any]:
        return [Item(self, "1"), Other(self, "x"), None]

    def titled(self, info: Any) -> list[Any]:
        return [Item(self, "1"), Other(self, "x")]

    def viewer(self, info: Any) -> Item:
        return Item(self, "me")

    def now(self, info: Any) -> int:
        return 1

    async def late(self, info: Any) -> int:
        await self.gate.wait()
        return 2


class Item:
    __typename = "Item"

    def __init__(self, graph: Subgraph, id_: str) -> None:
        self.graph, self.id, self.title, self.name, self.width = graph, id_, f"T{id_}", "me", 7
        self._typename = "Item"

    async def late(self, info: Any) -> int:
        await self.graph.gate.wait()
        return 3

    async def strict(self, info: Any) -> int:
        await self.graph.gate.wait()
        if self.id in self.graph.bad:
            raise GraphQLError("no", extensions={"code": "NO"})
        return 4

    def box(self, info: Any) -> Item:
        return Item(self.graph, self.id)

    def item(self, info: Any) -> Item:
        return Item(self.graph, self.id + "0")

    next = item


class Other(Item):
    def __init__(self, graph: Subgraph, code: str) -> None:
        super().__init__(graph, code)
        self.code = code
        self._typename = "Other"


for union in ("Any", "_Entity", "Titled"):
    SCHEMA.type_map[union].resolve_type = lambda value, *_: value._typename  # type: ignore[attr-defined]


@contextlib.asynccontextmanager
async def hub(plugins: Plugins | None = None) -> AsyncIterator[tuple[Application, Subgraph]]:
    composed = compose([SubgraphSource("one", "http://127.0.0.1:1/", SDL)])
    assert isinstance(composed, Composed), composed
    subgraph = Subgraph()

    async def source() -> str:
        return composed.supergraph_sdl

    settings = EngineSettings(
        include_subgraph_errors=IncludeSubgraphErrors(all=True), plugins=plugins or Plugins()
    )
    app = build_app(settings, source, local={"one": subgraph})
    async with running(app):
        yield app, subgraph


async def first_of(app: Application, query: str, **variables: Any) -> tuple[HttpStream, Any]:
    stream = HttpStream(app, {"query": query, "variables": variables}, DEFER)
    await stream.head()
    assert await stream.read() == b"--graphql"
    first = await stream.read()
    assert first is not None
    return stream, json.loads(first.split(b"\r\n")[3])


# Query, what is answered first, and how many calls there are.
CUT = [
    (
        "{ items { title ... @defer { late } } }",
        {"items": [{"title": "T1"}, {"title": "T2"}]},
        2,
    ),
    ("{ item { ... @defer { id late } } }", {"item": {}}, 2),
    ("{ now ... @defer { late } }", {"now": 1}, 2),
    ("{ ... @defer { late } }", {}, 1),
    ('{ now ...L @defer(label: "x") } fragment L on Query { late }', {"now": 1}, 2),
    (
        "{ item { box { item { id ... @defer { late } } } } }",
        {"item": {"box": {"item": {"id": "10"}}}},
        2,
    ),
    # The value type inside the deferred fragment comes with its entity.
    ("{ item { title ... @defer { box { width late } } } }", {"item": {"title": "T1"}}, 2),
    (
        "{ any { ... on Item { title ... @defer { late } }"
        " ... on Other { ... @defer { late } } } }",
        {"any": [{"title": "T1"}, {}, None]},
        3,
    ),
    # The interface has no key; its types have.
    (
        "{ titled { title ... @defer { late } } }",
        {"titled": [{"title": "T1"}, {"title": "Tx"}]},
        2,
    ),
    (
        "{ item { title ... @defer { next { title ... @defer { late } } strict } } }",
        {"item": {"title": "T1"}},
        3,
    ),
    (
        "{ item { title ... @defer { a: late } ... @defer { b: late } } }",
        {"item": {"title": "T1"}},
        3,
    ),
    (
        "query ($yes: Boolean = true) { item { title ... @defer(if: $yes) { late } } }",
        {"item": {"title": "T1"}},
        2,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("query", "data", "calls"), CUT)
async def test_the_first_part_waits_for_nothing_deferred(query: str, data: Any, calls: int) -> None:
    async with hub() as (app, subgraph):
        stream, first = await first_of(app, query)
        assert first == {"data": data, "hasNext": True}
        subgraph.gate.set()
        rest = payloads(b"--graphql" + await stream.read_all())
        assert len(subgraph.queries) == calls
        expected = await whole(app, query)
        assert merged([first, *rest]) == expected["data"]


@pytest.mark.parametrize(
    "query",
    [
        # No key, so there is nothing to enter by.
        "{ item { box { width ... @defer { late } } } }",
        "{ viewer { name ... @defer { late } } }",
        # Another call would hold up the next field of a mutation.
        "mutation { touch { id ... @defer { late } } }",
        "{ items { id ... @defer { id } } }",
    ],
)
async def test_what_cannot_be_cut_is_answered_at_once(query: str) -> None:
    async with hub() as (app, subgraph):
        subgraph.gate.set()
        plain = await whole(app, query)
        stream = HttpStream(app, {"query": query}, DEFER)
        await stream.head()
        assert stream.headers["content-type"].startswith("application/json")
        assert json.loads(await stream.read_all()) == plain
        assert len(subgraph.queries) == 2


async def test_only_some_can_be_cut() -> None:
    async with hub() as (app, subgraph):
        subgraph.gate.set()
        query = "{ item { box { ... @defer { width } } ... @defer { strict } } }"
        first, second = await ask(app, query)
        assert first == {"data": {"item": {"box": {"width": 7}}}, "hasNext": True}
        assert second["incremental"] == [{"data": {"strict": 4}, "path": ["item"]}]


async def test_clients_that_take_parts_only() -> None:
    async with hub() as (app, _):
        headers = {"accept": "multipart/mixed;deferSpec=20220824"}
        stream = HttpStream(app, {"query": "{ item { id ... @defer { id } } }"}, headers)
        await stream.head()
        assert payloads(await stream.read_all()) == [
            {"data": {"item": {"id": "1"}}, "hasNext": False}
        ]


async def test_the_null_stops_at_the_deferred_fragment() -> None:
    async with hub() as (app, subgraph):
        subgraph.gate.set()
        subgraph.bad = {"2"}
        first, second = await ask(app, '{ items { title ... @defer(label: "s") { strict } } }')
        assert first["data"] == {"items": [{"title": "T1"}, {"title": "T2"}]}
        assert "errors" not in first
        good, bad = second["incremental"]
        assert good == {"data": {"strict": 4}, "path": ["items", 0], "label": "s"}
        assert (bad["data"], bad["path"], bad["label"]) == (None, ["items", 1], "s")
        (error,) = bad["errors"]
        assert (error["path"], error["extensions"]["code"]) == (["items", 1, "strict"], "NO")


async def test_a_client_that_leaves_cancels_the_calls_of_the_parts() -> None:
    async with hub() as (app, subgraph):
        stream, _ = await first_of(app, "{ now items { id ... @defer { late } } }")
        await stream.leave()
        assert subgraph.cancelled == 1


_PLAN = """QueryPlan {
  Defer {
    Primary {
      {
        item {
          title
        }
        now
      }:
      Fetch(service: "one") {
        {
          item {
            __typename
            title
            id
          }
          now
        }
      },
    }, [
      Deferred(depends: [0], path: "item") {
        {
          late
        }:
        Flatten(path: "item") {
          Fetch(service: "one") {
            {
              ... on Item {
                __typename
                id
              }
            } =>
            {
              ... on Item {
                late
              }
            }
          },
        },
      },
      Deferred(depends: [], path: "", label: "root") {
        {
          late
        }:
        Fetch(service: "one") {
          {
            late
          }
        },
      },
    ]
  },
}"""


async def test_the_plan_shows_the_calls_of_the_parts() -> None:
    async with hub(Plugins(expose_query_plan=True)) as (app, subgraph):
        subgraph.gate.set()
        query = '{ item { title ... @defer { late } } now ... @defer(label: "root") { late } }'
        headers = {**DEFER, "apollo-expose-query-plan": "true"}
        stream = HttpStream(app, {"query": query}, headers)
        await stream.head()
        first, *_ = payloads(await stream.read_all())
        assert first["extensions"]["apolloQueryPlan"]["text"] == _PLAN
