"""Telling a satisfiability failure: an example operation, and why each subgraph is out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from federation.language import NonNull, named_type
from federation.query_graph.model import Node
from federation.supergraph.model import Field, InputValue, Supergraph, TypeDef, TypeKind


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
    """Return the whole message."""
    here = sorted({node.subgraph for node in failure.places})
    reasons = " ".join(_reasons(failure, supergraph))
    missing = _quoted([f"{failure.type_name}.{name}" for name in failure.fields])
    operation = _operation(failure, supergraph)
    return (
        f"The graph allows this operation but could not answer it: {operation}"
        f" — having found the {failure.type_name} in {_quoted(here)}, nothing resolves "
        f"{missing}. {reasons}"
    )


def _reasons(failure: Failure, supergraph: Supergraph) -> Iterator[str]:
    here = {node.subgraph for node in failure.places}
    type_ = supergraph.types[failure.type_name]
    resolvers = dict.fromkeys(
        found for name in failure.fields for found in _resolvers(type_, name, supergraph)
    )
    for subgraph, requires in resolvers:
        owners = [type_, *(supergraph.types[i] for i in type_.interfaces)]
        keys = sorted(
            {
                join.key
                for owner in owners
                for join in owner.joins
                if join.subgraph == subgraph and join.key and join.resolvable
            }
        )
        if subgraph in here and requires:
            yield (
                f'"{subgraph}" has @requires(fields: "{requires}"), and those '
                "fields, or a key to come back with, cannot be had."
            )
        elif keys:
            yield (
                f'"{subgraph}" resolves it, but none of its keys ({_quoted(keys)}) can be had '
                f"from {_quoted(sorted(here))}: add one of these keys' fields there, or a key "
                "both know."
            )
        else:
            yield (
                f'"{subgraph}" resolves it, but {failure.type_name} has no resolvable @key '
                "there: add one, or make the field @shareable and resolve it in "
                f"{_quoted(sorted(here))} too."
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
