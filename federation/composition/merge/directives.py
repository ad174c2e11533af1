"""Merging applied directives that survive composition.

`@tag` and other repeatable ones: all different applications. `@inaccessible`, `@authenticated`:
if anybody says so. Others keep one application; which one, or how its arguments are combined, is
in `combine.py`. `@cacheTag` stays with its subgraphs, carried by `@join__directive`. Everything
else means something inside a subgraph only and ends here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from graphql import ConstArgumentNode, ConstDirectiveNode, print_ast

from federation.composition.merge.cache_tags import carry_cache_tags
from federation.composition.merge.combine import COMBINED, TooManyAlternativesError, combined
from federation.composition.merge.context import MergeContext, names, places
from federation.composition.result import Place
from federation.composition.subgraph.contexts import contexts_of, graph_name
from federation.composition.subgraph.state import Applied, Element, SubgraphState
from federation.language import parse_directive, without_location
from federation.supergraph.specs import FEATURE_OF_DIRECTIVE

ElementSource = tuple[SubgraphState, Element]

_BUILT_IN = ("deprecated", "specifiedBy", "oneOf")
_REPEATABLE = frozenset({"tag", "context"})


def merge_directives(
    context: MergeContext, elements: Sequence[ElementSource], coordinate: str
) -> tuple[ConstDirectiveNode, ...]:
    """Return the directives of a merged element, each kind in a fixed order."""
    present = dict.fromkeys(name for _, element in elements for name in element.directives)
    merged: list[ConstDirectiveNode] = []
    for name in sorted(present):
        if name == "cacheTag":
            merged += carry_cache_tags(context.graphs, elements)
            continue
        if name == "semanticNonNull":
            continue  # depends on the field's types: see `semantic_non_null`
        composed = context.composed.get(name)
        if composed is None and name not in FEATURE_OF_DIRECTIVE and name not in _BUILT_IN:
            continue
        repeatable = composed.repeatable if composed else name in _REPEATABLE
        meant = [(s, e) for s, e in elements if composed is None or s.name in composed.subgraphs]
        nodes = _nodes(meant, name)
        if not nodes:
            continue
        if repeatable:
            merged += _distinct(node for _, node in nodes)
        else:
            merged.append(_merge_one(context, name, nodes, elements, coordinate))
    return tuple(merged)


def combined_or_reported(
    context: MergeContext,
    name: str,
    nodes: Sequence[ConstDirectiveNode],
    coordinate: str,
    users: Sequence[Place],
) -> ConstDirectiveNode:
    """Return one application for several; report it when they cannot be combined."""
    try:
        return combined(name, list(nodes))
    except TooManyAlternativesError:
        context.diagnostics.report(
            "DIRECTIVE_COMPOSITION_ERROR",
            f'The conditions of @{name} on "{coordinate}" cannot be combined: together they have '
            "too many alternatives. Agree on the same list of alternatives in all subgraphs.",
            coordinate,
            users,
        )
        return nodes[0]


def _nodes(
    elements: Iterable[ElementSource], name: str
) -> list[tuple[ElementSource, ConstDirectiveNode]]:
    return [
        ((state, element), _plain(applied, name, state))
        for state, element in elements
        for applied in element.applied(name)
    ]


def _plain(applied: Applied, name: str, state: SubgraphState) -> ConstDirectiveNode:
    """Return the application under its canonical name, arguments by name, without locations."""
    if name == "context":
        return parse_directive(f'@context(name: "{graph_name(state, *contexts_of([applied]))}")')
    arguments: Iterable[ConstArgumentNode] = getattr(applied.node, "arguments", None) or ()
    texts = sorted(print_ast(without_location(argument)) for argument in arguments)
    body = f"({', '.join(texts)})" if texts else ""
    return parse_directive(f"@{name.removeprefix('@')}{body}")


def _distinct(nodes: Iterable[ConstDirectiveNode]) -> list[ConstDirectiveNode]:
    return [node for _, node in sorted({print_ast(node): node for node in nodes}.items())]


def _merge_one(
    context: MergeContext,
    name: str,
    nodes: list[tuple[ElementSource, ConstDirectiveNode]],
    elements: Sequence[ElementSource],
    coordinate: str,
) -> ConstDirectiveNode:
    counts = Counter(print_ast(node) for _, node in nodes)
    if len(counts) == 1:
        return nodes[0][1]
    users = places(source for source, _ in nodes)
    if name in COMBINED:
        context.diagnostics.report(
            "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
            f'"{coordinate}" has @{name} with different arguments in '
            f"{names(source for source, _ in nodes)}; the graph combines them. Agree on one.",
            coordinate,
            users,
        )
        return combined_or_reported(context, name, [node for _, node in nodes], coordinate, users)
    chosen = max(counts, key=lambda text: counts[text])
    context.diagnostics.report(
        "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        f'"{coordinate}" has @{name.removeprefix("@")} with different arguments in '
        f"{names(source for source, _ in nodes)}; the graph takes {chosen}. Agree on one.",
        coordinate,
        users,
    )
    return next(node for _, node in nodes if print_ast(node) == chosen)
