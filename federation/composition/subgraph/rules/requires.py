"""`@requires`: the field set exists and each leaf is `@external` (or below something external)."""

from __future__ import annotations

from federation.composition.result import Diagnostics
from federation.composition.subgraph import field_sets
from federation.composition.subgraph.state import Applied, FieldState, SubgraphState
from federation.composition.subgraph.usage import field_directives
from federation.supergraph.model import TypeKind

_CODES = {
    "type": "REQUIRES_INVALID_FIELDS_TYPE",
    "fields": "REQUIRES_INVALID_FIELDS",
    "required argument": "REQUIRES_INVALID_FIELDS",
    "directive": "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
}


def requires_rule(state: SubgraphState, diagnostics: Diagnostics) -> None:
    for field, applied in field_directives(state, "requires"):
        if state.types[field.parent].kind is TypeKind.INTERFACE:
            diagnostics.report(
                "REQUIRES_UNSUPPORTED_ON_INTERFACE",
                f'Subgraph "{state.name}" puts @requires on "{field.coordinate}", a field of an '
                "interface. Put it on the field of each object type that implements it.",
                field.coordinate,
                [(state.name, applied.node)],
            )
        _check_fields(state, field, applied, diagnostics)


def _check_fields(
    state: SubgraphState, field: FieldState, applied: Applied, diagnostics: Diagnostics
) -> None:
    refused = False
    for problem in field_sets.check(state, field.parent, applied):
        code = _CODES.get(problem.kind)
        if code is not None:
            refused = refused or problem.kind != "directive"
            diagnostics.report(
                code,
                f'The @requires of "{field.coordinate}" in subgraph "{state.name}" cannot be '
                f'used: {problem.text}. It must name fields of "{field.parent}" that other '
                "subgraphs resolve.",
                field.coordinate,
                [(state.name, applied.node)],
            )
    if refused:
        return
    for target in field_sets.missing_external(state, field.parent, applied):
        diagnostics.report(
            "REQUIRES_FIELDS_MISSING_EXTERNAL",
            f'The @requires of "{field.coordinate}" in subgraph "{state.name}" names '
            f'"{target}", which this subgraph resolves itself. If another subgraph resolves it, '
            "mark it @external here; otherwise leave it out of @requires.",
            field.coordinate,
            [(state.name, applied.node)],
        )
