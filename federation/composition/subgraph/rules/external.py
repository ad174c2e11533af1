"""`@external`: not on interfaces, used by something in the subgraph, and resolved elsewhere."""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import FieldState, SubgraphState
from federation.supergraph.model import TypeKind


def external_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for type_ in state.types.values():
        for field in type_.fields.values():
            if type_.kind is TypeKind.INTERFACE and field.has("external"):
                diagnostics.report(
                    "EXTERNAL_ON_INTERFACE",
                    f'Subgraph "{state.name}" marks "{field.coordinate}" @external, but an '
                    "interface resolves nothing itself. Mark the fields of the object types.",
                    field.coordinate,
                    [(state.name, field.node)],
                )
            _check_collision(state, field, diagnostics)
            external = field.coordinate in state.usage.external
            if external and field.coordinate not in state.usage.used:
                diagnostics.report(
                    "EXTERNAL_UNUSED",
                    f'Subgraph "{state.name}" marks "{field.coordinate}" @external but uses it '
                    "nowhere. Name it in a @key, @requires or @provides, or in an interface; "
                    "or delete the field here; or delete @external if this subgraph resolves it.",
                    field.coordinate,
                    [(state.name, field.node)],
                )


def _check_collision(state: SubgraphState, field: FieldState, diagnostics: Diagnostics) -> None:
    """What is external is resolved elsewhere, so it cannot say how it is resolved here."""
    if field.coordinate not in state.usage.external:
        return
    for name in ("requires", "provides"):
        for applied in field.applied(name):
            diagnostics.report(
                "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
                f'Subgraph "{state.name}" marks "{field.coordinate}" both @external and @{name}. '
                f"If it resolves the field, remove @external; otherwise remove @{name}.",
                field.coordinate,
                [(state.name, applied.node)],
            )
