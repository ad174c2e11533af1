"""`@provides`: on a field with fields below, and each leaf is `@external` (or below it)."""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph import field_sets
from federation.composition.subgraph.state import Applied, FieldState, SubgraphState
from federation.composition.subgraph.usage import field_directives
from federation.language import named_type
from federation.supergraph.model import TypeKind

_CODES = {
    "type": "PROVIDES_INVALID_FIELDS_TYPE",
    "fields": "PROVIDES_INVALID_FIELDS",
    "arguments": "PROVIDES_FIELDS_HAS_ARGS",
    "directive": "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
}


def provides_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for field, applied in field_directives(state, "provides"):
        target = state.types.get(named_type(field.type))
        if target is None or target.kind not in field_sets.COMPOSITE:
            diagnostics.report(
                "PROVIDES_ON_NON_OBJECT_FIELD",
                f'Subgraph "{state.name}" puts @provides on "{field.coordinate}", but its type '
                f"{field.type} has no fields to provide. Remove the @provides.",
                field.coordinate,
                [(state.name, applied.node)],
            )
            continue
        if state.types[field.parent].kind is TypeKind.INTERFACE:
            diagnostics.report(
                "PROVIDES_UNSUPPORTED_ON_INTERFACE",
                f'Subgraph "{state.name}" puts @provides on "{field.coordinate}", a field of an '
                "interface. Put it on the field of each object type that implements it.",
                field.coordinate,
                [(state.name, applied.node)],
            )
        _check_fields(state, field, target.name, applied, diagnostics)


def _check_fields(
    state: SubgraphState,
    field: FieldState,
    parent: str,
    applied: Applied,
    diagnostics: Diagnostics,
) -> None:
    refused = False
    for problem in field_sets.check(state, parent, applied):
        code = _CODES.get(problem.kind)
        if code is not None:
            refused = refused or problem.kind != "directive"
            diagnostics.report(
                code,
                f'The @provides of "{field.coordinate}" in subgraph "{state.name}" cannot be '
                f'used: {problem.text}. It must name @external fields of "{parent}" without '
                "arguments.",
                field.coordinate,
                [(state.name, applied.node)],
            )
    if refused:
        return
    for target in field_sets.missing_external(state, parent, applied):
        diagnostics.report(
            "PROVIDES_FIELDS_MISSING_EXTERNAL",
            f'The @provides of "{field.coordinate}" in subgraph "{state.name}" names '
            f'"{target}", which is not @external there. Mark it @external if this subgraph '
            "resolves it only on this path; otherwise leave it out of @provides.",
            field.coordinate,
            [(state.name, applied.node)],
        )
