"""Merging one output field: type, arguments, and the `@join__field` entries it needs."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import print_ast

from federation.composition.merge.context import MergeContext, Source, names, places
from federation.composition.merge.descriptions import merge_description
from federation.composition.merge.directives import merge_directives
from federation.composition.merge.inputs import merge_arguments
from federation.composition.merge.overrides import FieldSource, Overrides
from federation.composition.merge.semantic_non_null import merge_semantic_non_null
from federation.composition.merge.types import common_output_type, is_subtype
from federation.composition.subgraph.contexts import context_arguments, contextual_arguments
from federation.composition.subgraph.state import FieldState, SubgraphState
from federation.language import TypeRef
from federation.supergraph.model import Field, JoinField
from federation.supergraph.specs import FEATURE_OF_DIRECTIVE


def merge_field(
    context: MergeContext,
    parent_sources: Sequence[Source],
    sources: Sequence[FieldSource],
    overrides: Overrides,
) -> Field:
    """Return the merged field. External declarations have no say in it; they are checked."""
    first = sources[0][1]
    own = [(s, f) for s, f in sources if f.coordinate not in s.usage.external]
    external = [(s, f) for s, f in sources if f.coordinate in s.usage.external]
    if not own:
        context.diagnostics.report(
            "EXTERNAL_MISSING_ON_BASE",
            f'"{first.coordinate}" is @external in {names(sources)}, but no subgraph resolves it. '
            "Remove @external in the subgraph that should, or delete the field.",
            first.coordinate,
            places(sources),
        )
        own = list(sources)
    _check_directives_on_external(context, external)
    ref = _merge_type(context, own)
    merged = Field(
        name=first.name,
        type=ref,
        arguments=merge_arguments(context, own),
        description=merge_description(context, own, first.coordinate),
        directives=(
            *merge_directives(context, own, first.coordinate),
            *merge_semantic_non_null(ref, own),
        ),
        joins=(),
    )
    for state, field in external:
        _check_external(context, merged, state, field, own)
    types_equal = len({field.type for _, field in own}) == 1
    joins = _joins(parent_sources, sources, overrides, types_equal)
    return (
        merged
        if joins is None
        else Field(
            merged.name, merged.type, merged.arguments, merged.description, merged.directives, joins
        )
    )


def _merge_type(context: MergeContext, sources: Sequence[FieldSource]) -> TypeRef:
    refs = [field.type for _, field in sources]
    coordinate = sources[0][1].coordinate
    merged = common_output_type(context, refs)
    if len(set(refs)) == 1:
        return refs[0]
    listing = ", ".join(f'"{s.name}": {f.type}' for s, f in sources)
    if merged is None:
        context.diagnostics.report(
            "FIELD_TYPE_MISMATCH",
            f'"{coordinate}" has types that cannot be reconciled ({listing}). Give it the same '
            "type everywhere, or rename it in one of the subgraphs.",
            coordinate,
            places(sources),
        )
        return refs[0]
    context.diagnostics.report(
        "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
        f'"{coordinate}" has different types ({listing}); the graph uses {merged}, which fits '
        "all. Agree on one type.",
        coordinate,
        places(sources),
    )
    return merged


def _check_directives_on_external(context: MergeContext, external: Sequence[FieldSource]) -> None:
    for state, field in external:
        for name in field.directives:
            if name in FEATURE_OF_DIRECTIVE or name in context.composed:
                shown = name.removeprefix("@")
                context.diagnostics.report(
                    "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
                    f'Subgraph "{state.name}" puts @{shown} on "{field.coordinate}", which is '
                    f"@external there. Put @{shown} where the field is resolved.",
                    field.coordinate,
                    [(state.name, field.node)],
                )


def _check_external(
    context: MergeContext,
    merged: Field,
    state: SubgraphState,
    field: FieldState,
    own: Sequence[FieldSource],
) -> None:
    """Report an external declaration that contradicts the field as it is resolved by `own`."""
    if not is_subtype(context, merged.type, field.type):
        context.diagnostics.report(
            "EXTERNAL_TYPE_MISMATCH",
            f'"{field.coordinate}" is @external with type {field.type} in "{state.name}", but '
            f"{names(own)} resolves it with type {merged.type}. Give it that type in "
            f'"{state.name}".',
            field.coordinate,
            [(state.name, field.node), *places(own)],
        )
    for argument in merged.arguments:
        declared = field.arguments.get(argument.name)
        coordinate = f"{field.coordinate}({argument.name}:)"
        where = [(state.name, declared.node if declared else field.node)]
        code = None
        if declared is None:
            code, text = "EXTERNAL_ARGUMENT_MISSING", "is missing"
        elif not is_subtype(context, declared.type, argument.type):
            code, text = "EXTERNAL_ARGUMENT_TYPE_MISMATCH", f"has type {declared.type}"
        elif _text(declared.default) != _text(argument.default):
            code, text = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", "has another default value"
        if code is not None:
            context.diagnostics.report(
                code,
                f'"{coordinate}" {text} in "{state.name}", where the field is @external; in '
                f"{names(own)}, which resolves it, the argument is {argument.type}"
                f"{_default(argument.default)}. Declare it the same way.",
                coordinate,
                [*where, *places(own)],
            )


def _text(node: object) -> str | None:
    return None if node is None else print_ast(node)  # type: ignore[arg-type]


def _default(node: object) -> str:
    text = _text(node)
    return "" if text is None else f" = {text}"


def _joins(
    parent_sources: Sequence[Source],
    sources: Sequence[FieldSource],
    overrides: Overrides,
    types_equal: bool,
) -> tuple[JoinField, ...] | None:
    """Return the joins; None where every subgraph with the type simply serves the field."""
    by_name = {state.name: (state, field) for state, field in sources}
    plain = types_equal and not overrides.used and not overrides.labels
    for state, _ in parent_sources:
        found = by_name.get(state.name)
        plain = (
            plain
            and found is not None
            and state.name not in overrides.unused
            and found[1].coordinate not in state.usage.external
            and not found[1].has("requires")
            and not found[1].has("provides")
            and not contextual_arguments(found[1])
        )
    if plain:
        return None
    return tuple(
        _join(state, field, overrides, types_equal)
        for state, field in sources
        if state.name not in overrides.unused or state.name in overrides.labels
    )


def _join(
    state: SubgraphState, field: FieldState, overrides: Overrides, types_equal: bool
) -> JoinField:
    return JoinField(
        subgraph=state.name,
        requires=field.argument("requires", "fields"),
        provides=field.argument("provides", "fields"),
        type=None if types_equal else str(field.type),
        external=field.coordinate in state.usage.external,
        override=field.argument("override", "from"),
        override_label=overrides.labels.get(state.name),
        used_overridden=state.name in overrides.used,
        context_arguments=context_arguments(state, field),
    )
