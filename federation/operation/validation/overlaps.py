"""Can fields under one response key be merged (GraphQL October 2021 §5.3.2)? In bounded time.

What is merged is looked at together: all selection sets of one place, whose fields are grouped by
response key. Where all fields of a group have the same name, the same arguments and types of one
shape, they can be merged whatever their parents; what they select is the next place. So each group
is compared along its length, not in pairs, and a set of selection sets is looked at once, however
often fragments bring it about. This says yes too seldom only where objects of different types
answer differently under one name, which the exact rule compares in pairs; how many of these there
would be is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from federation.operation.validation.schema_facts import FieldFacts, SchemaFacts
from federation.operation.values import print_value

_Place = tuple[SelectionSetNode, GraphQLNamedType | None]


class TooManyError(Exception):
    """Looking at all of it would take too long."""


@dataclass(frozen=True, slots=True)
class Overlaps:
    """`mergeable`: surely all. `pairs`: of fields under one key, at all places.

    `looks`: how many selections were looked at.
    """

    mergeable: bool
    pairs: int
    looks: int


def find_overlaps(facts: SchemaFacts, document: DocumentNode, most: int) -> Overlaps:
    """Return what is found out in at most `most` looks at a selection.

    The document may be invalid in any way. Raises `TooManyError`.
    """
    search = _Search(facts, document, most)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            root = facts.schema.get_root_type(node.operation)
            search.look([(node.selection_set, root)])
    for node in document.definitions:
        # What can be merged where it is spread can be merged where it is defined.
        if isinstance(node, FragmentDefinitionNode) and node.name.value not in search.spread:
            condition = facts.condition(node.type_condition.name.value)
            search.look([(node.selection_set, condition)])
    return Overlaps(search.mergeable, search.pairs, most - search.left)


class _Search:
    def __init__(self, facts: SchemaFacts, document: DocumentNode, most: int) -> None:
        self.mergeable = True
        self.pairs = 0
        self._facts = facts
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.left = most
        self.spread: set[str] = set()
        self._seen: set[tuple[tuple[int, str], ...]] = set()

    def look(self, start: list[_Place]) -> None:
        """Look at what is selected at one place, and at all places below."""
        open_ = [start]
        while open_:
            places = open_.pop()
            key = tuple(sorted({(id(node), kind.name if kind else "") for node, kind in places}))
            if key in self._seen:
                continue
            self._seen.add(key)
            groups: dict[str, list[tuple[FieldNode, FieldFacts | None]]] = {}
            written: set[str] = set()
            for node, parent in places:
                self._gather(node, parent, groups, written)
            for fields in groups.values():
                if len(fields) > 1:
                    self._compare(fields)
                below: list[_Place] = [
                    (node.selection_set, found.inner if found else None)
                    for node, found in fields
                    if node.selection_set is not None
                ]
                if below:
                    open_.append(below)

    def _gather(
        self,
        selection_set: SelectionSetNode,
        parent: GraphQLNamedType | None,
        groups: dict[str, list[tuple[FieldNode, FieldFacts | None]]],
        written: set[str],
    ) -> None:
        """Group the fields of a selection set; each fragment is written out once in a place."""
        self.left -= len(selection_set.selections)
        if self.left < 0:
            raise TooManyError
        fields = self._facts.fields(parent) if parent is not None else {}
        for item in selection_set.selections:
            if isinstance(item, FieldNode):
                name = item.alias or item.name
                groups.setdefault(name.value, []).append((item, fields.get(item.name.value)))
            elif isinstance(item, InlineFragmentNode):
                inner = parent
                if item.type_condition is not None:
                    inner = self._facts.condition(item.type_condition.name.value)
                self._gather(item.selection_set, inner, groups, written)
            elif isinstance(item, FragmentSpreadNode) and item.name.value not in written:
                written.add(item.name.value)
                self.spread.add(item.name.value)
                found = self._fragments.get(item.name.value)
                if found is not None:
                    inner = self._facts.condition(found.type_condition.name.value)
                    self._gather(found.selection_set, inner, groups, written)

    def _compare(self, fields: list[tuple[FieldNode, FieldFacts | None]]) -> None:
        count = len(fields)
        self.pairs += count * (count - 1) // 2
        if not self.mergeable:
            return
        (first, facts), *others = fields
        arguments = _arguments(first)
        for node, found in others:
            same = found is facts or (found and facts and found.shape == facts.shape)
            if not (same and node.name.value == first.name.value and _arguments(node) == arguments):
                self.mergeable = False
                return


def _arguments(node: FieldNode) -> list[tuple[str, str]]:
    return sorted((each.name.value, print_value(each.value)) for each in node.arguments or ())
