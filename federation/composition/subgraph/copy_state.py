"""A copy of a subgraph's state, as deep as the upgrade from Federation 1 changes states.

AST nodes and the elements below fields (arguments, enum values, input fields) are only read.
"""

from __future__ import annotations

from dataclasses import replace

from federation.composition.subgraph.state import Applied, SubgraphState, TypeState, Usage

_Directives = dict[str, list[Applied]]


def copy_state(state: SubgraphState) -> SubgraphState:
    """Return an equal state; upgrading one of the two leaves the other as it is."""
    types = {name: _copy_type(type_) for name, type_ in state.types.items()}
    return replace(state, types=types, usage=Usage())


def _copy_type(type_: TypeState) -> TypeState:
    return replace(
        type_,
        directives=_copy_directives(type_.directives),
        parts=list(type_.parts),
        fields={
            name: replace(field, directives=_copy_directives(field.directives))
            for name, field in type_.fields.items()
        },
    )


def _copy_directives(directives: _Directives) -> _Directives:
    return {
        name: [replace(each, arguments=dict(each.arguments)) for each in applied]
        for name, applied in directives.items()
    }
