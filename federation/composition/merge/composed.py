"""`@composeDirective`: directives of the authors' own that go into the supergraph.

Such a directive must be defined in the subgraph and belong to a linked specification. All
subgraphs must mean the same specification, major version and name; the newest minor version's
definition is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import DirectiveDefinitionNode

from federation.composition.merge.context import ComposedDirective, MergeContext
from federation.composition.result import Place
from federation.composition.subgraph.federation_spec import NEWEST, directives_of
from federation.composition.subgraph.state import Applied, SubgraphState
from federation.language import type_ref, without_location
from federation.supergraph import specs
from federation.supergraph.links import Feature
from federation.supergraph.model import DirectiveDef, InputValue, Link

_AUTOMATIC = frozenset({specs.TAG, specs.INACCESSIBLE, *specs.FEATURES})


@dataclass(frozen=True, slots=True)
class _Request:
    """One subgraph's wish: keep `local` (`name` in the specification `feature`)."""

    state: SubgraphState
    applied: Applied
    feature: Feature
    name: str
    local: str
    definition: DirectiveDefinitionNode


def merge_composed(context: MergeContext) -> tuple[dict[str, DirectiveDef], list[Link]]:
    """Return definitions and links of composed directives; fill `context.composed`."""
    requests: list[_Request] = []
    for state in context.states:
        for applied in state.schema.applied("composeDirective"):
            found = _request(context, state, applied)
            if found is not None:
                requests.append(found)
    groups: dict[tuple[str, str], list[_Request]] = {}
    for request in requests:
        groups.setdefault((request.feature.url.identity, request.name), []).append(request)
    refused = _conflicts(context, groups)
    winners: list[_Request] = []
    links: dict[str, tuple[Feature, set[tuple[str, str]]]] = {}
    for key, group in groups.items():
        if key in refused:
            continue
        newest = max(group, key=lambda r: (r.feature.url.version or (0, 0), r.state.name))
        winners.append(newest)
        context.composed[f"@{newest.local}"] = ComposedDirective(
            newest.local, newest.definition.repeatable, _meaning(context, newest)
        )
        feature, imports = links.setdefault(key[0], (newest.feature, set()))
        if (newest.feature.url.version or (0, 0)) > (feature.url.version or (0, 0)):
            links[key[0]] = (newest.feature, imports)
        imports.add((f"@{newest.name}", f"@{newest.local}"))
    return {r.local: _definition(context, r) for r in winners}, [
        Link(feature.url.url, feature.alias, tuple(sorted(imports)), feature.purpose)
        for feature, imports in links.values()
    ]


def _meaning(context: MergeContext, request: _Request) -> frozenset[str]:
    """Return the subgraphs in which the local name stands for this directive."""
    wanted = (request.feature.url.identity, request.name)
    names = set()
    for state in context.states:
        origin = state.features.directive_origin(request.local)
        if origin is not None and (origin[0].url.identity, origin[1]) == wanted:
            names.add(state.name)
    return frozenset(names)


def _request(context: MergeContext, state: SubgraphState, applied: Applied) -> _Request | None:
    name = applied.arguments.get("name")
    where: list[Place] = [(state.name, applied.node)]
    head = f'@composeDirective in subgraph "{state.name}"'
    if not isinstance(name, str) or not name:
        _report(context, f'{head} names no directive. Write name: "@yours".', where)
        return None
    if not name.startswith("@"):
        _report(context, f'{head} names "{name}"; write "@{name}", with the @.', where)
        return None
    local = name[1:]
    origin = state.features.directive_origin(local)
    if origin and origin[0].url.identity in _AUTOMATIC:
        _inform(context, f"{head} names {name}, which is kept anyway. Remove it.", where)
        return None
    if origin and origin[0].url.identity == specs.FEDERATION:
        known = directives_of(NEWEST)
        if origin[1] in known and origin[1] in specs.FEATURE_OF_DIRECTIVE:
            _inform(context, f"{head} names {name}, which is kept anyway. Remove it.", where)
        else:
            _report(context, f"{head} names {name}, a directive of federation itself.", where)
        return None
    if local in specs.FEATURE_OF_DIRECTIVE:
        text = f"{head} names {name}, but in the graph that is federation's own. Rename yours."
        _report(context, text, where)
        return None
    definition = state.directive_definitions.get(local)
    if definition is None:
        _report(
            context, f"{head} names {name}, which is not defined there. Add its definition.", where
        )
        return None
    if origin is None:
        _report(
            context,
            f"{head} names {name}, which belongs to no specification. Give it one: @link(url: "
            f'"https://example.com/spec/v1.0", import: ["{name}"]).',
            where,
        )
        return None
    return _Request(state, applied, origin[0], origin[1], local, definition)


def _conflicts(
    context: MergeContext, groups: dict[tuple[str, str], list[_Request]]
) -> set[tuple[str, str]]:
    """Report directives that subgraphs do not mean the same way; return their keys."""
    refused: set[tuple[str, str]] = set()
    owners: dict[str, tuple[str, str]] = {}
    for key, group in groups.items():
        where: list[Place] = [(r.state.name, r.applied.node) for r in group]
        locals_ = sorted({r.local for r in group})
        if len(locals_) > 1:
            listing = ", ".join(f"@{name}" for name in locals_)
            _report(context, f"@{key[1]} of {key[0]} goes by several names: {listing}.", where)
            refused.add(key)
        for local in locals_:
            other = owners.setdefault(local, key)
            if other != key:
                text = f"@{local} means {other[0]} in one subgraph and {key[0]} in another."
                _report(context, text, where)
                refused |= {key, other}
    for identity in sorted({key[0] for key in groups}):
        refused |= _major_conflicts(context, identity, groups)
    return refused


def _major_conflicts(
    context: MergeContext, identity: str, groups: dict[tuple[str, str], list[_Request]]
) -> set[tuple[str, str]]:
    keys = {key for key in groups if key[0] == identity}
    asking = {r.state.name for key in keys for r in groups[key]}
    majors: dict[int, list[Place]] = {}
    others: dict[int, list[Place]] = {}
    for state in context.states:
        feature = state.features.find(identity)
        if feature is not None and feature.url.version is not None:
            target = majors if state.name in asking else others
            target.setdefault(feature.url.version[0], []).append((state.name, feature.node))
    if len(majors) > 1:
        where = [place for found in majors.values() for place in found]
        listing = ", ".join(f"v{major}" for major in sorted(majors))
        _report(context, f"{identity} is composed in several major versions: {listing}.", where)
        return keys
    for major, found in others.items():
        if major not in majors:
            text = f"{identity} is linked with major version {major}, which is not composed."
            _inform(context, text, found)
    return set()


def _definition(context: MergeContext, request: _Request) -> DirectiveDef:
    node = request.definition
    return DirectiveDef(
        name=request.local,
        arguments=tuple(
            InputValue(
                name=argument.name.value,
                type=type_ref(argument.type),
                default=argument.default_value and without_location(argument.default_value),
                description=argument.description.value if argument.description else None,
                directives=tuple(
                    without_location(applied)
                    for applied in argument.directives or ()
                    if f"@{applied.name.value}" in context.composed
                ),
            )
            for argument in node.arguments or ()
        ),
        locations=tuple(location.value for location in node.locations),
        repeatable=node.repeatable,
        description=node.description.value if node.description else None,
    )


def _report(context: MergeContext, text: str, where: list[Place]) -> None:
    context.diagnostics.report(
        "DIRECTIVE_COMPOSITION_ERROR", f"A directive cannot be composed: {text}", "schema", where
    )


def _inform(context: MergeContext, text: str, where: list[Place]) -> None:
    context.diagnostics.report("DIRECTIVE_COMPOSITION_INFO", text, "schema", where)
