"""`@cost`: not on fields of interfaces or their arguments; only objects are resolved and cost."""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import Applied, SubgraphState
from federation.supergraph.model import TypeKind


def cost_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for type_ in state.types.values():
        if type_.kind is not TypeKind.INTERFACE:
            continue
        for field in type_.fields.values():
            _report(state, field.applied("cost"), field.coordinate, diagnostics)
            for argument in field.arguments.values():
                _report(state, argument.applied("cost"), argument.coordinate, diagnostics)


def _report(
    state: SubgraphState, found: list[Applied], coordinate: str, diagnostics: Diagnostics
) -> None:
    for applied in found:
        diagnostics.report(
            "COST_APPLIED_TO_INTERFACE_FIELD",
            f'Subgraph "{state.name}" puts @cost on "{coordinate}", which belongs to an interface. '
            "Put it on the field of each object type that implements the interface.",
            coordinate,
            [(state.name, applied.node)],
        )
