"""Subgraphs written down in a test: SDL, a dictionary of root values, a function per entity.

Values are dictionaries and plain values; a callable is called with `info` and the field's
arguments (graphql-core's default resolver). Objects of abstract types carry `__typename`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLSchema, build_schema, graphql_sync

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from tests.support.federated import FederatedGraph

Entity = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key",'
    ' "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject",'
    ' "@context", "@fromContext"])\n'
)


@dataclass
class SmallSubgraph:
    """`sdl` without the link line. `entities` by type name: representation → object."""

    sdl: str
    root: Mapping[str, Any] = field(default_factory=dict)
    entities: Mapping[str, Entity] = field(default_factory=dict)

    def schema(self) -> GraphQLSchema:
        extra = ""
        if self.entities:
            field_text = "_entities(representations: [_Any!]!): [_Entity]!"
            # An interface with a key is entered, too, but what is found is of an object type.
            objects = [name for name in self.entities if f"type {name} " in self.sdl]
            extra = f"scalar _Any union _Entity = {' | '.join(objects)}\n"
            keyword = "extend type" if "type Query" in self.sdl else "type"
            extra += f"{keyword} Query {{ {field_text} }}"
        return build_schema(self.sdl + "\n" + extra, assume_valid_sdl=True)

    def execute(self, schema: GraphQLSchema, request: Mapping[str, Any]) -> Mapping[str, Any]:
        root = {**self.root, "_entities": self._entities}
        result = graphql_sync(schema, request["query"], root, variable_values=request["variables"])
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer

    def _entities(self, _info: Any, representations: list[Mapping[str, Any]]) -> list[Any]:
        found = []
        for item in representations:
            value = self.entities[item["__typename"]](item)
            found.append(None if value is None else {"__typename": item["__typename"], **value})
        return found


def small_graph(**subgraphs: SmallSubgraph) -> FederatedGraph:
    """Compose the subgraphs and return the graph over them."""
    composed = compose([SubgraphSource(n, "", LINK + s.sdl) for n, s in subgraphs.items()])
    assert isinstance(composed, Composed), composed
    return over_supergraph(composed.supergraph_sdl, **subgraphs)


def over_supergraph(supergraph_sdl: str, **subgraphs: SmallSubgraph) -> FederatedGraph:
    """Return the graph over a supergraph that was written by hand."""
    schemas = {name: subgraph.schema() for name, subgraph in subgraphs.items()}

    def send(name: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        full = {"variables": None, **request}
        return subgraphs[name].execute(schemas[name], full)

    return FederatedGraph(supergraph_sdl, send)
