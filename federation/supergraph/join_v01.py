"""Supergraphs of Federation 1 (join v0.1), told in the terms of the later versions.

Join v0.1 says of an entity who owns it (`@join__owner`) and lists a field's subgraph only where it
is not the owner. It says nothing of value types, enums, unions and inputs: those are the same in
every subgraph. Members that a subgraph knows only to name an entity (keys), or as input for its
own fields (`requires`, `provides`), are not listed either; they are added here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from federation.language import named_type, parse_field_set
from federation.supergraph.model import (
    Field,
    JoinField,
    JoinImplements,
    JoinType,
    Supergraph,
    TypeDef,
    TypeKind,
)


def upgrade(supergraph: Supergraph, owners: Mapping[str, str]) -> Supergraph:
    """Return `supergraph` with the joins completed. `owners`: type name → subgraph name."""
    types = {name: _with_joins(supergraph, t, owners) for name, t in supergraph.types.items()}
    for coordinate, join in list(_implied(types)):
        parent, name = coordinate
        field = types[parent].fields.get(name)
        if field is None or not field.joins:
            continue  # no joins: every subgraph that defines the type knows it
        if all(j.subgraph != join.subgraph for j in field.joins):
            fields = dict(types[parent].fields)
            fields[name] = replace(field, joins=(*field.joins, join))
            types[parent] = replace(types[parent], fields=fields)
    return replace(supergraph, types=types)


def _with_joins(supergraph: Supergraph, type_: TypeDef, owners: Mapping[str, str]) -> TypeDef:
    owner = owners.get(type_.name)
    joins = type_.joins
    if owner is None:
        joins = joins or tuple(JoinType(s.name) for s in supergraph.subgraphs)
    elif all(join.subgraph != owner for join in joins):
        joins = (JoinType(owner), *joins)
    names = dict.fromkeys(join.subgraph for join in joins)
    fields = type_.fields
    if owner is not None:
        fields = {name: _owned(field, owner) for name, field in type_.fields.items()}
    return replace(
        type_,
        joins=joins,
        fields=fields,
        join_implements=tuple(
            JoinImplements(name, interface) for name in names for interface in type_.interfaces
        ),
    )


def _owned(field: Field, owner: str) -> Field:
    if not field.joins:
        return replace(field, joins=(JoinField(owner),))
    # A bare `provides` or `requires` without a graph speaks of the owner.
    return replace(
        field,
        joins=tuple(j if j.subgraph else replace(j, subgraph=owner) for j in field.joins),
    )


def _implied(types: Mapping[str, TypeDef]) -> Iterator[tuple[tuple[str, str], JoinField]]:
    """Yield (type, field) and the join it must have because a field set mentions it."""
    for type_ in list(types.values()):
        if type_.kind is not TypeKind.OBJECT:
            continue
        for join in type_.joins:
            if join.key:
                yield from _mentioned(types, type_.name, join.key, JoinField(join.subgraph))
        for field in type_.fields.values():
            for j in field.joins:
                external = JoinField(j.subgraph, external=True)
                if j.requires:
                    yield from _mentioned(types, type_.name, j.requires, external)
                if j.provides:
                    yield from _mentioned(types, named_type(field.type), j.provides, external)


def _mentioned(
    types: Mapping[str, TypeDef], parent: str, field_set: str, join: JoinField
) -> Iterator[tuple[tuple[str, str], JoinField]]:
    stack: list[tuple[str, SelectionSetNode]] = [(parent, parse_field_set(field_set))]
    while stack:
        name, selection_set = stack.pop()
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                type_ = types.get(name)
                field = type_.fields.get(node.name.value) if type_ else None
                if field is None:
                    continue
                yield (name, field.name), join
                if node.selection_set:
                    stack.append((named_type(field.type), node.selection_set))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else name
                stack.append((condition, node.selection_set))
