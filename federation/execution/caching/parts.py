"""A query's text → what of its answer can be kept: single entities, or the answer as a whole.

Texts are those that the planner writes, some hundred per subgraph, each parsed once. What is not
written as the planner does (fragments, directives on `_entities`, entities beside other fields) is
not kept, and still answered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    OperationType,
    ValueNode,
    VariableNode,
    parse,
    value_from_ast_untyped,
)

ENTITIES = "_entities"


@dataclass(eq=False, slots=True)
class Part:
    """What is kept of an answer under one key each: an entity's members, or all root fields.

    `text`: the selection, with the definitions of the `variables` in it. `vary`: the names of the
    request headers that chose any answer to it so far; part of each key, so that an answer is never
    found under fewer names than it was kept under. `refused`: how many answers in a row could not
    be kept.
    """

    text: str
    variables: tuple[str, ...]
    vary: tuple[str, ...] = ()
    refused: int = 0


@dataclass(eq=False, slots=True)
class EntityField:
    """One `_entities` field: its key in the answer, and the variable of its representations."""

    key: str
    variable: str
    part: Part


@dataclass(frozen=True, slots=True)
class RootField:
    """One field of the query root, for its cache tags. `arguments`: as written."""

    name: str
    arguments: Mapping[str, ValueNode] = field(default_factory=dict)

    def values(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments' values; one whose variable is left out is left out."""
        found: dict[str, Any] = {}
        for name, node in self.arguments.items():
            if isinstance(node, VariableNode):
                if node.name.value in variables:
                    found[name] = variables[node.name.value]
            else:
                found[name] = value_from_ast_untyped(node, dict(variables))
        return found


@dataclass(frozen=True, slots=True)
class Query:
    """A text taken apart: either `entities`, or `whole` with its `fields`."""

    entities: tuple[EntityField, ...] = ()
    whole: Part | None = None
    fields: tuple[RootField, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(each.part for each in self.entities) if self.whole is None else (self.whole,)


def read_query(text: str) -> Query | None:
    """Return the parts of a query, None when nothing of its answer is to be kept."""
    try:
        document = parse(text)
    except GraphQLSyntaxError:
        return None
    if len(document.definitions) != 1:
        return None
    (operation,) = document.definitions
    if (
        not isinstance(operation, OperationDefinitionNode)
        or operation.operation is not OperationType.QUERY
        or operation.directives
    ):
        return None
    fields = operation.selection_set.selections
    named = [node for node in fields if isinstance(node, FieldNode)]
    definitions = {
        node.variable.name.value: _slice(text, node)
        for node in operation.variable_definitions or ()
    }
    if any(node.name.value == ENTITIES for node in named):
        found = [_entity_field(text, node, definitions) for node in fields]
        whole = [each for each in found if each is not None]
        return Query(tuple(whole)) if len(whole) == len(fields) else None
    variables = tuple(sorted(definitions))
    part = Part(_with_definitions(_slice(text, operation.selection_set), definitions), variables)
    return Query(
        whole=part,
        fields=tuple(
            RootField(
                node.name.value, {each.name.value: each.value for each in node.arguments or ()}
            )
            for node in named
        ),
    )


def _entity_field(text: str, node: Node, definitions: Mapping[str, str]) -> EntityField | None:
    """Return an `_entities` field, None when it is another or written in another way."""
    if not isinstance(node, FieldNode) or node.name.value != ENTITIES or node.directives:
        return None
    if node.selection_set is None or len(node.arguments or ()) != 1:
        return None
    (argument,) = node.arguments or ()
    if argument.name.value != "representations" or not isinstance(argument.value, VariableNode):
        return None
    used = {name: definitions[name] for name in sorted(set(_variables(node.selection_set)))}
    part = Part(_with_definitions(_slice(text, node.selection_set), used), tuple(used))
    key = node.alias.value if node.alias is not None else ENTITIES
    return EntityField(key, argument.value.name.value, part)


def _variables(node: Node) -> Iterator[str]:
    """Yield the names of the variables below a node."""
    if isinstance(node, VariableNode):
        yield node.name.value
        return
    for name in node.keys:
        child = getattr(node, name)
        for each in child if isinstance(child, (tuple, list)) else (child,):
            if isinstance(each, Node):
                yield from _variables(each)


def _with_definitions(selection: str, definitions: Mapping[str, str]) -> str:
    """Return a selection with the variables' definitions, since a default is part of the meaning.

    Sorted by name; the client's name of the operation is no part of it.
    """
    return " ".join([*(definitions[name] for name in sorted(definitions)), selection])


def _slice(text: str, node: Node) -> str:
    assert node.loc is not None
    return text[node.loc.start : node.loc.end]


class Queries:
    """The texts that one subgraph is asked, taken apart. Those used last are remembered."""

    def __init__(self, most: int = 2_000) -> None:
        self._most = most
        self._known: OrderedDict[str, Query | None] = OrderedDict()

    def read(self, text: str) -> Query | None:
        """Return the parts of a query, the same ones each time. See `read_query`."""
        if text in self._known:
            self._known.move_to_end(text)
            return self._known[text]
        query = self._known[text] = read_query(text)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return query
