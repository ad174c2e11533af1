"""A field that takes a value from a context must be below a type that sets it, on every way there.

Otherwise a client could ask for it where there is nothing to take (SATISFIABILITY_ERROR). Walks
the types from the roots, breadth first, and never goes on below a type that sets the context; so
whatever is reached is reached without it, on the shortest way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphql import ConstDirectiveNode

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import SubgraphState
from federation.language import directive_arguments, named_type
from federation.supergraph.api_schema import hidden_types, is_inaccessible
from federation.supergraph.model import Field, JoinField, Supergraph, TypeDef, TypeKind


@dataclass(frozen=True, slots=True)
class _Way:
    """`text` is how to get to the type: fields with open braces; `depth` of them to close."""

    type_name: str
    text: str
    depth: int


def contexts_rule(
    supergraph: Supergraph, states: Sequence[SubgraphState], diagnostics: Diagnostics
) -> None:
    by_name = {state.name: state for state in states}
    for type_, field, join in _needing(supergraph):
        for argument in join.context_arguments:
            setting = _setting(supergraph, argument.context)
            way = _way_without(supergraph, type_.name, setting)
            if way is None or join.subgraph is None:
                continue
            state = by_name[join.subgraph]
            shown = argument.context.removeprefix(f"{state.name}__")
            declared = state.types[type_.name].fields[field.name]
            closing = " }" * (way.depth + 1)
            operation = f"{way.text}{field.name}{closing}"
            diagnostics.report(
                "SATISFIABILITY_ERROR",
                f"The graph allows this operation but could not answer it: {operation} — "
                f'"{type_.name}.{field.name}" takes its argument "{argument.name}" from the '
                f'context "{shown}" of subgraph "{state.name}", but on this way no type sets it. '
                f'Put @context(name: "{shown}") on a type further up that every way passes.',
                f"{type_.name}.{field.name}",
                [(state.name, declared.node)],
            )


def _needing(supergraph: Supergraph) -> Iterator[tuple[TypeDef, Field, JoinField]]:
    """Yield the fields that no subgraph resolves without a context."""
    for type_ in supergraph.types.values():
        for field in type_.fields.values():
            own = [j for j in field.joins if not j.external and not j.used_overridden]
            if own and all(join.context_arguments for join in own):
                yield from ((type_, field, join) for join in own)


def _setting(supergraph: Supergraph, context: str) -> set[str]:
    """Return the object types that set a context, also by an interface or union they are of."""
    found = set()
    for type_ in supergraph.types.values():
        if any(_sets(node, context) for node in type_.directives):
            found.add(type_.name)
            found.update(type_.members)
            if type_.kind is TypeKind.INTERFACE:
                found.update(
                    t.name for t in supergraph.types.values() if type_.name in t.interfaces
                )
    return found


def _sets(node: ConstDirectiveNode, context: str) -> bool:
    return node.name.value == "context" and directive_arguments(node).get("name") == context


def _way_without(supergraph: Supergraph, target: str, setting: set[str]) -> _Way | None:
    hidden = hidden_types(supergraph)
    roots = {
        "query": supergraph.query,
        "mutation": supergraph.mutation,
        "subscription": supergraph.subscription,
    }
    queue = deque(_Way(name, f"{kind} {{ ", 0) for kind, name in roots.items() if name)
    seen = {way.type_name for way in queue}
    while queue:
        way = queue.popleft()
        if way.type_name == target:
            return way
        if way.type_name in setting:
            continue
        for field in supergraph.types[way.type_name].fields.values():
            below = supergraph.types.get(named_type(field.type))
            if below is None or is_inaccessible(field.directives) or below.name in hidden:
                continue
            for name in _concrete(supergraph, below):
                if name not in seen and name not in hidden:
                    seen.add(name)
                    cast = "" if name == below.name else f"... on {name} {{ "
                    depth = way.depth + (2 if cast else 1)
                    queue.append(_Way(name, f"{way.text}{field.name} {{ {cast}", depth))
    return None


def _concrete(supergraph: Supergraph, type_: TypeDef) -> list[str]:
    match type_.kind:
        case TypeKind.OBJECT:
            return [type_.name]
        case TypeKind.UNION:
            return list(type_.members)
        case TypeKind.INTERFACE:
            return [
                t.name
                for t in supergraph.types.values()
                if t.kind is TypeKind.OBJECT and type_.name in t.interfaces
            ]
    return []
