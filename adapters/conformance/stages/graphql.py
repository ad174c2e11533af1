"""A GraphQL server (graphql-core) with one list, as a Relay connection or by offset."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from graphql import build_schema, graphql
from starlette.requests import Request

from adapters.config import Kind, SourceConfig
from adapters.conformance.http_host import Answered, HttpHost, Played
from adapters.conformance.model import (
    BATCH,
    NO_RAW,
    PAGE,
    Ability,
    Fault,
    Item,
    Place,
    Reason,
    Subject,
)
from adapters.conformance.stages.shared import build_config
from adapters.conformance.subjects import ORGANIZATIONS

Form = Literal["relay", "offset"]

_SCHEMA: Final = build_schema(
    """
    scalar Any
    type Organization {
      uscc: Any
      name: Any
      registrationAuthority: String
      status: String
      changed: Int
    }
    type Edge { node: Organization, cursor: String! }
    type PageInfo { hasNextPage: Boolean!, endCursor: String }
    type Connection { edges: [Edge!]!, pageInfo: PageInfo! }
    type Query {
      connection(first: Int!, after: String, since: Int): Connection!
      rows(first: Int!, offset: Int!, since: Int): [Organization]!
      byKeys(keys: [String!]!): [Organization]!
    }
    """
)
_SELECTION: Final = "uscc name registrationAuthority status changed"
_QUERIES: Final[Mapping[Form, str]] = {
    "relay": f"""query ($first: Int!, $after: String, $since: Int) {{
      list: connection(first: $first, after: $after, since: $since) {{
        edges {{ node {{ {_SELECTION} }} }} pageInfo {{ hasNextPage endCursor }}
      }} }}""",
    "offset": f"""query ($first: Int!, $offset: Int!, $since: Int) {{
      list: rows(first: $first, offset: $offset, since: $since) {{ {_SELECTION} }} }}""",
}
_LOOKUP: Final = f"query ($keys: [String!]!) {{ byKeys(keys: $keys) {{ {_SELECTION} }} }}"
_NO_RAW: Final[Reason] = (
    "GraphQL 的类型保证每个元素都是对象",
    "The types of GraphQL make every element an object",
)


class GraphqlStage:
    """Platforms with one form of paging."""

    kind: Kind = "graphql"
    subject: Subject = ORGANIZATIONS
    lacks: Mapping[Ability, Reason] = {Ability.RAW_RECORDS: _NO_RAW}

    def __init__(self, folder: Path, host: HttpHost, form: Form) -> None:
        self._folder, self._host, self._form = folder, host, form
        self.variant: str = form

    @asynccontextmanager
    async def place(self, number: int) -> AsyncIterator[Place]:
        """Put a platform up."""
        yield GraphqlPlace(number, self._folder, self._host, self._form)


class GraphqlPlace:
    """One platform."""

    keeps_before = True

    def __init__(self, number: int, folder: Path, host: HttpHost, form: Form) -> None:
        self._number, self._folder, self._form = number, folder, form
        self._items: list[Item] = []
        self._played = Played(self._answer)
        self._code = f"kit-graphql-{number}"
        self._url = host.add(self._code, self._played)
        self._nowhere = f"{host.url}/nowhere-{number}"

    def break_down(self, fault: Fault | None) -> None:
        self._played.break_down(fault)

    @property
    def early_calls(self) -> int:
        return self._played.early_calls

    async def put(self, items: Sequence[Item]) -> None:
        self._items = list(items)

    def config(
        self,
        *,
        nowhere: bool = False,
        incremental: bool = False,
        lookup: bool = False,
        **changes: Any,
    ) -> SourceConfig:
        section: dict[str, Any] = {
            "url": f"{self._nowhere if nowhere else self._url}/graphql",
            "query": _QUERIES[self._form],
            "records": "list",
            "paging": {"kind": self._form, "size": PAGE},
        }
        if incremental:
            section["incremental"] = {"param": "since", "field": "changed"}
        if lookup:
            keys = {"uscc": "keys"}
            section["lookup"] = {"query": _LOOKUP, "records": "byKeys", "keys": keys, "many": True}
        return build_config(
            self._code, "graphql", ORGANIZATIONS, self._folder, {"graphql": section} | changes
        )

    async def _answer(self, request: Request) -> Answered:
        document = orjson.loads(await request.body())
        variables = document.get("variables") or {}
        result = await graphql(
            _SCHEMA,
            document["query"],
            root_value=_Root(self._number, self._items),
            variable_values=variables,
        )
        begin = int(variables.get("offset") or variables.get("after") or 0)
        return Answered(orjson.dumps(result.formatted), begin >= BATCH)


class _Root:
    """The resolvers of the query."""

    def __init__(self, number: int, items: Sequence[Item]) -> None:
        self._number, self._items = number, items

    def connection(
        self, _info: object, first: int, after: str | None = None, since: int | None = None
    ) -> dict[str, Any]:
        nodes = self._since(since)
        begin = int(after or 0)
        end = begin + first
        edges = [
            {"node": node, "cursor": str(begin + number)}
            for number, node in enumerate(nodes[begin:end], 1)
        ]
        info = {"hasNextPage": end < len(nodes), "endCursor": str(begin + len(edges))}
        return {"edges": edges, "pageInfo": info}

    def rows(
        self, _info: object, first: int, offset: int, since: int | None = None
    ) -> list[dict[str, Any]]:
        return self._since(since)[offset : offset + first]

    def byKeys(self, _info: object, keys: list[str]) -> list[dict[str, Any]]:
        return [node for node in self._since(None) if node["uscc"] in keys]

    def _since(self, since: int | None) -> list[dict[str, Any]]:
        return [
            ORGANIZATIONS.record(self._number, item)
            for item in self._items
            if item.raw is NO_RAW and (since is None or item.changed >= since)
        ]
