"""`@defer` over HTTP: the first part does not wait, errors stay in their part."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from federation.composition import compose
from federation.composition.result import Composed, SubgraphSource
from federation.server.app import Application, build_app
from federation.server.settings.answers import IncludeSubgraphErrors
from federation.server.settings.engine import EngineSettings
from federation.server.settings.pages import Plugins
from tests.federation.server.harness import running
from tests.federation.server.stream_harness import HttpStream
from tests.support.deferred import merged

DEFER = {"accept": "multipart/mixed;deferSpec=20220824, application/json"}
JSON = {"accept": "application/json"}

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.4", import: ["@key"])\n'
FAST = _LINK + (
    "type Query { items: [Item!]! item: Item }\n"
    "type Mutation { touch: Item }\n"
    'type Item @key(fields: "id") { id: ID! title: String }\n'
)
SLOW = _LINK + 'type Item @key(fields: "id") { id: ID! strict: String! loose: String next: Item }\n'


class Subgraphs:
    """`slow` answers when `gate` is open; ids in `bad` have null everywhere and an error."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.bad: set[str] = set()
        self.fails = False
        self.calls: list[str] = []
        self.cancelled = 0

    async def fast(
        self, query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        self.calls.append("fast")
        items = [{"__typename": "Item", "id": i, "title": f"T{i}"} for i in ("1", "2")]
        if "t:title" in query.replace(" ", ""):
            items = [{**item, "t": item.pop("title")} for item in items]
        if "_entities" in query:
            entities = [{"title": f"T{r['id']}"} for r in variables["representations"]]
            return {"data": {"_entities": entities}}
        return {"data": {"items": items, "item": items[0], "touch": items[0]}}

    async def slow(
        self, query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        self.calls.append("slow")
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.fails:
            raise RuntimeError("secret")
        data: dict[str, Any] = {}
        errors: list[Any] = []
        # One operation may hold several `_entities` fields.
        asked = re.findall(r"(?:(\w+):)?_entities\(representations:\$(\w+)\)", query)
        for alias, variable in asked:
            key = alias or "_entities"
            data[key] = self._slow(query, key, variables[variable], errors)
        return {"data": data, **({"errors": errors} if errors else {})}

    def _slow(self, query: str, key: str, items: list[Any], errors: list[Any]) -> list[Any]:
        entities: list[Any] = []
        for index, item in enumerate(items):
            if item["id"] in self.bad:
                entities.append({"strict": None, "loose": None, "next": None})
                path = [key, index, "strict"]
                errors.append({"message": "no", "path": path, "extensions": {"code": "NO"}})
            else:
                following: dict[str, Any] = {"__typename": "Item", "id": item["id"] + "0"}
                if "next{__typename strict" in query or "next{strict" in query:
                    known = following["id"] not in self.bad
                    following["strict"] = f"S{following['id']}" if known else None
                strict = {"s" if "s:strict" in query else "strict": f"S{item['id']}"}
                entities.append({**strict, "loose": f"L{item['id']}", "next": following})
        return entities


@contextlib.asynccontextmanager
async def hub(plugins: Plugins | None = None) -> AsyncIterator[tuple[Application, Subgraphs]]:
    composed = compose(
        [
            SubgraphSource("fast", "http://127.0.0.1:1/", FAST),
            SubgraphSource("slow", "http://127.0.0.1:1/", SLOW),
        ]
    )
    assert isinstance(composed, Composed), composed
    subgraphs = Subgraphs()

    async def source() -> str:
        return composed.supergraph_sdl

    app = build_app(
        EngineSettings(
            include_subgraph_errors=IncludeSubgraphErrors(all=True), plugins=plugins or Plugins()
        ),
        source,
        local={"fast": subgraphs.fast, "slow": subgraphs.slow},
    )
    async with running(app):
        yield app, subgraphs


def payloads(body: bytes) -> list[dict[str, Any]]:
    assert body.startswith(b"--graphql\r\n")
    assert body.endswith(b"\r\n--graphql--\r\n")
    pieces = body.removesuffix(b"--\r\n").split(b"--graphql")[1:-1]
    return [json.loads(piece.split(b"\r\n\r\n", 1)[1]) for piece in pieces]


async def ask(app: Application, query: str, **variables: Any) -> list[dict[str, Any]]:
    stream = HttpStream(app, {"query": query, "variables": variables}, DEFER)
    await stream.head()
    assert stream.headers["content-type"] == (
        'multipart/mixed;boundary="graphql";deferSpec=20220824'
    )
    return payloads(await stream.read_all())


async def whole(app: Application, query: str, **variables: Any) -> Any:
    stream = HttpStream(app, {"query": query, "variables": variables}, JSON)
    await stream.head()
    assert stream.headers["content-type"].startswith("application/json")
    return json.loads(await stream.read_all())


async def test_the_first_part_does_not_wait_for_the_others() -> None:
    async with hub() as (app, subgraphs):
        subgraphs.gate.clear()
        query = '{ items { title ... @defer(label: "late") { strict } } }'
        stream = HttpStream(app, {"query": query}, DEFER)
        await stream.head()
        assert await stream.read() == b"--graphql"
        first = await stream.read()
        assert first is not None
        data = {"items": [{"title": "T1"}, {"title": "T2"}]}
        assert json.loads(first.split(b"\r\n")[3]) == {"data": data, "hasNext": True}
        subgraphs.gate.set()
        rest = payloads(b"--graphql" + await stream.read_all())
        assert rest == [
            {
                "incremental": [
                    {"data": {"strict": "S1"}, "path": ["items", 0], "label": "late"},
                    {"data": {"strict": "S2"}, "path": ["items", 1], "label": "late"},
                ],
                "hasNext": False,
            }
        ]
        assert subgraphs.calls == ["fast", "slow"]


# With the calls of each: what is deferred is fetched in calls of its own, also where one call
# would do for the whole.
QUERIES = [
    ("{ items { id ... @defer { strict loose } } }", ["fast", "slow"]),
    ("{ items { ... @defer { id title strict } } }", ["fast", "fast", "slow"]),
    (
        "{ items { title ... @defer { loose ... @defer { next { id title } } } } }",
        ["fast", "slow", "slow", "fast"],
    ),
    (
        "{ item { ...A @defer } items { ...A } } fragment A on Item { strict next { strict } }",
        ["fast", "slow", "slow"],
    ),
    (
        "{ item { ... @defer { next { ... @defer { strict title } } } } }",
        ["fast", "slow", "slow", "fast"],
    ),
    (
        "query ($v: Boolean = true)"
        " { item { id ... @defer(if: $v) { loose @skip(if: $v) strict } } }",
        ["fast", "slow"],
    ),
    ("mutation { touch { id ... @defer { strict } } }", ["fast", "slow"]),
    ("{ item { t: title ... @defer { s: strict t: title } __typename } }", ["fast", "slow"]),
]


@pytest.mark.parametrize(("query", "calls"), QUERIES)
async def test_the_parts_are_the_whole(query: str, calls: list[str]) -> None:
    async with hub() as (app, subgraphs):
        expected = await whole(app, query)
        subgraphs.calls = []
        assert merged(await ask(app, query)) == expected["data"]
        assert sorted(subgraphs.calls) == sorted(calls)


async def test_errors_and_nulls_stay_in_the_part() -> None:
    async with hub() as (app, subgraphs):
        subgraphs.bad = {"2"}
        query = "{ items { title ... @defer { strict loose } } }"
        # Without the header, the null goes up to the whole list.
        assert (await whole(app, query))["data"] is None
        first, second = await ask(app, query)
        assert first == {
            "data": {"items": [{"title": "T1"}, {"title": "T2"}]},
            "hasNext": True,
        }
        good, bad = second["incremental"]
        assert good == {"data": {"strict": "S1", "loose": "L1"}, "path": ["items", 0]}
        assert (bad["data"], bad["path"]) == (None, ["items", 1])
        (error,) = bad["errors"]
        assert (error["path"], error["extensions"]["code"]) == (["items", 1, "strict"], "NO")


async def test_a_null_inside_a_part_stops_at_its_nullable_parent() -> None:
    async with hub() as (app, subgraphs):
        subgraphs.bad = {"10"}
        first, second = await ask(app, "{ item { title ... @defer { next { strict } loose } } }")
        assert first["data"] == {"item": {"title": "T1"}}
        (item,) = second["incremental"]
        assert item["data"] == {"next": None, "loose": "L1"}
        assert [error["path"] for error in item["errors"]] == [["item", "next", "strict"]]


async def test_a_failed_call_is_told_in_the_part_that_needs_it() -> None:
    async with hub() as (app, subgraphs):
        subgraphs.fails = True
        first, second = await ask(app, "{ items { id ... @defer { loose } } }")
        assert "errors" not in first
        errors = [e for item in second["incremental"] for e in item.get("errors", ())]
        assert {e["extensions"]["code"] for e in errors} == {"SUBREQUEST_HTTP_ERROR"}
        assert [item["data"] for item in second["incremental"]] == [{"loose": None}] * 2


async def test_nothing_is_added_to_what_became_null() -> None:
    async with hub() as (app, subgraphs):
        subgraphs.bad = {"1"}
        found = await ask(app, "{ item { title next { id ... @defer { strict } } } }")
        assert found[0]["data"] == {"item": {"title": "T1", "next": None}}
        assert found[1:] == [{"hasNext": False}]


async def test_no_parts_when_the_first_is_null() -> None:
    async with hub() as (app, subgraphs):
        subgraphs.bad = {"1"}
        found = await ask(app, "{ items { strict ... @defer { loose } } }")
        assert len(found) == 1
        assert (found[0]["data"], found[0]["hasNext"]) == (None, False)


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ items { id ... @defer(if: false) { strict } } }", {}),
        ("query ($v: Boolean) { items { id ... @defer(if: $v) { strict } } }", {"v": False}),
        ("{ items { id } }", {}),
        # What is there anyway is not worth a part.
        ("{ item { ... @defer { __typename } } __typename }", {}),
        ("{ items { title ... @defer { title } } }", {}),
    ],
)
async def test_nothing_deferred_is_one_answer(query: str, variables: dict[str, Any]) -> None:
    async with hub() as (app, _):
        stream = HttpStream(app, {"query": query, "variables": variables}, DEFER)
        await stream.head()
        assert stream.headers["content-type"].startswith("application/json")
        assert "hasNext" not in json.loads(await stream.read_all())


@pytest.mark.parametrize(
    "query",
    [
        '{ items { ... @defer(label: "a") { id } ... @defer(label: "a") { title } } }',
        "mutation { ... @defer { touch { id } } }",
        "{ items @defer { id } }",
        "query ($l: String) { items { ... @defer(label: $l) { id } } }",
    ],
)
async def test_misuse_is_refused(query: str) -> None:
    async with hub() as (app, _):
        answer = await whole(app, query)
        assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_a_client_that_leaves_cancels_what_runs() -> None:
    async with hub() as (app, subgraphs):
        subgraphs.gate.clear()
        stream = HttpStream(app, {"query": "{ items { id ... @defer { strict } } }"}, DEFER)
        await stream.head()
        await stream.read()
        await stream.read()
        snapshot = app._engine_of[0].live.current
        assert snapshot is not None
        assert snapshot.requests == 1
        await stream.leave()
        assert (subgraphs.cancelled, snapshot.requests) == (1, 0)


async def test_a_new_supergraph_does_not_disturb_an_answer() -> None:
    async with hub() as (app, subgraphs):
        subgraphs.gate.clear()
        stream = HttpStream(app, {"query": "{ items { id ... @defer { strict } } }"}, DEFER)
        await stream.head()
        await stream.read()
        await stream.read()
        engine = app._engine_of[0]
        old = engine.live.current
        assert old is not None
        await engine.load(old.schema.sdl)
        subgraphs.gate.set()
        (last,) = payloads(b"--graphql" + await stream.read_all())
        assert [item["data"]["strict"] for item in last["incremental"]] == ["S1", "S2"]
        assert old.requests == 0


_PLAN = """QueryPlan {
  Defer {
    Primary {
      {
        items {
          title
        }
      }:
      Fetch(service: "fast") {
        {
          items {
            __typename
            title
            id
          }
        }
      },
    }, [
      Deferred(depends: [0], path: "items", label: "late") {
        {
          loose
        }:
        Flatten(path: "items.@") {
          Fetch(service: "slow") {
            {
              ... on Item {
                __typename
                id
              }
            } =>
            {
              ... on Item {
                loose
              }
            }
          },
        },
      },
    ]
  },
}"""


async def test_the_plan_shows_the_parts() -> None:
    async with hub(Plugins(expose_query_plan=True)) as (app, subgraphs):
        query = '{ items { title ... @defer(label: "late") { loose } } }'
        for value in ("true", "dry-run"):
            headers = {**DEFER, "apollo-expose-query-plan": value}
            stream = HttpStream(app, {"query": query}, headers)
            await stream.head()
            body = await stream.read_all()
            if value == "dry-run":
                assert "apolloQueryPlan" in json.loads(body)["extensions"]
                assert subgraphs.calls == ["fast", "slow"]
                continue
            first, second = payloads(body)
            shown = first["extensions"]["apolloQueryPlan"]
            assert shown["text"] == _PLAN
            node = shown["object"]["node"]
            assert node["kind"] == "Defer"
            assert node["primary"]["subselection"] == "{items{title}}"
            assert node["deferred"][0]["depends"] == [{"id": "0"}]
            assert "extensions" not in second


async def test_the_last_part_has_the_whole_trace() -> None:
    async with hub(Plugins(expose_trace=True)) as (app, _):
        query = '{ items { title ... @defer(label: "late") { loose } } }'
        stream = HttpStream(app, {"query": query}, {**DEFER, "hub-expose-trace": "true"})
        await stream.head()
        first, last = payloads(await stream.read_all())
        assert first["hasNext"]
        assert first["extensions"]["trace"]["fetches"][0]["subgraph"] == "fast"
        trace = last["extensions"]["trace"]
        assert [fetch["subgraph"] for fetch in trace["fetches"]] == ["fast", "slow"]
        assert all(fetch["status"] == 200 for fetch in trace["fetches"])
        assert all(fetch["durationMs"] >= 0 for fetch in trace["fetches"])
        assert "extensions" not in (await ask(app, query))[-1]


async def test_introspection_beside_parts() -> None:
    settings = EngineSettings()
    assert not settings.supergraph.introspection
    async with hub() as (app, _):
        stream = HttpStream(app, {"query": "{ __schema { directives { name } } }"}, DEFER)
        await stream.head()
        body = json.loads(await stream.read_all())
        assert body["errors"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED"
