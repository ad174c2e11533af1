"""`@interfaceObject`: the type stands for an interface by its key, so it must have one."""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import SubgraphState


def interface_object_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for type_ in state.types.values():
        if type_.is_interface_object and not type_.has("key"):
            diagnostics.report(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f'Subgraph "{state.name}" marks "{type_.name}" @interfaceObject without a @key. '
                "Add the key by which other subgraphs know the interface.",
                type_.name,
                [(state.name, type_.node)],
            )
