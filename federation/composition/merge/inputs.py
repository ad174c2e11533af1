"""Merging what goes into the graph: arguments of a field, fields of an input type.

Both keep what all subgraphs have (a value the client gives must mean something everywhere), take
the strictest type and demand equal defaults.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphql import ConstValueNode, print_ast

from federation.composition.codes import Severity
from federation.composition.merge.context import MergeContext, Source, names, places
from federation.composition.merge.descriptions import merge_description
from federation.composition.merge.directives import merge_directives
from federation.composition.merge.types import common_input_type
from federation.composition.subgraph.state import ArgumentState, FieldState, SubgraphState
from federation.language import NonNull, TypeRef
from federation.supergraph.model import InputValue, JoinField

ArgumentSource = tuple[SubgraphState, ArgumentState]


def is_required(argument: ArgumentState) -> bool:
    """Return whether a value must be given."""
    return isinstance(argument.type, NonNull) and argument.default is None


def merge_arguments(
    context: MergeContext, fields: Sequence[tuple[SubgraphState, FieldState]]
) -> tuple[InputValue, ...]:
    """Return the arguments all subgraphs that resolve a field have in common."""
    found = dict.fromkeys(name for _, field in fields for name in field.arguments)
    merged = []
    for name in found:
        having = [(s, f.arguments[name]) for s, f in fields if name in f.arguments]
        lacking = [(s, f) for s, f in fields if name not in f.arguments]
        if any(argument.has("fromContext") for _, argument in having):
            _check_contextual(context, having)
            continue
        if lacking:
            _report_missing_argument(context, name, having, lacking)
            continue
        merged.append(_merge_value(context, having, "FIELD_ARGUMENT", ()))
    return tuple(merged)


def _check_contextual(context: MergeContext, having: list[ArgumentSource]) -> None:
    """Where an argument comes from a context, clients never give it, so nobody may need it."""
    others = [(s, a) for s, a in having if not a.has("fromContext")]
    needing = [(s, a) for s, a in others if is_required(a)]
    users = [(s, a) for s, a in having if a.has("fromContext")]
    if not others:
        return
    coordinate = others[0][1].coordinate
    end = (
        f"but {names(needing)} would have to be given it: make it optional there, or take it from "
        "a context too."
        if needing
        else f"so the graph leaves it out, and no value for it reaches {names(others)}."
    )
    context.diagnostics.report(
        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
        f'The argument "{coordinate}" comes from a context in {names(users)}, {end}',
        coordinate,
        [*places(users), *places(others)],
        severity=None if needing else Severity.HINT,
    )


def _report_missing_argument(
    context: MergeContext,
    name: str,
    having: list[ArgumentSource],
    lacking: list[tuple[SubgraphState, FieldState]],
) -> None:
    coordinate = having[0][1].coordinate
    required = [(s, a) for s, a in having if is_required(a)]
    if required:
        context.diagnostics.report(
            "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
            f'The argument "{coordinate}" is required in {names(required)} but missing in '
            f"{names(lacking)}, so no request fits all. Add it there, or make it optional.",
            coordinate,
            [*places(required), *places(lacking)],
        )
    else:
        context.diagnostics.report(
            "INCONSISTENT_ARGUMENT_PRESENCE",
            f'The argument "{coordinate}" is missing in {names(lacking)}, so the graph leaves it '
            f"out. Add it there, or delete it in {names(having)}.",
            coordinate,
            [*places(having), *places(lacking)],
        )


def merge_input_fields(
    context: MergeContext, name: str, sources: Sequence[Source]
) -> dict[str, InputValue]:
    """Return the fields all subgraphs that define an input type have in common."""
    found = dict.fromkeys(n for _, type_ in sources for n in type_.input_fields)
    merged = {}
    for field_name in found:
        having = [
            (s, t.input_fields[field_name]) for s, t in sources if field_name in t.input_fields
        ]
        lacking = [(s, t) for s, t in sources if field_name not in t.input_fields]
        # A hidden field is never given by a client, so it need not mean something everywhere.
        hidden = any(argument.has("inaccessible") for _, argument in having)
        if lacking and not hidden:
            _report_missing_field(context, having, lacking)
            continue
        types = {argument.type for _, argument in having}
        joins: tuple[JoinField, ...] = ()
        if lacking:
            joins = tuple(JoinField(s.name) for s, _ in having)
        if len(types) > 1:
            joins = tuple(JoinField(s.name, type=str(a.type)) for s, a in having)
        merged[field_name] = _merge_value(context, having, "INPUT_FIELD", joins)
    if found and not merged:
        context.diagnostics.report(
            "EMPTY_MERGED_INPUT_TYPE",
            f'The subgraphs {names(sources)} have no field of the input type "{name}" in common, '
            "so nothing could ever be given. Agree on at least one field.",
            name,
            places(sources),
        )
    return merged


def _report_missing_field(
    context: MergeContext, having: list[ArgumentSource], lacking: list[Source]
) -> None:
    coordinate = having[0][1].coordinate
    required = [(s, a) for s, a in having if is_required(a)]
    if required:
        context.diagnostics.report(
            "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
            f'The input field "{coordinate}" is required in {names(required)} but missing in '
            f"{names(lacking)}. Add it there, or make it optional.",
            coordinate,
            [*places(required), *places(lacking)],
        )
    else:
        context.diagnostics.report(
            "INCONSISTENT_INPUT_OBJECT_FIELD",
            f'The input field "{coordinate}" is missing in {names(lacking)}, so the graph leaves '
            f"it out. Add it there, or delete it in {names(having)}.",
            coordinate,
            [*places(having), *places(lacking)],
        )


def _merge_value(
    context: MergeContext,
    sources: list[ArgumentSource],
    kind: str,
    joins: tuple[JoinField, ...],
) -> InputValue:
    first = sources[0][1]
    return InputValue(
        name=first.name,
        type=_merge_type(context, sources, kind),
        default=_merge_default(context, sources, kind),
        description=merge_description(context, sources, first.coordinate),
        directives=merge_directives(context, sources, first.coordinate),
        joins=joins,
    )


def _merge_type(context: MergeContext, sources: list[ArgumentSource], kind: str) -> TypeRef:
    refs = [argument.type for _, argument in sources]
    coordinate = sources[0][1].coordinate
    listing = ", ".join(f'"{s.name}": {a.type}' for s, a in sources)
    merged = common_input_type(context, refs)
    if merged is None:
        code = "FIELD_TYPE_MISMATCH" if kind == "INPUT_FIELD" else "FIELD_ARGUMENT_TYPE_MISMATCH"
        context.diagnostics.report(
            code,
            f'"{coordinate}" has types that cannot be reconciled ({listing}). Give it the same '
            "type everywhere; they may differ only in whether null is allowed.",
            coordinate,
            places(sources),
        )
        return refs[0]
    if len(set(refs)) > 1:
        what = "FIELD" if kind == "INPUT_FIELD" else "ARGUMENT"
        context.diagnostics.report(
            f"INCONSISTENT_BUT_COMPATIBLE_{what}_TYPE",
            f'"{coordinate}" has different types ({listing}); the graph uses {merged}, which '
            "fits all. Agree on one type.",
            coordinate,
            places(sources),
        )
    return merged


def _with_default(sources: list[ArgumentSource]) -> str:
    return names((s, a) for s, a in sources if a.default is not None)


def _merge_default(
    context: MergeContext, sources: list[ArgumentSource], kind: str
) -> ConstValueNode | None:
    coordinate = sources[0][1].coordinate
    texts = [None if a.default is None else print_ast(a.default) for _, a in sources]
    given = {text for text in texts if text is not None}
    if not given:
        return None
    if len(given) > 1:
        listing = ", ".join(
            f'"{s.name}": {text or "none"}' for (s, _), text in zip(sources, texts, strict=True)
        )
        context.diagnostics.report(
            f"{kind}_DEFAULT_MISMATCH",
            f'"{coordinate}" has different default values ({listing}). Agree on one, or leave '
            "the default out everywhere.",
            coordinate,
            places(sources),
        )
        return sources[0][1].default
    if None in texts:
        context.diagnostics.report(
            "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
            f'"{coordinate}" has a default value in {_with_default(sources)} only, so the graph '
            "has none. Give it everywhere, or nowhere.",
            coordinate,
            places(sources),
        )
        return None
    return sources[0][1].default
