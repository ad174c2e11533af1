"""Telling a satisfiability failure: an example operation, and why each subgraph is out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from graphql import FieldNode

from federation.language import NonNull, named_type, parse_field_set
from federation.query_graph.model import Node
from federation.supergraph.model import Field, InputValue, Supergraph, TypeDef, TypeKind

# Keys told of one by one; more do not help to see what is missing.
_MAX_KEYS = 3


class Step(Protocol):
    """How a type was reached: by a field (None: by looking at one concrete type), or the root."""

    @property
    def type_name(self) -> str: ...
    @property
    def field(self) -> Field | None: ...
    @property
    def previous(self) -> Step | None: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """`fields` of a type cannot be resolved for an object found at `places` by `step`."""

    type_name: str
    fields: tuple[str, ...]
    places: tuple[Node, ...]
    step: Step


def describe(failure: Failure, supergraph: Supergraph) -> str:
    """Return the whole message: what fails, then a line for each subgraph that was an option."""
    here = _quoted(sorted({node.subgraph for node in failure.places}))
    missing = _quoted([f"{failure.type_name}.{name}" for name in failure.fields])
    operation = _operation(failure, supergraph)
    lines = [
        f"The graph allows this operation but could not answer it: {operation}"
        f" — having found the {failure.type_name} in {here}, nothing resolves {missing}.",
        *_reasons(failure, supergraph),
    ]
    return "\n- ".join(lines)


def _reasons(failure: Failure, supergraph: Supergraph) -> Iterator[str]:
    here = {node.subgraph for node in failure.places}
    type_ = supergraph.types[failure.type_name]
    options: dict[tuple[str, str | None], list[str]] = {}
    for name in failure.fields:
        for found in _resolvers(type_, name, supergraph):
            options.setdefault(found, []).append(name)
    for (subgraph, requires), names in options.items():
        what = "it" if len(failure.fields) == 1 else _quoted(names)
        if subgraph in here and requires:
            yield (
                f'"{subgraph}" resolves {what} with @requires(fields: "{requires}"), but those '
                "fields, or a key to come back with, cannot be had."
            )
        else:
            entry = _no_entry(failure, supergraph, subgraph)
            also = (
                f' There it also needs @requires(fields: "{requires}") of other subgraphs.'
                if requires
                else ""
            )
            yield f'"{subgraph}" resolves {what}, but {entry}{also}'
    for subgraph in _external(type_, failure.fields, here):
        yield (
            f'"{subgraph}" only refers to it (@external). If it can resolve it, replace @external '
            "by @shareable."
        )


def _no_entry(failure: Failure, supergraph: Supergraph, subgraph: str) -> str:
    """Say why the object cannot be looked up in a subgraph."""
    here = _quoted(sorted({node.subgraph for node in failure.places}))
    type_ = supergraph.types[failure.type_name]
    owners = [type_, *(supergraph.types[name] for name in type_.interfaces)]
    joins = [j for owner in owners for j in owner.joins if j.subgraph == subgraph and j.key]
    keys = sorted({join.key for join in joins if join.key and join.resolvable})
    if keys:
        needs = "; ".join(_need(failure, key) for key in keys[:_MAX_KEYS])
        return (
            f"none of its keys ({_quoted(keys)}) can be had from {here}: {needs}. Add the fields "
            "of one of these keys there, or a key both know."
        )
    if joins:
        blocked = _quoted(sorted({join.key for join in joins if join.key}))
        return (
            f"its key {blocked} is marked resolvable: false. Remove that, if it can look a "
            f"{failure.type_name} up by it."
        )
    return (
        f"{failure.type_name} has no resolvable @key there: add one, or make the field "
        f"@shareable and resolve it in {here} too."
    )


def _need(failure: Failure, key: str) -> str:
    """Say which fields of a key are not where the object was found."""
    wanted = [
        node.name.value
        for node in parse_field_set(key).selections
        if isinstance(node, FieldNode) and node.name.value != "__typename"
    ]
    missing = [name for name in wanted if not any(name in n.fields for n in failure.places)]
    if missing:
        return f'"{key}" needs {_quoted(missing)}, which it does not have'
    return f'"{key}" needs more than it has below {_quoted(wanted)}'


def _external(type_: TypeDef, fields: tuple[str, ...], here: set[str]) -> list[str]:
    """Return where an object was found that knows the fields, but does not resolve them."""
    return sorted(
        {
            join.subgraph
            for name in fields
            for join in type_.fields[name].joins
            if join.external and join.subgraph in here
        }
    )


def _resolvers(
    type_: TypeDef, field_name: str, supergraph: Supergraph
) -> Iterator[tuple[str, str | None]]:
    """Yield (subgraph, its @requires) for each subgraph that resolves the field."""
    field = type_.fields[field_name]
    if not field.joins:
        yield from ((name, None) for name in dict.fromkeys(j.subgraph for j in type_.joins))
    for join in field.joins:
        if join.subgraph is not None:
            if not join.external and not join.used_overridden:
                yield join.subgraph, join.requires
            continue
        for name in type_.interfaces:
            interface = supergraph.types[name]
            standing_in = {j.subgraph for j in interface.joins if j.is_interface_object}
            if field_name in interface.fields:
                for subgraph, requires in _resolvers(interface, field_name, supergraph):
                    if subgraph in standing_in:
                        yield subgraph, requires


def _operation(failure: Failure, supergraph: Supergraph) -> str:
    field = supergraph.types[failure.type_name].fields[failure.fields[0]]
    text = _selection(field, supergraph)
    step: Step | None = failure.step
    while step is not None and step.previous is not None:
        if step.field is not None:
            text = f"{step.field.name}{_arguments(step.field)} {{ {text} }}"
        else:
            text = f"... on {step.type_name} {{ {text} }}"
        step = step.previous
    kind = "query"
    if step is not None and step.type_name == supergraph.mutation:
        kind = "mutation"
    elif step is not None and step.type_name == supergraph.subscription:
        kind = "subscription"
    return f"{kind} {{ {text} }}"


def _selection(field: Field, supergraph: Supergraph) -> str:
    below = supergraph.types.get(named_type(field.type))
    composite = below is not None and below.kind in (
        TypeKind.OBJECT,
        TypeKind.INTERFACE,
        TypeKind.UNION,
    )
    return f"{field.name}{_arguments(field)}{' { __typename }' if composite else ''}"


def _arguments(field: Field) -> str:
    """Return required arguments with a placeholder for each value."""
    required = [a for a in field.arguments if _is_required(a)]
    return f"({', '.join(f'{a.name}: <{a.type}>' for a in required)})" if required else ""


def _is_required(argument: InputValue) -> bool:
    return isinstance(argument.type, NonNull) and argument.default is None


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
