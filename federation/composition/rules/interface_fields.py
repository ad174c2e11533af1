"""After merging, each type must have all fields of its interfaces.

A subgraph by itself is valid, but the interface may have gained a field from another subgraph that
an implementation does not get from anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from federation.composition.result import Diagnostics, Place
from federation.composition.subgraph.state import SubgraphState
from federation.supergraph.model import Supergraph, TypeKind


def interface_fields_rule(
    supergraph: Supergraph, states: Sequence[SubgraphState], diagnostics: Diagnostics
) -> None:
    for type_ in supergraph.types.values():
        if type_.kind not in (TypeKind.OBJECT, TypeKind.INTERFACE):
            continue
        for name in type_.interfaces:
            interface = supergraph.types.get(name)
            for field in interface.fields.values() if interface else ():
                if field.name in type_.fields:
                    continue
                having = [
                    f'"{s.name}"'
                    for s in states
                    if name in s.types and field.name in s.types[name].fields
                ]
                where: list[Place] = [
                    (s.name, s.types[type_.name].node) for s in states if type_.name in s.types
                ]
                diagnostics.report(
                    "INTERFACE_FIELD_NO_IMPLEM",
                    f'The interface "{name}" has the field "{field.name}" in '
                    f'{", ".join(having)}, but "{type_.name}", which implements it, has it '
                    "nowhere. Add the field to the type, or remove it from the interface.",
                    f"{type_.name}.{field.name}",
                    where,
                )
