"""Fields that `@interfaceObject` adds to an interface, given to each implementation too.

No subgraph serves such a field on the implementation itself: its one join names no subgraph, and
the planner finds it through the interface.
"""

from __future__ import annotations

from dataclasses import replace

from federation.composition.merge.context import MergeContext
from federation.composition.merge.overrides import Overrides
from federation.composition.merge.sharing import check_sharing
from federation.supergraph.model import JoinField, TypeDef, TypeKind


def add_interface_object_fields(context: MergeContext, types: dict[str, TypeDef]) -> None:
    """Complete the object types in `types`."""
    for name, type_ in list(types.items()):
        if type_.kind is not TypeKind.OBJECT:
            continue
        fields = dict(type_.fields)
        for interface in type_.interfaces:
            if interface not in types or not context.interface_object_sources(interface):
                continue
            for field in types[interface].fields.values():
                if field.name not in fields:
                    fields[field.name] = replace(field, joins=(JoinField(),))
                    check_sharing(context, name, field.name, (), Overrides())
        if len(fields) > len(type_.fields):
            types[name] = replace(type_, fields=fields)
