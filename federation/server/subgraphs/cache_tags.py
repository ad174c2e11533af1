"""Supergraph → the cache tags of each subgraph's answers (`@cacheTag`), as the executor takes them.

Composition carries the directive as `@join__directive(name: "federation__cacheTag")` with the
subgraphs that say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graphql import (
    ConstDirectiveNode,
    EnumValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
)

from federation.execution.caching.tags import TagFormats
from federation.supergraph.definitions import CARRIER
from federation.supergraph.model import Supergraph

_NAME = "federation__cacheTag"


def tags_of(supergraph: Supergraph) -> Mapping[str, TagFormats]:
    """Return the formats by subgraph name; subgraphs without any are left out."""
    names = {subgraph.graph: subgraph.name for subgraph in supergraph.subgraphs}
    types: dict[str, dict[str, list[str]]] = {}
    fields: dict[str, dict[str, list[str]]] = {}
    for type_ in supergraph.types.values():
        for graph, text in _carried(type_.directives):
            types.setdefault(names[graph], {}).setdefault(type_.name, []).append(text)
    for field in supergraph.types[supergraph.query].fields.values():
        for graph, text in _carried(field.directives):
            fields.setdefault(names[graph], {}).setdefault(field.name, []).append(text)
    return {
        name: TagFormats(_frozen(types.get(name, {})), _frozen(fields.get(name, {})))
        for name in {*types, *fields}
    }


def _carried(directives: Iterable[ConstDirectiveNode]) -> Iterator[tuple[str, str]]:
    """Yield (graph, format) for each cache tag of each subgraph."""
    for node in directives:
        if node.name.value != CARRIER:
            continue
        given = {each.name.value: each.value for each in node.arguments or ()}
        name, args, graphs = given.get("name"), given.get("args"), given.get("graphs")
        if not isinstance(name, StringValueNode) or name.value != _NAME:
            continue
        if not isinstance(args, ObjectValueNode) or not isinstance(graphs, ListValueNode):
            continue
        text = next((each.value for each in args.fields if each.name.value == "format"), None)
        if isinstance(text, StringValueNode):
            for graph in graphs.values:
                if isinstance(graph, EnumValueNode):
                    yield graph.value, text.value


def _frozen(found: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(formats) for name, formats in found.items()}
