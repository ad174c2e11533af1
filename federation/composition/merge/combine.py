"""How the arguments of a directive that several subgraphs apply become one application.

Security adds up: a client must meet the demands of each subgraph. Costs and sizes are taken at
their highest, so that no estimate is too low.
"""

from __future__ import annotations

from collections.abc import Callable

from graphql import (
    ConstDirectiveNode,
    ConstListValueNode,
    ConstValueNode,
    IntValueNode,
    ListValueNode,
    print_ast,
)

from federation.language import parse_directive

Values = list[ConstValueNode]

# Ways to meet all demands on one element together. Real ones have a handful.
_MAX_ALTERNATIVES = 2_000


class TooManyAlternativesError(Exception):
    """The conditions of the subgraphs together have too many alternatives to be written down."""


def combined(name: str, nodes: list[ConstDirectiveNode]) -> ConstDirectiveNode:
    """Return one application with the arguments of several, each combined in its way.

    Raises `TooManyAlternativesError`.
    """
    given: dict[str, Values] = {}
    for node in nodes:
        for argument in node.arguments or ():
            given.setdefault(argument.name.value, []).append(argument.value)
    texts = (
        f"{key}: {print_ast(COMBINED[name][key](values))}" for key, values in sorted(given.items())
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
    items: dict[str, ConstValueNode] = {}
    alternatives: set[frozenset[str]] = {frozenset()}
    for value in values:
        choices = set()
        for inner in value.values if isinstance(value, ListValueNode) else ():
            if isinstance(inner, ListValueNode):
                named = {print_ast(item): item for item in inner.values}
                items.update(named)
                choices.add(frozenset(named))
        if len(alternatives) * len(choices) > _MAX_ALTERNATIVES:
            raise TooManyAlternativesError
        alternatives = _smallest({before | choice for before in alternatives for choice in choices})
    return ConstListValueNode(
        values=tuple(
            ConstListValueNode(values=tuple(items[text] for text in texts))
            for texts in sorted(tuple(sorted(names)) for names in alternatives)
        )
    )


def _smallest(alternatives: set[frozenset[str]]) -> set[frozenset[str]]:
    return {a for a in alternatives if not any(other < a for other in alternatives)}


COMBINED: dict[str, dict[str, Callable[[Values], ConstValueNode]]] = {
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
