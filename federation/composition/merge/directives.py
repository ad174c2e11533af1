"""Merging applied directives that survive composition.

`@tag` and other repeatable ones: all different applications. `@inaccessible`, `@authenticated`:
if anybody says so. Others keep one application; which one, or how its arguments are combined, is
in `_COMBINE`. Everything else means something inside a subgraph only and ends here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    ConstListValueNode,
    ConstValueNode,
    IntValueNode,
    ListValueNode,
    print_ast,
)

from federation.composition.merge.context import MergeContext, names, places
from federation.composition.subgraph.state import Applied, Element, SubgraphState
from federation.language import parse_directive, without_location
from federation.supergraph.specs import FEATURE_OF_DIRECTIVE

ElementSource = tuple[SubgraphState, Element]
Values = list[ConstValueNode]

_BUILT_IN = ("deprecated", "specifiedBy", "oneOf")
_REPEATABLE = frozenset({"tag", "context"})


def merge_directives(
    context: MergeContext, elements: Sequence[ElementSource], coordinate: str
) -> tuple[ConstDirectiveNode, ...]:
    """Return the directives of a merged element, each kind in a fixed order."""
    present = dict.fromkeys(name for _, element in elements for name in element.directives)
    merged: list[ConstDirectiveNode] = []
    for name in sorted(present):
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


def _nodes(
    elements: Iterable[ElementSource], name: str
) -> list[tuple[ElementSource, ConstDirectiveNode]]:
    return [
        ((state, element), _plain(applied, name))
        for state, element in elements
        for applied in element.applied(name)
    ]


def _plain(applied: Applied, name: str) -> ConstDirectiveNode:
    """Return the application under its canonical name, arguments by name, without locations."""
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
    if name in _COMBINE:
        context.diagnostics.report(
            "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
            f'"{coordinate}" has @{name} with different arguments in '
            f"{names(source for source, _ in nodes)}; the graph combines them. Agree on one.",
            coordinate,
            users,
        )
        return _combined(name, [node for _, node in nodes])
    chosen = max(counts, key=lambda text: counts[text])
    context.diagnostics.report(
        "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        f'"{coordinate}" has @{name.removeprefix("@")} with different arguments in '
        f"{names(source for source, _ in nodes)}; the graph takes {chosen}. Agree on one.",
        coordinate,
        users,
    )
    return next(node for _, node in nodes if print_ast(node) == chosen)


def _combined(name: str, nodes: list[ConstDirectiveNode]) -> ConstDirectiveNode:
    given: dict[str, Values] = {}
    for node in nodes:
        for argument in node.arguments or ():
            given.setdefault(argument.name.value, []).append(argument.value)
    texts = (
        f"{key}: {print_ast(_COMBINE[name][key](values))}" for key, values in sorted(given.items())
    )
    return parse_directive(f"@{name}({', '.join(texts)})")


def _highest(values: Values) -> ConstValueNode:
    numbers = [int(value.value) for value in values if isinstance(value, IntValueNode)]
    return IntValueNode(value=str(max(numbers))) if numbers else values[0]


def _union(values: Values) -> ConstValueNode:
    items = {
        print_ast(item): item
        for value in values
        if isinstance(value, ListValueNode)
        for item in value.values
    }
    return ConstListValueNode(values=tuple(item for _, item in sorted(items.items())))


def _all_true(values: Values) -> ConstValueNode:
    return next((value for value in values if print_ast(value) == "false"), values[0])


def _conjunction(values: Values) -> ConstValueNode:
    """Combine alternatives of conditions so that each subgraph's demand is met.

    A value is a list of alternatives, each a list of names that all are needed. Every choice of
    one alternative per subgraph becomes an alternative that needs the names of all of them; one
    that needs more than another is redundant.
    """
    alternatives: list[dict[str, ConstValueNode]] = [{}]
    for value in values:
        if isinstance(value, ListValueNode):
            choices = [
                {print_ast(item): item for item in inner.values}
                for inner in value.values
                if isinstance(inner, ListValueNode)
            ]
            alternatives = [before | choice for before in alternatives for choice in choices]
    kept = {
        tuple(sorted(a)): a
        for a in alternatives
        if not any(other.keys() < a.keys() for other in alternatives)
    }
    return ConstListValueNode(
        values=tuple(
            ConstListValueNode(values=tuple(item for _, item in sorted(a.items())))
            for _, a in sorted(kept.items())
        )
    )


_COMBINE: dict[str, dict[str, Callable[[Values], ConstValueNode]]] = {
    "requiresScopes": {"scopes": _conjunction},
    "policy": {"policies": _conjunction},
    "cost": {"weight": _highest},
    "listSize": {
        "assumedSize": _highest,
        "slicingArguments": _union,
        "sizedFields": _union,
        "requireOneSlicingArgument": _all_true,
    },
}
