"""Make a failing operation smaller while it still fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

_MAX_TRIES = 1500

Fails = Callable[[str], Awaitable[bool]]


async def reduce(schema: GraphQLSchema, text: str, fails: Fails) -> str:
    """Return a smaller operation for which `fails` still answers True."""
    # As candidates are written, or they would all seem longer.
    text = print_ast(parse(text))
    tries = 0
    smaller = True
    while smaller and tries < _MAX_TRIES:
        smaller = False
        for candidate in _candidates(parse(text)):
            tries += 1
            if tries >= _MAX_TRIES:
                break
            if len(candidate) >= len(text) or validate(schema, parse(candidate)):
                continue
            if await fails(candidate):
                text, smaller = candidate, True
                break
    return text


def _candidates(document: DocumentNode) -> Iterator[str]:
    for number in range(_count(document)):
        yield _tidy(visit(document, _Drop(number)))


def _count(document: DocumentNode) -> int:
    counter = _Drop(-1)
    visit(document, counter)
    return counter.seen


class _Drop(Visitor):
    """Takes the `number`th selection, directive or argument out of a document."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number, self.seen = number, 0

    def enter(self, node: Node, key: Any, parent: Any, *_: Any) -> Any:
        if node.kind not in ("field", "inline_fragment", "fragment_spread", "directive"):
            return None
        self.seen += 1
        return Visitor.REMOVE if self.seen - 1 == self.number else None


def _tidy(document: DocumentNode) -> str:
    """Print a document without empty selections, unused fragments and unused variables."""

    class Empty(Visitor):
        def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> Any:
            return None if node.selections else parse("{ __typename }").definitions[0].selection_set  # type: ignore[attr-defined]

    document = visit(document, Empty())
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    fragments = {
        d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
    }
    used: dict[str, None] = {}
    variables: set[str] = set()

    class Names(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> Any:
            name = node.name.value
            if name not in used:
                used[name] = None
                visit(fragments[name], self)

        def enter_variable(self, node: VariableNode, *_: Any) -> Any:
            variables.add(node.name.value)

    visit(operation.selection_set, Names())
    definitions = [
        d for d in operation.variable_definitions or () if d.variable.name.value in variables
    ]
    kept = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=tuple(definitions),
        directives=(),
        selection_set=operation.selection_set,
    )
    return print_ast(DocumentNode(definitions=(kept, *(fragments[name] for name in used))))
