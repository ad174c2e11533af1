"""Is a document plainly valid? One walk over it, each fragment once.

What is found valid here is valid by graphql-core's rules, too; where anything is unusual (a rule is
broken, a subscription, introspection, other directives than @skip and @include), the answer is no,
and the rules have to be asked. Whether fields under one name can be merged is asked elsewhere
(`overlaps`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLNamedType,
    GraphQLNonNull,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)
from graphql.language.parser import MAX_NESTING_DEPTH

from federation.operation.validation.schema_facts import FieldFacts, SchemaFacts
from federation.operation.validation.values import Usages, accept_value
from federation.operation.validation.variables import accept_variables

_CONDITION = GraphQLNonNull(GraphQLBoolean)


class Doubtful(Exception):
    """The document is not plainly valid."""


@dataclass(slots=True)
class Definition:
    """What an operation or a fragment holds itself. `spreads`: by fragment, how deep at most."""

    usages: Usages = field(default_factory=dict)
    spreads: dict[str, int] = field(default_factory=dict)
    depth: int = 0


def is_plainly_valid(facts: SchemaFacts, document: DocumentNode) -> bool:
    """Return True only for documents without any error but perhaps of merging."""
    if not facts.conditions_are_standard:
        return False
    try:
        _Acceptance(facts, document).run()
    except (Doubtful, RecursionError):
        return False
    return True


class _Acceptance:
    def __init__(self, facts: SchemaFacts, document: DocumentNode) -> None:
        self._facts = facts
        self._operations: list[OperationDefinitionNode] = []
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                self._operations.append(node)
            elif isinstance(node, FragmentDefinitionNode):
                _demand(node.name.value not in self._fragments)
                self._fragments[node.name.value] = node
            else:
                raise Doubtful
        self._known: dict[str, Definition] = {}
        self._depths: dict[str, int] = {}

    def run(self) -> None:
        names = [node.name.value if node.name else "" for node in self._operations]
        _demand(bool(names) and len(set(names)) == len(names))
        _demand("" not in names or len(names) == 1)
        for name, node in self._fragments.items():
            self._known[name] = self._fragment(node)
        used: set[str] = set()
        for operation in self._operations:
            used |= self._operation(operation)
        _demand(used == self._fragments.keys())

    def _operation(self, node: OperationDefinitionNode) -> set[str]:
        """Accept an operation; return the names of the fragments it reaches."""
        schema = self._facts.schema
        _demand(not node.directives and node.operation is not OperationType.SUBSCRIPTION)
        root = schema.get_root_type(node.operation)
        if root is None:
            raise Doubtful
        own = Definition()
        self._selections(node.selection_set, root, own, 1)
        _demand(self._depth(own, ()) <= MAX_NESTING_DEPTH)
        reached: set[str] = set()
        open_ = list(own.spreads)
        usages = dict(own.usages)
        while open_:
            name = open_.pop()
            if name not in reached:
                reached.add(name)
                usages.update(self._known[name].usages)
                open_ += self._known[name].spreads
        _demand(accept_variables(schema, node, usages))
        return reached

    def _fragment(self, node: FragmentDefinitionNode) -> Definition:
        condition = self._facts.condition(node.type_condition.name.value)
        if condition is None or node.directives or node.variable_definitions:
            raise Doubtful
        own = Definition()
        self._selections(node.selection_set, condition, own, 1)
        return own

    def _depth(self, own: Definition, above: tuple[str, ...]) -> int:
        """Return how deep a definition is with its fragments; those above it make a cycle."""
        deepest = own.depth
        for name, at in own.spreads.items():
            _demand(name not in above and len(above) <= MAX_NESTING_DEPTH)
            if name not in self._depths:
                self._depths[name] = self._depth(self._known[name], (*above, name))
            deepest = max(deepest, at + self._depths[name])
        return deepest

    def _selections(
        self, node: SelectionSetNode, parent: GraphQLNamedType, own: Definition, depth: int
    ) -> None:
        _demand(bool(node.selections))
        own.depth = max(own.depth, depth)
        fields = self._facts.fields(parent)
        for item in node.selections:
            if item.directives:
                self._conditions(item.directives, own)
            if isinstance(item, FieldNode):
                found = fields.get(item.name.value)
                if found is not None:
                    self._field(item, found, own, depth)
                else:
                    plain = not (item.arguments or item.selection_set)
                    _demand(item.name.value == "__typename" and plain)
            elif isinstance(item, InlineFragmentNode):
                inner: GraphQLNamedType | None = parent
                if item.type_condition is not None:
                    inner = self._facts.condition(item.type_condition.name.value)
                self._meets(inner, parent)
                assert inner is not None
                self._selections(item.selection_set, inner, own, depth + 1)
            else:
                assert isinstance(item, FragmentSpreadNode)
                self._spread(item, parent, own, depth)

    def _spread(
        self, node: FragmentSpreadNode, parent: GraphQLNamedType, own: Definition, depth: int
    ) -> None:
        name = node.name.value
        fragment = self._fragments.get(name)
        if fragment is None or node.arguments:
            raise Doubtful
        self._meets(self._facts.condition(fragment.type_condition.name.value), parent)
        own.spreads[name] = max(own.spreads.get(name, 0), depth)

    def _meets(self, condition: GraphQLNamedType | None, parent: GraphQLNamedType) -> None:
        _demand(condition is not None and self._facts.may_meet(condition, parent))

    def _field(self, node: FieldNode, found: FieldFacts, own: Definition, depth: int) -> None:
        if node.arguments or found.required:
            self._arguments(node.arguments or (), found, own)
        if node.selection_set is None:
            _demand(found.is_leaf)
        else:
            _demand(not found.is_leaf)
            self._selections(node.selection_set, found.inner, own, depth + 1)

    def _arguments(self, nodes: Sequence[ArgumentNode], found: FieldFacts, own: Definition) -> None:
        given = {node.name.value for node in nodes}
        _demand(len(given) == len(nodes) and found.required <= given)
        for node in nodes:
            declared = found.arguments.get(node.name.value)
            if declared is None or not accept_value(node.value, declared.type, own.usages):
                raise Doubtful

    def _conditions(self, nodes: Iterable[DirectiveNode], own: Definition) -> None:
        """Accept @skip and @include, each at most once in a place."""
        seen: set[str] = set()
        for node in nodes:
            name = node.name.value
            _demand(name in ("skip", "include") and name not in seen)
            seen.add(name)
            arguments = node.arguments or ()
            _demand(len(arguments) == 1 and arguments[0].name.value == "if")
            value = arguments[0].value
            _demand(isinstance(value, BooleanValueNode | VariableNode))
            accept_value(value, _CONDITION, own.usages)


def _demand(met: bool) -> None:
    if not met:
        raise Doubtful
