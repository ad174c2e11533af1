"""A GraphQL server (graphql-core) with one list, as a Relay connection or by offset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from graphql import build_schema, graphql
from starlette.requests import Request

from adapters.conformance.http_host import Answered
from adapters.conformance.model import BATCH, NO_RAW, PAGE, Ability, Item, Reason
from adapters.conformance.stages.http import HttpPlace
from adapters.conformance.subjects import ORGANIZATIONS

FORMS: Final = ("relay", "offset")

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
_QUERIES: Final[Mapping[str, str]] = {
    "relay": f"""query ($first: Int!, $after: String, $since: Int) {{
      list: connection(first: $first, after: $after, since: $since) {{
        edges {{ node {{ {_SELECTION} }} }} pageInfo {{ hasNextPage endCursor }}
      }} }}""",
    "offset": f"""query ($first: Int!, $offset: Int!, $since: Int) {{
      list: rows(first: $first, offset: $offset, since: $since) {{ {_SELECTION} }} }}""",
}
_LOOKUP: Final = f"query ($keys: [String!]!) {{ byKeys(keys: $keys) {{ {_SELECTION} }} }}"
LACKS: Final[Mapping[Ability, Reason]] = {
    Ability.RAW_RECORDS: (
        "GraphQL 的类型保证每个元素都是对象",
        "The types of GraphQL make every element an object",
    )
}


class GraphqlPlace(HttpPlace):
    """One platform."""

    kind = "graphql"
    path = "/graphql"

    def section(self) -> dict[str, Any]:
        return {
            "query": _QUERIES[self.form],
            "records": "list",
            "paging": {"kind": self.form, "size": PAGE},
        }

    def lookup(self) -> dict[str, Any]:
        return {"query": _LOOKUP, "records": "byKeys", "keys": {"uscc": "keys"}, "many": True}

    async def answer(self, request: Request) -> Answered:
        document = orjson.loads(await request.body())
        variables = document.get("variables") or {}
        result = await graphql(
            _SCHEMA,
            document["query"],
            root_value=_Root(self.number, self.items),
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
