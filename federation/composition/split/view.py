"""What one subgraph has of the supergraph: its types, their fields, who else resolves them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from federation.language import named_type
from federation.supergraph.model import (
    EnumValue,
    Field,
    InputValue,
    JoinField,
    JoinType,
    Subgraph,
    Supergraph,
    TypeDef,
    TypeKind,
)
from federation.supergraph.specs import BUILT_IN_SCALARS

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class KnownField:
    """A field as the subgraph knows it; `join` is None where it simply serves it."""

    field: Field
    join: JoinField | None

    @property
    def is_external(self) -> bool:
        return self.join is not None and self.join.external

    @property
    def type(self) -> str:
        own = self.join.type if self.join else None
        return own or str(self.field.type)


class SubgraphView:
    """The supergraph seen from one subgraph."""

    def __init__(self, supergraph: Supergraph, subgraph: Subgraph) -> None:
        self.supergraph = supergraph
        self.name = subgraph.name
        self.graph = subgraph.graph
        self.types = [t for t in supergraph.types.values() if self.joins(t)]
        self._names = {type_.name for type_ in self.types}

    def defines(self, name: str) -> bool:
        """Return whether the subgraph knows a type."""
        return name in self._names or name in BUILT_IN_SCALARS

    def joins(self, type_: TypeDef) -> tuple[JoinType, ...]:
        """Return how the subgraph defines a type; nothing when it does not.

        A type that no join speaks of belongs to everyone (Federation 1).
        """
        if not type_.joins:
            return (JoinType(self.name),)
        return tuple(join for join in type_.joins if join.subgraph == self.name)

    def is_interface_object(self, type_: TypeDef) -> bool:
        return any(join.is_interface_object for join in self.joins(type_))

    def interfaces(self, type_: TypeDef) -> list[str]:
        return [j.interface for j in type_.join_implements if j.subgraph == self.name]

    def members(self, type_: TypeDef) -> list[str]:
        """Return the members a union has in the subgraph."""
        return [member for subgraph, member in type_.member_subgraphs if subgraph == self.name]

    def values(self, type_: TypeDef) -> list[EnumValue]:
        return [
            value
            for value in type_.values.values()
            if not value.subgraphs or self.name in value.subgraphs
        ]

    def input_fields(self, type_: TypeDef) -> Iterator[tuple[InputValue, str]]:
        """Yield input fields with the type each has in the subgraph."""
        for field in type_.input_fields.values():
            own = [join for join in field.joins if join.subgraph == self.name]
            if own or not field.joins:
                yield field, (own[0].type if own else None) or str(field.type)

    def fields(self, type_: TypeDef) -> Iterator[KnownField]:
        """Yield the fields of an object or interface in the subgraph.

        A field that was taken away by `@override` is among them, although the supergraph has
        forgotten it here: the order of the merged fields depends on it.
        """
        for field in type_.fields.values():
            own = [join for join in field.joins if join.subgraph == self.name]
            if own or not field.joins:
                yield KnownField(field, own[0] if own else None)
            elif self._is_overridden(field) and self._fits(field):
                yield KnownField(field, None)

    def _is_overridden(self, field: Field) -> bool:
        return any(join.override == self.name for join in field.joins)

    def _fits(self, field: Field) -> bool:
        named = [named_type(field.type), *(named_type(a.type) for a in field.arguments)]
        return all(self.defines(name) for name in named)


class Sharing:
    """Which fields must be `@shareable`: those that several subgraphs resolve."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._provided = _provided_names(supergraph)
        self._below: dict[str, list[TypeDef]] = {}
        for type_ in supergraph.types.values():
            if type_.kind is TypeKind.OBJECT:
                for interface in type_.interfaces:
                    self._below.setdefault(interface, []).append(type_)

    def is_shared(self, view: SubgraphView, type_: TypeDef, field: Field) -> bool:
        """Return whether the subgraph of `view` must agree to share a field."""
        if type_.name == self._supergraph.subscription:
            return False
        if type_.kind is TypeKind.OBJECT:
            return len(self._resolvers(type_, field.name)) > 1
        return view.is_interface_object(type_) and any(
            len(self._resolvers(below, field.name)) > 1 for below in self._below.get(type_.name, ())
        )

    def _resolvers(self, type_: TypeDef, name: str) -> set[str]:
        found = self._serving(type_, name)
        homes = {join.subgraph for join in type_.joins}
        for interface in type_.interfaces:
            above = self._supergraph.types.get(interface)
            if above is not None and name in above.fields:
                stand_ins = {j.subgraph for j in above.joins if j.is_interface_object} - homes
                found |= self._serving(above, name) & stand_ins
        return found

    def _serving(self, type_: TypeDef, name: str) -> set[str]:
        field = type_.fields.get(name)
        if field is None:
            return set()
        if not field.joins:
            return {join.subgraph for join in type_.joins}
        return {
            join.subgraph
            for join in field.joins
            if join.subgraph is not None
            and (not join.external or name in self._provided.get(join.subgraph, ()))
            and not (join.used_overridden and join.override_label is None)
        }


def _provided_names(supergraph: Supergraph) -> dict[str, set[str]]:
    """Return by subgraph the names in its `@provides`: external fields it resolves at times."""
    found: dict[str, set[str]] = {}
    for type_ in supergraph.types.values():
        for field in type_.fields.values():
            for join in field.joins:
                if join.provides and join.subgraph:
                    found.setdefault(join.subgraph, set()).update(_WORD.findall(join.provides))
    return found
