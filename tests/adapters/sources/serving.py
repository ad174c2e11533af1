"""Lists of records behind REST and GraphQL, paged in every way, for tests of the network kinds."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from graphql import GraphQLSchema, build_schema, graphql
from starlette.requests import Request
from starlette.responses import Response

from adapters.config import SourceConfig
from adapters.records import RecordBatch
from adapters.source import PullRequest
from adapters.sources.graphql import Graphql
from adapters.sources.rest import Rest
from tests.adapters.harness import source
from tests.adapters.net.server import Center, answer, quick

Record = Mapping[str, Any]


class Listed:
    """A list of records under `/list`, paged as `paging` says, in an envelope."""

    def __init__(self, records: Sequence[Any], paging: str = "none") -> None:
        self.records, self.paging = list(records), paging
        self.center = Center(list=self.answer)

    def answer(self, request: Request) -> Response:
        asked = request.query_params
        size = int(asked.get("size", 10))
        since = asked.get("since")
        found = [r for r in self.records if since is None or r["updated"] >= since]
        if self.paging == "none":
            return answer(found)
        begin = {
            "page": (int(asked.get("page", 1)) - 1) * size,
            "offset": int(asked.get("offset", 0)),
            "cursor": int(base64.b64decode(asked.get("cursor", "")) or 0),
            "link": int(asked.get("from", 0)),
        }[self.paging]
        records, behind = found[begin : begin + size], begin + size
        page: dict[str, Any] = {"total": len(found), "records": records}
        headers = {}
        if behind < len(found):
            page["next"] = base64.b64encode(str(behind).encode()).decode()
            headers["link"] = f'</list?from={behind}&size={size}>; rel="next"'
        return answer({"code": 200, "message": "ok", "data": page}, **headers)


PAGING: Mapping[str, dict[str, Any]] = {
    "none": {"kind": "none"},
    "page": {"kind": "page", "param": "page", "size_param": "size", "size": 10},
    "offset": {"kind": "offset", "param": "offset", "size_param": "size", "size": 10},
    "cursor": {
        "kind": "cursor",
        "param": "cursor",
        "next": "data.next",
        "size_param": "size",
        "size": 10,
    },
    "link": {"kind": "link", "size_param": "size", "size": 10},
}


def rest_source(
    url: str, *, feed: str = "PATENT", rest: Any = None, **changes: Any
) -> SourceConfig:
    """Return a source of kind rest at `<url>/list`."""
    section = {"url": f"{url}/list"} | (rest or {})
    bounds = {"rate": 10_000, "timeout": 5} | changes.pop("bounds", {})
    return source(kind="rest", path=None, feed=feed, rest=section, bounds=bounds, **changes)


def graphql_source(
    url: str, *, feed: str = "PATENT", graphql: Any = None, **changes: Any
) -> SourceConfig:
    """Return a source of kind graphql at `<url>/graphql`."""
    section = {"url": f"{url}/graphql"} | (graphql or {})
    bounds = {"rate": 10_000, "timeout": 5} | changes.pop("bounds", {})
    return source(kind="graphql", path=None, feed=feed, graphql=section, bounds=bounds, **changes)


class Taken(msgspec.Struct):
    """A batch as it was given, closed."""

    name: str
    sha256: str
    cursor: Any
    high: str | None
    records: list[Any]


def take(batch: RecordBatch) -> Taken:
    """Return what is in a batch, and close it."""
    records = list(batch._records())
    taken = Taken(batch.batch.name, batch.batch.sha256, batch.cursor, batch.high, records)
    batch.close()
    return taken


async def pull(
    config: SourceConfig, cursor: Any = None, since: str | None = None, *, retries: int = 3
) -> list[Taken]:
    """Return the batches of a source; a failure comes out as it is."""
    found: list[Taken] = []
    await pull_into(found, config, cursor, since, retries=retries)
    return found


async def pull_into(
    found: list[Taken],
    config: SourceConfig,
    cursor: Any = None,
    since: str | None = None,
    *,
    retries: int = 3,
) -> None:
    """Add the batches to a list, so that those before a failure can be seen."""
    kind: Any = {"rest": Rest, "graphql": Graphql}[config.kind]
    opened = kind(config, retry=quick(retries))
    try:
        async for batch in opened.batches(PullRequest(cursor, since)):
            found.append(take(batch))
    finally:
        await opened.close()


def rows(batches: Sequence[Taken]) -> list[Any]:
    """Return the records of all batches, one after the other."""
    return [record for batch in batches for record in batch.records]


SCHEMA = """
scalar JSON
type Query {
  items(first: Int, after: String, since: String): Connection!
  slice(limit: Int!, offset: Int, page: Int): Slice!
  all: [JSON!]!
  byNumber(numbers: [String!]!): [JSON]!
  one(number: String!): JSON
}
type Connection { edges: [Edge!]! pageInfo: PageInfo! }
type Edge { cursor: String! node: JSON }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Slice { total: Int! rows: [JSON!]! }
"""


class GraphqlListed:
    """The same list behind GraphQL, executed by graphql-core at `/graphql`."""

    def __init__(self, records: Sequence[Any], key: str = "number") -> None:
        self.records, self.key = list(records), key
        self.schema: GraphQLSchema = build_schema(SCHEMA)
        self.center = Center(graphql=self.answer)
        self.variables: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> Response:
        asked = await request.json()
        self.variables.append(asked["variables"])
        result = await graphql(
            self.schema, asked["query"], self, variable_values=asked["variables"]
        )
        return answer(result.formatted)

    def items(
        self, info: Any, first: int = 10, after: str | None = None, since: str | None = None
    ) -> Any:
        found = [r for r in self.records if since is None or r["updated"] >= since]
        begin = int(after) if after else 0
        edges = [
            {"cursor": str(begin + n + 1), "node": node}
            for n, node in enumerate(found[begin : begin + first])
        ]
        end = edges[-1]["cursor"] if edges else None
        info_ = {"hasNextPage": begin + first < len(found), "endCursor": end}
        return {"edges": edges, "pageInfo": info_}

    def slice(
        self, info: Any, limit: int, offset: int | None = None, page: int | None = None
    ) -> Any:
        begin = offset if offset is not None else ((page or 1) - 1) * limit
        return {"total": len(self.records), "rows": self.records[begin : begin + limit]}

    def all(self, info: Any) -> Any:
        return self.records

    def byNumber(self, info: Any, numbers: list[str]) -> Any:
        held = {record[self.key]: record for record in self.records}
        return [held.get(number) for number in numbers]

    def one(self, info: Any, number: str) -> Any:
        return next((r for r in self.records if r[self.key] == number), None)


RELAY = {
    "query": (
        "query ($first: Int, $after: String, $since: String) {"
        " items(first: $first, after: $after, since: $since)"
        " { edges { node } pageInfo { hasNextPage endCursor } } }"
    ),
    "records": "items",
    "paging": {"kind": "relay", "size": 10},
}
OFFSET = {
    "query": "query ($n: Int!, $skip: Int!) { slice(limit: $n, offset: $skip) { total rows } }",
    "records": "slice.rows",
    "paging": {
        "kind": "offset",
        "param": "skip",
        "size_param": "n",
        "size": 10,
        "total": "slice.total",
    },
}
PAGE = {
    "query": "query ($n: Int!, $page: Int!) { slice(limit: $n, page: $page) { total rows } }",
    "records": "slice.rows",
    "paging": {"kind": "page", "size_param": "n", "size": 10},
}
ALL = {"query": "{ all }", "records": "all", "paging": {"kind": "none"}}
