"""All subgraphs → one supergraph model. Reads top to bottom in the order things depend.

Kinds first (what is a name?), then composed directives (what survives?), then types. Enums come
last among types, because their merging depends on where merged fields use them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from federation.composition.merge.access import inherit_access
from federation.composition.merge.composed import merge_composed
from federation.composition.merge.context import MergeContext, Source, build_context
from federation.composition.merge.descriptions import merge_description
from federation.composition.merge.directives import merge_directives
from federation.composition.merge.enums import merge_enum_values
from federation.composition.merge.executable import merge_executable
from federation.composition.merge.graphs import name_graphs
from federation.composition.merge.import_names import check_import_names
from federation.composition.merge.inputs import merge_input_fields
from federation.composition.merge.interface_objects import add_interface_object_fields
from federation.composition.merge.kinds import resolve_kinds
from federation.composition.merge.memo import MergeMemo
from federation.composition.merge.objects import merge_interface_fields, merge_object_fields
from federation.composition.merge.unions import merge_members
from federation.composition.result import Diagnostics
from federation.composition.subgraph.state import SubgraphState
from federation.language import named_type
from federation.supergraph.model import (
    DirectiveDef,
    InputValue,
    JoinImplements,
    JoinType,
    Link,
    Supergraph,
    TypeDef,
    TypeKind,
)
from federation.supergraph.specs import FEATURE_OF_DIRECTIVE, FEATURES


def merge_subgraphs(
    states: Sequence[SubgraphState], diagnostics: Diagnostics, memo: MergeMemo | None = None
) -> Supergraph:
    """Return the supergraph. It is only to be used when no error was reported.

    With a `memo` of an earlier merge, only types that changed since are merged.
    """
    memo = memo or MergeMemo()
    context = build_context(states, diagnostics)
    subgraphs = name_graphs(states)
    context.graphs = {subgraph.name: subgraph.graph for subgraph in subgraphs}
    check_import_names(context)
    resolve_kinds(context)
    definitions, links = merge_composed(context)
    memo.begin(context)
    types = {
        name: memo.merged(context, name, sources, partial(_merge_type, context, name, sources))
        for name, sources in context.sources.items()
        if context.kinds[name] is not TypeKind.ENUM
    }
    add_interface_object_fields(context, types)
    inherit_access(context, types)
    directives = definitions | merge_executable(context)
    inputs, outputs = _usage(types.values(), directives.values())
    for name, sources in context.sources.items():
        if context.kinds[name] is TypeKind.ENUM:
            use = (name in inputs, name in outputs)
            merge = partial(_merge_enum, context, name, sources, *use)
            types[name] = memo.merged(context, name, sources, merge, use)
    memo.end()
    schema = [(state, state.schema) for state in states]
    roots = {operation for state in states for operation in state.roots}
    supergraph = Supergraph(
        subgraphs=subgraphs,
        types=dict(sorted(types.items())),
        directives=dict(sorted(directives.items())),
        query="Query",
        mutation="Mutation" if "mutation" in roots else None,
        subscription="Subscription" if "subscription" in roots else None,
        schema_directives=merge_directives(context, schema, "schema"),
        description=merge_description(context, schema, "schema"),
    )
    return replace(supergraph, links=(*_feature_links(supergraph), *links))


def _merge_type(context: MergeContext, name: str, sources: Sequence[Source]) -> TypeDef:
    base = _base(context, name, sources)
    match base.kind:
        case TypeKind.OBJECT:
            return replace(base, fields=merge_object_fields(context, name, sources))
        case TypeKind.INTERFACE:
            return replace(base, fields=merge_interface_fields(context, name, sources))
        case TypeKind.INPUT:
            return replace(base, input_fields=merge_input_fields(context, name, sources))
        case TypeKind.UNION:
            members, by_subgraph = merge_members(context, name, sources)
            return replace(base, members=members, member_subgraphs=by_subgraph)
    return base


def _merge_enum(
    context: MergeContext, name: str, sources: Sequence[Source], is_input: bool, is_output: bool
) -> TypeDef:
    values = merge_enum_values(context, name, sources, is_input=is_input, is_output=is_output)
    return replace(_base(context, name, sources), values=values)


def _base(context: MergeContext, name: str, sources: Sequence[Source]) -> TypeDef:
    return TypeDef(
        name=name,
        kind=context.kinds[name],
        description=merge_description(context, sources, name),
        directives=merge_directives(context, sources, name),
        joins=tuple(join for source in sources for join in _join_types(source)),
        interfaces=tuple(context.interfaces.get(name, ())),
        join_implements=tuple(
            JoinImplements(state.name, interface)
            for state, type_ in sources
            for interface in type_.interfaces
        ),
    )


def _join_types(source: Source) -> Iterable[JoinType]:
    state, type_ = source
    plain = JoinType(state.name, is_interface_object=type_.is_interface_object)
    keys = type_.applied("key")
    if not keys:
        return [plain]
    return [
        replace(
            plain,
            key=applied.arguments["fields"],
            extension=type_.parts[applied.part] or type_.has("extends"),
            resolvable=bool(applied.arguments.get("resolvable", True)),
        )
        for applied in keys
    ]


def _usage(
    types: Iterable[TypeDef], directives: Iterable[DirectiveDef]
) -> tuple[set[str], set[str]]:
    """Return the names of types used for input, and those used for output."""
    inputs = {named_type(a.type) for directive in directives for a in directive.arguments}
    outputs: set[str] = set()
    for type_ in types:
        values: list[InputValue] = list(type_.input_fields.values())
        for field in type_.fields.values():
            outputs.add(named_type(field.type))
            values += field.arguments
        inputs.update(named_type(value.type) for value in values)
    return inputs, outputs


def _feature_links(supergraph: Supergraph) -> list[Link]:
    """Return a link for each feature whose directives are applied somewhere."""
    used = {
        spec.identity
        for name in _applied_names(supergraph)
        if (spec := FEATURE_OF_DIRECTIVE.get(name)) is not None
    }
    return [
        Link(spec.url, imports=spec.imports, purpose=spec.purpose)
        for identity, spec in FEATURES.items()
        if identity in used
    ]


def _applied_names(supergraph: Supergraph) -> set[str]:
    elements = [supergraph.schema_directives]
    for type_ in supergraph.types.values():
        elements.append(type_.directives)
        elements += [value.directives for value in type_.values.values()]
        elements += [value.directives for value in type_.input_fields.values()]
        for field in type_.fields.values():
            elements.append(field.directives)
            elements += [argument.directives for argument in field.arguments]
    return {node.name.value for directives in elements for node in directives}
