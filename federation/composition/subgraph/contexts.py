"""`@context` and `@fromContext` as they are written: who sets a context, what an argument takes.

Source: federation specification v2.8. A `@fromContext(field:)` is a reference, `$name` and then a
selection: `$region { code }`, or one alternative for each type that sets the context,
`$region ... on Province { code } ... on City { code }`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLSyntaxError, SelectionSetNode

from federation.composition.subgraph.state import (
    Applied,
    ArgumentState,
    FieldState,
    SubgraphState,
    TypeState,
)
from federation.language import parse_field_set
from federation.supergraph.model import ContextArgument

_REFERENCE = re.compile(r"^[\s,]*\$[\s,]*([A-Za-z_]\w*)(.*)$", re.DOTALL)
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9]*$")


@dataclass(frozen=True, slots=True)
class Reference:
    """`context` is the name without `$`; `selection` the rest, as it is written."""

    context: str
    selection: str

    def parse(self) -> SelectionSetNode | None:
        """Return the selection; None when it is not one."""
        text = self.selection
        if text.startswith("{") and text.endswith("}"):
            text = text[1:-1]
        try:
            return parse_field_set(text)
        except GraphQLSyntaxError:
            return None


def reference(argument: ArgumentState) -> Reference | None:
    """Return what an argument with `@fromContext` takes; None when it names nothing."""
    text = argument.argument("fromContext", "field")
    match = _REFERENCE.match(text) if isinstance(text, str) else None
    selection = match[2].strip() if match else ""
    return Reference(match[1], selection) if match and selection else None


def contextual_arguments(field: FieldState) -> list[ArgumentState]:
    """Return the arguments of a field that clients do not give."""
    return [a for a in field.arguments.values() if a.has("fromContext")]


def providers(state: SubgraphState, context: str) -> Iterator[TypeState]:
    """Yield the types of a subgraph that set a context."""
    for type_ in state.types.values():
        if any(applied.arguments.get("name") == context for applied in type_.applied("context")):
            yield type_


def graph_name(state: SubgraphState, context: str) -> str:
    """Return what a context is called in the supergraph: contexts belong to their subgraph."""
    return f"{state.name}__{context}"


def context_arguments(state: SubgraphState, field: FieldState) -> tuple[ContextArgument, ...]:
    """Return a field's contextual arguments as the join specification writes them."""
    found = ((a, reference(a)) for a in contextual_arguments(field))
    return tuple(
        ContextArgument(graph_name(state, ref.context), a.name, str(a.type), ref.selection)
        for a, ref in found
        if ref is not None
    )


def contexts_of(applied: list[Applied]) -> list[str]:
    """Return the names given by applications of `@context`."""
    return [str(item.arguments.get("name")) for item in applied]
