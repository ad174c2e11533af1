"""The data: one answer to every field of every object, made from a seed and nothing else.

There are `OBJECTS` objects of each type, numbered. What a field of one of them answers depends
only on the seed, the object, the field and the arguments, so a monolith and any number of
subgraphs answer alike without sharing anything.

Some answers are null where the type allows it, some resolvers fail. Never null and never failing:
key fields, and what a `@requires` needs – a gateway has to ask for those on its own account, so
a failure there cannot look like the monolith's – and fields that one subgraph declares nullable
and another does not. Fields that take an object along which a `@requires` reaches do not fail.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.values import get_argument_values

from tests.differential.sdl import SubgraphSchema

OBJECTS = 4
ROOTS = ("Query", "Mutation", "Subscription")


@dataclass(frozen=True, slots=True)
class Item:
    """Object number `number` of an object type."""

    type: str
    number: int


@dataclass(frozen=True, slots=True)
class Chances:
    """How often a nullable answer is null, and a resolver that may fail does."""

    null: float = 0.1
    error: float = 0.03


class World:
    def __init__(
        self,
        monolith: GraphQLSchema,
        subgraphs: Mapping[str, SubgraphSchema],
        seed: int,
        chances: Chances,
    ) -> None:
        self.monolith, self.subgraphs, self.seed, self.chances = monolith, subgraphs, seed, chances
        # What one request has done so far: mutations counted, whether a resolver failed, whether
        # a subgraph was not sent something because of that.
        self.ticks = 0
        self.failed = self.lost = False
        # Labels of progressive overrides that are active in this request.
        self.labels: frozenset[str] = frozenset()
        self.keys: set[tuple[str, str]] = set()
        self.needed: set[tuple[str, str]] = set()
        self._owners: dict[tuple[str, str], list[tuple[SubgraphSchema, Any]]] = {}
        for subgraph in subgraphs.values():
            self._read(subgraph)
        self._fragile = self._find_fragile()
        self._cache: dict[tuple[str, int, str, str], Any] = {}

    def start(self, labels: frozenset[str] = frozenset()) -> None:
        """Forget what the request before has done."""
        self.ticks, self.failed, self.lost, self.labels = 0, False, False, labels

    # What the schemas say

    def concrete(self, subgraph: SubgraphSchema | None, name: str) -> list[str]:
        """Return the object types that `name` may stand for, as one subgraph sees it."""
        known = self.monolith.type_map.get(name)
        if subgraph is not None and name not in subgraph.interface_objects:
            known = subgraph.schema.type_map[name]
            if is_abstract_type(known):
                possible = {t.name for t in subgraph.schema.get_possible_types(known)}
                inner = {o for n in possible for o in self.concrete(subgraph, n)}
                return sorted(inner)
            return [name]
        if known is not None and is_abstract_type(known):
            return sorted(t.name for t in self.monolith.get_possible_types(known))
        return [name]

    def _read(self, subgraph: SubgraphSchema) -> None:
        for name, known in subgraph.schema.type_map.items():
            if name.startswith("_") or not hasattr(known, "fields"):
                continue
            for field_set, _ in subgraph.key_sets.get(name, ()):
                self._mark(subgraph, name, field_set, self.keys)
            for field in known.fields:
                required = subgraph.field_set(name, field, "requires")
                if required is not None:
                    self._mark(subgraph, name, required, self.needed)
                for sources in subgraph.from_context(name, field).values():
                    for setter, selected in sources:
                        self._mark(subgraph, setter, selected, self.needed)
                external = subgraph.is_external(name, field)
                if is_abstract_type(known) or (external and name not in ROOTS):
                    continue
                for concrete in self.concrete(subgraph, name):
                    owners = self._owners.setdefault((concrete, field), [])
                    owners.append((subgraph, known.fields[field].type))

    def _mark(self, subgraph: SubgraphSchema, name: str, node: SelectionSetNode, into: Any) -> None:
        for selection in node.selections:
            if isinstance(selection, InlineFragmentNode):
                inner = selection.type_condition.name.value if selection.type_condition else name
                self._mark(subgraph, inner, selection.selection_set, into)
            elif isinstance(selection, FieldNode) and selection.name.value != "__typename":
                field = selection.name.value
                for concrete in self.concrete(None, name):
                    into.add((concrete, field))
                into.add((name, field))
                if selection.selection_set:
                    known: Any = subgraph.schema.type_map[name]
                    target = get_named_type(known.fields[field].type).name
                    self._mark(subgraph, target, selection.selection_set, into)

    def _find_fragile(self) -> set[str]:
        """Return the types of objects whose loss a `@requires` above them would notice.

        A gateway asks for what is required and for what the client wants in one call. When one
        of the client's fields fails and takes the object along, what was required is lost, too.
        """
        found: set[str] = set()
        left = [named for coordinate in self.needed for named in self._targets(*coordinate)]
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                known: Any = self.monolith.type_map.get(name)
                for field, definition in getattr(known, "fields", {}).items():
                    if isinstance(definition.type, GraphQLNonNull):
                        left += self._targets(name, field)
        return found

    def _targets(self, name: str, field: str) -> list[str]:
        if (name, field) not in self._owners:
            return []
        kind = get_named_type(self.field_type(name, field))
        return [] if is_leaf_type(kind) else self.concrete(None, kind.name)

    def _may_fail(self, name: str, field: str, kind: Any) -> bool:
        if (name, field) in self.needed or self._strict(name, field):
            return False
        return not (name in self._fragile and isinstance(kind, GraphQLNonNull))

    def field_type(self, name: str, field: str) -> Any:
        """Return the type of a field as clients see it; of hidden ones as a subgraph does."""
        known: Any = self.monolith.type_map.get(name)
        if known is not None and field in known.fields:
            return known.fields[field].type
        return self._owners[name, field][0][1]

    @lru_cache(maxsize=10_000)  # noqa: B019 - a world lives as long as its test
    def _members(self, name: str, field: str) -> tuple[str, ...]:
        """Return the object types a field may answer: those that all who serve it know."""
        allowed: set[str] | None = None
        for subgraph, kind in self._owners.get((name, field), ()):
            here = set(self.concrete(subgraph, get_named_type(kind).name))
            allowed = here if allowed is None else allowed & here
        if allowed is None:
            allowed = set(self.concrete(None, get_named_type(self.field_type(name, field)).name))
        return tuple(sorted(allowed & set(self.monolith.type_map)))

    @lru_cache(maxsize=10_000)  # noqa: B019
    def _strict(self, name: str, field: str) -> bool:
        """Return whether subgraphs differ about what may be null."""
        return len({str(kind).count("!") for _, kind in self._owners.get((name, field), ())}) > 1

    # What the data says

    def value(self, item: Item, field: str, arguments: Mapping[str, Any]) -> Any:
        """Return a field's answer: JSON leaves, `Item`s, lists. Raises `GraphQLError`."""
        if item.type == "Mutation" and field.endswith("tick"):
            self.ticks += 1
            return self.ticks
        text = json.dumps(arguments, sort_keys=True, default=str)
        key = (item.type, item.number, field, text)
        if key not in self._cache:
            self._cache[key] = self._make(item, field, text)
        found = self._cache[key]
        if isinstance(found, _Failure):
            self.failed = True
            raise GraphQLError(f"{item.type}.{field} fails")
        return found

    def _make(self, item: Item, field: str, arguments: str) -> Any:
        coordinate = (item.type, field)
        kind = self.field_type(*coordinate)
        if coordinate in self.keys:
            return self._key_value(item, field, kind)
        seed = f"{self.seed}|{item.type}|{item.number}|{field}|{arguments}"
        draw = random.Random(seed)
        strict = self._strict(*coordinate)
        if self._may_fail(*coordinate, kind) and draw.random() < self.chances.error:
            return _Failure()
        # One that is required may be null: a subgraph can be sent a null.
        return self._draw(draw, item, field, kind, 0 if strict else self.chances.null, arguments)

    def _key_value(self, item: Item, field: str, kind: Any) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self._key_value(item, field, kind.of_type)
        if isinstance(kind, GraphQLList):
            return [self._key_value(item, field, kind.of_type)]
        if is_leaf_type(kind):
            if isinstance(kind, GraphQLEnumType):
                values = sorted(kind.values)
                return values[item.number % len(values)]
            if kind.name == "Int":
                return zlib.crc32(f"{item.type}{field}".encode()) % 100_000 * 10 + item.number
            if kind.name == "Float":
                return item.number + 0.5
            return f"{item.type}-{item.number}.{field}"
        return Item(self._members(item.type, field)[0], item.number)

    def _draw(
        self, draw: random.Random, item: Item, field: str, kind: Any, null: float, arguments: str
    ) -> Any:
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        elif draw.random() < null:
            return None
        if isinstance(kind, GraphQLList):
            count = draw.choice([0, 1, 2, 2, 3])
            return [
                self._draw(draw, item, field, kind.of_type, null, arguments) for _ in range(count)
            ]
        if is_leaf_type(kind):
            return self._leaf(draw, item, field, kind, arguments)
        target = draw.choice(self._members(item.type, field))
        return Item(target, 0 if target in ROOTS else draw.randrange(OBJECTS))

    def _leaf(self, draw: random.Random, item: Item, field: str, kind: Any, arguments: str) -> Any:
        if isinstance(kind, GraphQLEnumType):
            return draw.choice(self._enum_values(item.type, field, kind))
        match kind.name:
            case "Int":
                return draw.choice([0, -1, 2**31 - 1, draw.randrange(1000)])
            case "Float":
                return draw.choice([0.5, -1.25, 1e30, float(draw.randrange(9))])
            case "Boolean":
                return draw.random() < 0.5
            case "String" | "ID":
                text = f"{item.type}{item.number}.{field}"
                return text + arguments if arguments != "{}" else text
        # A custom scalar may be any JSON; the text ties it to its place.
        text = f"{item.type}{item.number}.{field}{arguments}"
        return draw.choice([text, 2**70, -(2**63), {"a": [1, None, {"知": text}]}, [[]], True, 0.1])

    @lru_cache(maxsize=10_000)  # noqa: B019
    def _enum_values(self, name: str, field: str, kind: GraphQLEnumType) -> list[str]:
        """Return the values that all who declare the field know.

        Among them may be values that clients do not see: there one server, too, has a field that
        fails. Not where a failure is ruled out.
        """
        known = [
            set(schema.type_map[kind.name].values)  # type: ignore[attr-defined]
            for schema in (subgraph.schema for subgraph in self.subgraphs.values())
            if field in getattr(schema.type_map.get(name), "fields", ())
        ]
        values = set.intersection(*known) if known else set(kind.values)
        if not self._may_fail(name, field, self.field_type(name, field)):
            values &= set(kind.values)
        return sorted(values)

    def select(
        self, item: Item, node: SelectionSetNode, subgraph: SubgraphSchema, name: str
    ) -> dict[str, Any]:
        """Return what a field set selects of an object, as it belongs in a representation."""
        found: dict[str, Any] = {}
        for selection in node.selections:
            if isinstance(selection, InlineFragmentNode):
                inner = selection.type_condition.name.value if selection.type_condition else name
                if item.type in self.concrete(subgraph, inner):
                    merge(found, self.select(item, selection.selection_set, subgraph, inner))
            elif isinstance(selection, FieldNode) and selection.name.value != "__typename":
                definition = subgraph.schema.type_map[name].fields[selection.name.value]  # type: ignore[attr-defined]
                arguments = get_argument_values(definition, selection)
                value = self.value(item, selection.name.value, arguments)
                if selection.selection_set:
                    target = get_named_type(definition.type).name
                    value = self._select_in(value, selection.selection_set, subgraph, target)
                key = selection.alias.value if selection.alias else selection.name.value
                merge(found, {key: value})
        return found

    def _select_in(self, value: Any, node: Any, subgraph: SubgraphSchema, name: str) -> Any:
        if isinstance(value, list):
            return [self._select_in(one, node, subgraph, name) for one in value]
        if value is None:
            return None
        here = value.type if value.type in self.concrete(subgraph, name) else None
        inner = here if here in subgraph.schema.type_map else name
        return self.select(value, node, subgraph, inner)


class _Failure:
    pass


def merge(target: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Merge what two selections of the same object selected."""
    for key, value in other.items():
        old = target.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merge(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            _merge_lists(old, value)
        else:
            target[key] = value


def _merge_lists(target: list[Any], other: list[Any]) -> None:
    for left, right in zip(target, other, strict=True):
        if isinstance(left, dict):
            merge(left, right)
        elif isinstance(left, list):
            _merge_lists(left, right)


def items(types: Iterable[str]) -> list[Item]:
    """Return all objects of these types."""
    return [Item(name, number) for name in types for number in range(OBJECTS)]
