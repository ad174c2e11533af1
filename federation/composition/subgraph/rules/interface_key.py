"""A key of an interface must be a key of each implementation in the subgraph (federation 2.3)."""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import Applied, SubgraphState, TypeState
from federation.language import normal_field_set
from federation.supergraph.model import TypeKind


def interface_key_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    if state.version is None or state.version < (2, 3):
        return
    for type_ in state.types.values():
        if type_.kind is not TypeKind.INTERFACE:
            continue
        for applied in type_.applied("key"):
            for implementation in state.implementations(type_.name):
                if not _has_key(implementation, applied):
                    key = applied.arguments.get("fields")
                    diagnostics.report(
                        "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
                        f'In subgraph "{state.name}" the interface "{type_.name}" has the key '
                        f'"{key}", but "{implementation.name}", which implements it, has not. '
                        f'Add @key(fields: "{key}") to "{implementation.name}".',
                        implementation.name,
                        [(state.name, implementation.node), (state.name, applied.node)],
                    )


def _has_key(type_: TypeState, wanted: Applied) -> bool:
    resolvable = wanted.arguments.get("resolvable", True)
    fields = normal_field_set(str(wanted.arguments.get("fields")))
    return any(
        normal_field_set(str(applied.arguments.get("fields"))) == fields
        and applied.arguments.get("resolvable", True) == resolvable
        for applied in type_.applied("key")
    )
