"""Fields that some `@key` or `@requires` names with arguments."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from federation.language import named_type, parse_field_set
from federation.supergraph.model import Supergraph


def fields_needed_with_arguments(supergraph: Supergraph) -> frozenset[tuple[str, str]]:
    """Return the (type, field) pairs: on the type named there and on all that implement it."""
    found: set[tuple[str, str]] = set()
    for type_name, text in _field_sets(supergraph):
        if "(" in text:
            found.update(_walk(supergraph, type_name, parse_field_set(text)))
    for name, type_def in supergraph.types.items():
        found.update(
            (name, field)
            for parent, field in tuple(found)
            if parent in type_def.interfaces and field in type_def.fields
        )
    return frozenset(found)


def _field_sets(supergraph: Supergraph) -> Iterator[tuple[str, str]]:
    for name, type_def in supergraph.types.items():
        yield from ((name, join.key) for join in type_def.joins if join.key)
        for field in type_def.fields.values():
            yield from ((name, join.requires) for join in field.joins if join.requires)


def _walk(
    supergraph: Supergraph, type_name: str, selections: SelectionSetNode
) -> Iterator[tuple[str, str]]:
    for item in selections.selections:
        match item:
            case FieldNode():
                known = supergraph.types[type_name].fields.get(item.name.value)
                if known is None:
                    continue
                if item.arguments:
                    yield type_name, known.name
                if item.selection_set:
                    yield from _walk(supergraph, named_type(known.type), item.selection_set)
            case InlineFragmentNode():
                condition = item.type_condition
                inner = condition.name.value if condition else type_name
                yield from _walk(supergraph, inner, item.selection_set)
            case FragmentSpreadNode():
                continue
