"""Where gathered data stands in the client's answer.

The data is named by the fetches, the answer by the client: one member of the data may be asked
for under two aliases, or be there for the executor only. Everything here runs only when there
is an error to report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from federation.plan.nodes import Path, PathElement, PathKey, PathList
from federation.plan.shape import Condition, ListShape, ObjectShape, ResponseShape, ValueShape

ClientPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the answer: its path and its shape.

    `shape` is None below the last thing the client can see; the path then stays with that.
    """

    path: ClientPath
    shape: ValueShape | None


def is_included(conditions: Condition, variables: Mapping[str, Any]) -> bool:
    """Return whether a field with these conditions is part of the answer."""
    if not conditions:
        return True
    return any(
        all(variables.get(name) is wanted for name, wanted in conjunction)
        for conjunction in conditions
    )


@dataclass(frozen=True, slots=True)
class Locator:
    """Finds client paths in one gathered tree."""

    shape: ResponseShape
    data: Mapping[str, Any]
    variables: Mapping[str, Any]

    def root(self) -> tuple[Spot, ...]:
        return (Spot((), self.shape.root),)

    def find(self, path: Path) -> Iterator[tuple[Any, tuple[Spot, ...]]]:
        """Yield every value at `path` of the data with its places in the answer."""
        yield from self._find(self.data, path, self.root())

    def _find(
        self, value: Any, path: Path, spots: tuple[Spot, ...]
    ) -> Iterator[tuple[Any, tuple[Spot, ...]]]:
        if not path:
            if value is not None:
                yield value, spots
            return
        for segment, inner in children(value, path[0]):
            yield from self._find(inner, path[1:], self.step(spots, value, segment))

    def follow(
        self, value: Any, segments: Sequence[Any], spots: tuple[Spot, ...]
    ) -> tuple[Spot, ...]:
        """Return where a path as a subgraph writes it (keys and indexes) leads from `spots`."""
        for segment in segments:
            spots = self.step(spots, value, segment)
            value = child(value, segment)
        return spots

    def step(self, spots: tuple[Spot, ...], value: Any, segment: Any) -> tuple[Spot, ...]:
        """Return the places of member or item `segment` of `value`, which stands at `spots`."""
        found = [inner for spot in spots for inner in self._step(spot, value, segment)]
        if found:
            return tuple(found)
        return tuple(Spot(spot.path, None) for spot in spots[:1])

    def _step(self, spot: Spot, value: Any, segment: Any) -> Iterator[Spot]:
        if isinstance(spot.shape, ListShape) and type(segment) is int:
            yield Spot((*spot.path, segment), spot.shape.item)
        elif isinstance(spot.shape, ObjectShape) and isinstance(segment, str):
            typename = object_type(spot.shape, value)
            found = [
                field
                for field in spot.shape.fields
                if field.source == segment
                and (field.types is None or typename is None or typename in field.types)
                and is_included(field.conditions, self.variables)
            ]
            # Of what became null nobody knows the type: then only what all types agree about.
            if typename is not None or len({field.key for field in found}) == 1:
                for field in found if typename is not None else found[:1]:
                    yield Spot((*spot.path, field.key), field.value)


def object_type(shape: ObjectShape, value: Any) -> Any:
    """Return the type name of an object: from the data, or the one that is possible."""
    named = value.get("__typename") if isinstance(value, dict) else None
    return shape.typename if named is None else named


def children(value: Any, element: PathElement) -> Iterator[tuple[str | int, Any]]:
    """Yield what one element of a path leads to from `value`, each with its key or index."""
    match element:
        case PathKey(key, types):
            if isinstance(value, dict) and (types is None or value.get("__typename") in types):
                yield key, value.get(key)
        case PathList():
            if isinstance(value, list):
                yield from enumerate(value)


def child(value: Any, segment: Any) -> Any:
    """Return a member or an item, None when there is none."""
    if isinstance(value, dict) and isinstance(segment, str):
        return value.get(segment)
    if isinstance(value, list) and type(segment) is int and 0 <= segment < len(value):
        return value[segment]
    return None


def common_prefix(paths: Sequence[ClientPath]) -> ClientPath:
    """Return the longest path that all `paths` start with.

    >>> common_prefix([("users", 0, "name"), ("users", 1, "name")])
    ('users',)
    """
    if not paths:
        return ()
    first, length = paths[0], min(map(len, paths))
    for path in paths:
        while path[:length] != first[:length]:
            length -= 1
    return first[:length]
