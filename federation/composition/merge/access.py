"""Interfaces have the access requirements of all their implementations.

A client that asks an interface for a field may get any implementation's, so it must meet what each
of them demands; else the interface would be a way around. Federation has this since v2.9.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from graphql import ConstDirectiveNode, print_ast

from federation.composition.merge.context import MergeContext, places
from federation.composition.merge.directives import combined_or_reported
from federation.supergraph.model import TypeDef, TypeKind

_ACCESS = ("authenticated", "policy", "requiresScopes")


def inherit_access(context: MergeContext, types: dict[str, TypeDef]) -> None:
    """Complete the interfaces in `types`."""
    below: dict[str, list[TypeDef]] = {}
    for type_ in types.values():
        if type_.kind is TypeKind.OBJECT:
            for name in type_.interfaces:
                below.setdefault(name, []).append(type_)
    for name, implementations in below.items():
        interface = types.get(name)
        if interface is None or interface.kind is not TypeKind.INTERFACE:
            continue
        fields = {
            key: replace(
                field,
                directives=_with_access(
                    context,
                    f"{name}.{key}",
                    field.directives,
                    (t.fields[key].directives for t in implementations if key in t.fields),
                ),
            )
            for key, field in interface.fields.items()
        }
        below_it = (t.directives for t in implementations)
        directives = _with_access(context, name, interface.directives, below_it)
        types[name] = replace(interface, directives=directives, fields=fields)


def _with_access(
    context: MergeContext,
    coordinate: str,
    own: tuple[ConstDirectiveNode, ...],
    others: Iterable[tuple[ConstDirectiveNode, ...]],
) -> tuple[ConstDirectiveNode, ...]:
    demanded: dict[str, dict[str, ConstDirectiveNode]] = {}
    for directives in (own, *others):
        for node in directives:
            if node.name.value in _ACCESS:
                demanded.setdefault(node.name.value, {})[print_ast(node)] = node
    if not demanded:
        return own
    kept = [node for node in own if node.name.value not in _ACCESS]
    for name, nodes in demanded.items():
        found = list(nodes.values())
        if len(found) > 1:
            users = places(context.sources[coordinate.partition(".")[0]])
            found = [combined_or_reported(context, name, found, coordinate, users)]
        kept += found
    return tuple(sorted(kept, key=lambda node: node.name.value))
