"""Pass: AST → raw selections. Named fragments are written out, type conditions resolved.

A type condition is compared with the concrete types still possible at its place (abstract ×
abstract): all of them → the fragment is no condition, it is dissolved; none → dropped; some →
one `Fragment` for each. So later stages see conditions on concrete types only.

`@skip` and `@include` become conditions on fields: literals are folded (GraphQL §3.13.1–2),
variables stay, so that one plan serves all their values. Other directives have no meaning to
the executor and are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
)

from federation.errors import RequestError
from federation.language import named_type, response_key
from federation.operation.model import Argument, Conditions, Field, Fragment, Selection, both
from federation.operation.possible_types import PossibleTypes
from federation.operation.values import print_value
from federation.supergraph.model import Supergraph

# A document is limited before it comes here; this only stops fragments that double each level
# (2^n written-out fields from n lines) from eating the memory.
MAX_SELECTIONS = 100_000


class InlineFragments:
    """One run over one document."""

    def __init__(
        self,
        supergraph: Supergraph,
        possible: PossibleTypes,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self._types = supergraph.types
        self._possible = possible
        self._fragments = fragments
        self._roots = {supergraph.query, supergraph.mutation, supergraph.subscription}
        self._left = MAX_SELECTIONS

    def selections(self, node: SelectionSetNode, parent: str) -> tuple[Selection, ...]:
        """Return what `node` selects on `parent`, in document order, not yet merged."""
        return tuple(self._walk(node, parent, self._possible.as_set(parent), ()))

    def _walk(
        self, node: SelectionSetNode, parent: str, scope: frozenset[str], conditions: Conditions
    ) -> Iterator[Selection]:
        for item in node.selections:
            own = _conditions(item.directives)
            if own is None:
                continue
            merged = both(conditions, own)
            if merged is None:
                continue
            match item:
                case FieldNode():
                    yield self._field(item, parent, merged)
                case InlineFragmentNode(type_condition=None):
                    yield from self._walk(item.selection_set, parent, scope, merged)
                case InlineFragmentNode():
                    assert item.type_condition is not None
                    name = item.type_condition.name.value
                    yield from self._fragment(item.selection_set, name, parent, scope, merged)
                case FragmentSpreadNode():
                    found = self._fragments[item.name.value]
                    name = found.type_condition.name.value
                    yield from self._fragment(found.selection_set, name, parent, scope, merged)

    def _fragment(
        self,
        node: SelectionSetNode,
        condition: str,
        parent: str,
        scope: frozenset[str],
        conditions: Conditions,
    ) -> Iterator[Selection]:
        allowed = self._possible.as_set(condition)
        if scope <= allowed and (
            condition == parent
            or parent in scope  # an object type
            or self._means_the_same(node, condition, parent)
        ):
            yield from self._walk(node, parent, scope, conditions)
            return
        for concrete in sorted(scope & allowed):
            inner = frozenset((concrete,))
            selections = tuple(self._walk(node, concrete, inner, conditions))
            if selections:
                yield Fragment(concrete, selections)

    def _means_the_same(self, node: SelectionSetNode, condition: str, parent: str) -> bool:
        """Whether the fields selected on `condition` are fields of `parent` of the same type.

        They need not be: `... on Node { id }` on a union whose members are all nodes.
        """
        known, wanted = self._types[parent].fields, self._types[condition].fields
        for item in node.selections:
            match item:
                case FieldNode():
                    name = item.name.value
                    if name == "__typename":
                        continue
                    if name not in known or known[name].type != wanted[name].type:
                        return False
                case InlineFragmentNode(type_condition=None):
                    if not self._means_the_same(item.selection_set, condition, parent):
                        return False
        return True

    def _field(self, node: FieldNode, parent: str, conditions: Conditions) -> Field:
        self._left -= 1
        if self._left < 0:
            raise RequestError(
                f"The operation selects more than {MAX_SELECTIONS} fields once its fragments "
                "are written out; ask for less at once.",
                code="REQUEST_LIMIT_EXCEEDED",
            )
        name = node.name.value
        arguments = tuple(sorted(map(_argument, node.arguments or ()), key=lambda a: a.name))
        selections: tuple[Selection, ...] = ()
        if node.selection_set and not name.startswith("__"):
            target = named_type(self._types[parent].fields[name].type)
            selections = self.selections(node.selection_set, target)
        return Field(response_key(node), name, parent, arguments, conditions, selections)


def _argument(node: ArgumentNode) -> Argument:
    variables: list[str] = []
    text = print_value(node.value, variables)
    return Argument(node.name.value, text, tuple(variables))


def _conditions(directives: tuple[DirectiveNode, ...] | None) -> Conditions | None:
    """Return the conditions that `@skip` and `@include` state; None: never selected."""
    literals: dict[str, bool] = {}
    for directive in directives or ():
        wanted = {"include": True, "skip": False}.get(directive.name.value)
        if wanted is None:
            continue
        value = next(a.value for a in directive.arguments or () if a.name.value == "if")
        if isinstance(value, VariableNode):
            if literals.setdefault(value.name.value, wanted) is not wanted:
                return None
        elif isinstance(value, BooleanValueNode) and value.value is not wanted:
            return None
    return (tuple(sorted(literals.items())),) if literals else ()
