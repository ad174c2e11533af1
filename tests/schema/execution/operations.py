"""Random operations: aliases, fragments, `@skip` and `@include` by variables, `__typename`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

CONDITIONS = ("yes", "no")
VARIABLES: dict[str, Any] = {"yes": True, "no": False, "by": 5}


class Operations:
    """Writes operations over a schema. `arguments`: by field name, what it may be given; `without`:
    fields that are not asked for."""

    def __init__(
        self,
        schema: GraphQLSchema,
        seed: int,
        arguments: Mapping[str, Sequence[str]],
        *,
        depth: int = 4,
        without: Collection[str] = (),
    ) -> None:
        self._schema = schema
        self._random = Random(seed)
        self._arguments = arguments
        self._depth = depth
        self._without = without
        self._fragments: list[str] = []

    def query(self) -> str:
        """Return a document of one query."""
        root = self._schema.query_type
        assert root is not None
        selection = self._selection(root, 0)
        head = "query Q($yes: Boolean!, $no: Boolean!, $by: Int!)"
        used = f"__typename @skip(if: $yes) a: __typename @include(if: $no) {selection}"
        by = "fragment By on Query { b: roots(count: $by) { title } }"
        return "\n".join([f"{head} {{ {used} ...By @include(if: $no) }}", by, *self._fragments])

    def _selection(self, type_: GraphQLNamedType, depth: int) -> str:
        draw = self._random
        if isinstance(type_, GraphQLUnionType):
            parts = [
                f"... on {each.name} {{ {self._prefixed(each, depth)} }}"
                for each in type_.types
                if draw.random() < 0.8
            ]
            return " ".join(["__typename", *parts])
        assert isinstance(type_, GraphQLObjectType)
        parts = []
        for _ in range(draw.randint(1, 5)):
            field = self._field(type_, draw.choice(self._names(type_)), depth, "")
            if field:
                parts.append(self._wrapped(type_, field))
        return " ".join(parts or ["__typename"])

    def _names(self, type_: GraphQLObjectType) -> list[str]:
        return sorted(name for name in type_.fields if name not in self._without)

    def _prefixed(self, type_: GraphQLObjectType, depth: int) -> str:
        """Return fields of one member of a union, under names of its own."""
        draw = self._random
        names = [draw.choice(self._names(type_)) for _ in range(draw.randint(1, 3))]
        made = [self._field(type_, name, depth, type_.name[0].lower()) for name in names]
        return " ".join([each for each in made if each] or ["__typename"])

    def _field(self, type_: GraphQLObjectType, name: str, depth: int, prefix: str) -> str | None:
        draw = self._random
        field: GraphQLField = type_.fields[name]
        given = draw.choice(self._arguments.get(name, ("",)))
        inner = get_named_type(field.type)
        alias = f"{prefix}f{draw.randrange(10**9)}"
        shown = f"{alias}: {name}{given}"
        if draw.random() < 0.15:
            shown += f" @{draw.choice(('skip', 'include'))}(if: ${draw.choice(CONDITIONS)})"
        if is_leaf_type(inner):
            return shown
        if depth >= self._depth:
            return None
        return f"{shown} {{ {self._selection(inner, depth + 1)} }}"

    def _wrapped(self, type_: GraphQLObjectType, field: str) -> str:
        chance = self._random.random()
        if chance < 0.1:
            return f"... on {type_.name} {{ {field} }}"
        if chance < 0.2:
            name = f"F{len(self._fragments)}_{self._random.randrange(10**9)}"
            self._fragments.append(f"fragment {name} on {type_.name} {{ {field} }}")
            return f"...{name}"
        return field
