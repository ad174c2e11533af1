"""`@key`: the field set exists, has no arguments and selects no abstract types.

Interfaces can have keys since federation 2.3.
"""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph import field_sets
from federation.composition.subgraph.state import Applied, SubgraphState, TypeState
from federation.supergraph.model import TypeKind

_CODES = {
    "type": "KEY_INVALID_FIELDS_TYPE",
    "fields": "KEY_INVALID_FIELDS",
    "arguments": "KEY_FIELDS_HAS_ARGS",
    "directive": "KEY_DIRECTIVE_IN_FIELDS_ARG",
    "selection": "KEY_FIELDS_SELECT_INVALID_TYPE",
}


def key_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for type_ in state.types.values():
        for applied in type_.applied("key"):
            _check_interface(state, type_, applied, diagnostics)
            for problem in field_sets.check(state, type_.name, applied):
                code = _CODES.get(problem.kind)
                if code is not None:
                    diagnostics.report(
                        code,
                        f'A @key of "{type_.name}" in subgraph "{state.name}" cannot be used: '
                        f"{problem.text}. A key must name fields of the type that identify an "
                        "object and can be sent as plain values.",
                        type_.name,
                        [(state.name, applied.node)],
                    )


def _check_interface(
    state: SubgraphState, type_: TypeState, applied: Applied, diagnostics: Diagnostics
) -> None:
    if type_.kind is TypeKind.INTERFACE and state.version and state.version < (2, 3):
        diagnostics.report(
            "KEY_UNSUPPORTED_ON_INTERFACE",
            f'Subgraph "{state.name}" puts @key on the interface "{type_.name}", but links a '
            "federation version that cannot do that. Link v2.3 or later, or remove the @key.",
            type_.name,
            [(state.name, applied.node)],
        )
