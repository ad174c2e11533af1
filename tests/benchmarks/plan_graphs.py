"""The graphs and operations of the benchmark `plan`: what a cold path is measured over."""

from __future__ import annotations

import random
from pathlib import Path

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
    parse,
    print_ast,
)

from federation.composition import compose
from federation.composition.result import Composed, SubgraphSource
from schema.printed import printed_sdl, subgraph_names
from tests.benchmarks.large_graph import large_graph
from tests.support.shared import SHARED

GRAPHS = ("kit", "hub", "large")
KIT = SHARED / "bench" / "supergraph.graphql"
_LARGE_SUBGRAPHS = 100
_MAX_DEPTH = 5


def supergraph(name: str, seed: int = 0) -> str | None:
    """Return the supergraph SDL of one of `GRAPHS`; None for the kit's where it is not there."""
    if name == "kit":
        return KIT.read_text("utf-8") if Path(KIT).is_file() else None
    if name == "large":
        return composed(large_graph(_LARGE_SUBGRAPHS, seed=seed))
    return composed(
        [
            SubgraphSource(each, f"http://{each}.example/", printed_sdl(each))
            for each in subgraph_names()
        ]
    )


def composed(sources: list[SubgraphSource]) -> str:
    result = compose(sources)
    assert isinstance(result, Composed), result
    return result.supergraph_sdl


def operation(schema: GraphQLSchema, size: int, choose: random.Random) -> str:
    """Return a query of `size` fields, chosen at random, without arguments that must be given."""
    query = schema.query_type
    assert query is not None
    writer = _Writer(size, choose)
    parts: list[str] = []
    while writer.left > 0:
        # The same root field may come again, for other fields below it.
        part = writer.field(query, 0, f"r{len(parts)}: ")
        if part:
            parts.append(part)
    return "{ " + " ".join(parts) + " }"


def operation_of_bytes(schema: GraphQLSchema, size: int, choose: random.Random) -> str:
    """Return a query of about `size` bytes, written over lines as clients write and send it."""
    fields = max(size // 25, 2)
    for _ in range(5):
        text = print_ast(parse(operation(schema, fields, choose)))
        if 0.9 <= len(text) / size <= 1.1:
            break
        fields = max(round(fields * size / len(text)), 2)
    return text


class _Writer:
    def __init__(self, size: int, choose: random.Random) -> None:
        self.left = size
        self.choose = choose

    def field(self, parent: GraphQLObjectType, depth: int, alias: str = "") -> str:
        usable = {name: field for name, field in parent.fields.items() if _is_usable(field, depth)}
        if not usable:
            self.left -= 1
            return "__typename"
        name: str = self.choose.choice(sorted(usable))
        inner = get_named_type(usable[name].type)
        self.left -= 1
        if is_leaf_type(inner):
            return alias + name
        assert is_object_type(inner)
        selection = self.selection(inner, depth + 1)
        return f"{alias}{name} {{ {selection} }}"

    def selection(self, parent: GraphQLObjectType, depth: int) -> str:
        """Return up to six fields of an object, each once."""
        chosen: dict[str, str] = {}
        for _ in range(self.choose.randint(2, 6)):
            if self.left <= 0 and chosen:
                break
            text = self.field(parent, depth)
            name = text.partition(" ")[0]
            if name in chosen:
                self.left += 1
            else:
                chosen[name] = text
        return " ".join(chosen.values())


def _is_usable(field: GraphQLField, depth: int) -> bool:
    if any(is_required_argument(argument) for argument in field.args.values()):
        return False
    inner = get_named_type(field.type)
    return is_leaf_type(inner) or (is_object_type(inner) and depth < _MAX_DEPTH)
