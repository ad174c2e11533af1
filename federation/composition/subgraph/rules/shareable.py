"""`@shareable`: on fields of object types only (federation 2.1.2)."""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import SubgraphState
from federation.supergraph.model import TypeKind


def shareable_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for type_ in state.types.values():
        if type_.kind is not TypeKind.INTERFACE:
            continue
        for field in type_.fields.values():
            if field.has("shareable"):
                diagnostics.report(
                    "INVALID_SHAREABLE_USAGE",
                    f'Subgraph "{state.name}" marks "{field.coordinate}" @shareable, but it is a '
                    "field of an interface. Mark the fields of the object types instead.",
                    field.coordinate,
                    [(state.name, field.node)],
                )
