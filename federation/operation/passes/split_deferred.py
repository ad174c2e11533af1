"""Pass: an operation with `@defer` → what is answered first, and each deferred fragment alone.

Every part is an operation of its own, with the fields that lead to it: its selections then mean
exactly what they mean in the whole operation. `@defer(if: $v)` depends on the values, which the
caller gives; a fragment that is not deferred is an ordinary one.

`@defer` as in the incremental delivery proposal of August 2022 (`deferSpec=20220824`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
)

from federation.language import response_key
from federation.operation.passes.select_operation import select_operation

# Stands where everything selected on an object is deferred; it is never part of an answer.
PLACEHOLDER = "_nothing_yet"

# More fragments than this are not worth a part of their own: the rest is answered at once.
MAX_PARTS = 64

_Wrap = Callable[[SelectionNode], SelectionNode]


@dataclass(frozen=True, slots=True)
class DeferredFragment:
    """`path`: response keys to the object it is on. `parent`: index of the fragment around it.

    `number` counts all fragments that could be deferred, in the order of the document.
    """

    label: str | None
    path: tuple[str, ...]
    parent: int | None
    document: DocumentNode
    number: int


@dataclass(frozen=True, slots=True)
class SplitOperation:
    """The parts. A fragment's parent always stands before it."""

    primary: DocumentNode
    deferred: tuple[DeferredFragment, ...]


def defer_variables(document: DocumentNode) -> frozenset[str] | None:
    """Return the variables that `@defer(if:)` depends on; None when nothing is deferred."""
    names: set[str] = set()
    found = False
    open_sets = [
        definition.selection_set
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while open_sets:
        for item in open_sets.pop().selections:
            for directive in item.directives or ():
                if directive.name.value != "defer":
                    continue
                found = True
                for argument in directive.arguments or ():
                    if argument.name.value == "if" and isinstance(argument.value, VariableNode):
                        names.add(argument.value.name.value)
            inner = getattr(item, "selection_set", None)
            if inner is not None:
                open_sets.append(inner)
    return frozenset(names) if found else None


def split_deferred(
    document: DocumentNode,
    operation_name: str | None,
    values: Mapping[str, bool],
    at_once: Collection[int] = (),
) -> SplitOperation:
    """Return the operation's parts; `document` is valid, `values` those of its variables.

    `at_once`: numbers of fragments that are not to be deferred after all.
    """
    node = select_operation(document, operation_name)
    fragments = {
        d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
    }
    splitting = _Splitting(fragments, values, node, at_once)
    primary = splitting.kept(node.selection_set.selections, (), lambda inner: inner, None)
    return SplitOperation(_document(node, primary), tuple(splitting.complete()))


class _Splitting:
    def __init__(
        self,
        fragments: Mapping[str, FragmentDefinitionNode],
        values: Mapping[str, bool],
        operation: OperationDefinitionNode,
        at_once: Collection[int],
    ) -> None:
        self._fragments = fragments
        self._values = values
        self._operation = operation
        self._at_once = at_once
        self._met = 0
        self._found: list[DeferredFragment | None] = []

    def complete(self) -> Iterable[DeferredFragment]:
        for fragment in self._found:
            assert fragment is not None
            yield fragment

    def kept(
        self,
        selections: Iterable[SelectionNode],
        path: tuple[str, ...],
        wrap: _Wrap,
        parent: int | None,
    ) -> tuple[SelectionNode, ...]:
        """Return what is not deferred; `wrap` puts a selection made here under the root."""
        kept: list[SelectionNode] = []
        for item in selections:
            match item:
                case FieldNode(selection_set=None):
                    kept.append(item)
                case FieldNode():
                    assert item.selection_set is not None
                    key = response_key(item)
                    around = _around(wrap, item)
                    inner = item.selection_set.selections
                    found = self.kept(inner, (*path, key), around, parent)
                    kept.append(_with(item, found or (_PLACEHOLDER_NODE,)))
                case InlineFragmentNode() | FragmentSpreadNode():
                    kept += self._fragment(item, path, wrap, parent)
        return tuple(kept)

    def _fragment(
        self,
        item: InlineFragmentNode | FragmentSpreadNode,
        path: tuple[str, ...],
        wrap: _Wrap,
        parent: int | None,
    ) -> tuple[SelectionNode, ...]:
        inline = self._inline(item)
        selections = inline.selection_set.selections
        around = _around(wrap, inline)
        defer = self._defer(item.directives or ())
        number = self._met
        self._met += defer is not None
        if defer is None or number in self._at_once or len(self._found) >= MAX_PARTS:
            inner = self.kept(selections, path, around, parent)
            return (_with(inline, inner),) if inner else ()
        index = len(self._found)
        self._found.append(None)
        inner = self.kept(selections, path, around, index) or (_PLACEHOLDER_NODE,)
        document = _document(self._operation, (wrap(_with(inline, inner)),))
        self._found[index] = DeferredFragment(_label(defer), path, parent, document, number)
        return ()

    def _inline(self, item: InlineFragmentNode | FragmentSpreadNode) -> InlineFragmentNode:
        directives = tuple(d for d in item.directives or () if d.name.value != "defer")
        if isinstance(item, InlineFragmentNode):
            condition: NamedTypeNode | None = item.type_condition
            selection_set = item.selection_set
        else:
            definition = self._fragments[item.name.value]
            condition, selection_set = definition.type_condition, definition.selection_set
        return InlineFragmentNode(
            type_condition=condition, directives=directives, selection_set=selection_set
        )

    def _defer(self, directives: Iterable[DirectiveNode]) -> DirectiveNode | None:
        """Return the directive if it is there and its condition holds."""
        for directive in directives:
            if directive.name.value != "defer":
                continue
            for argument in directive.arguments or ():
                if argument.name.value != "if":
                    continue
                if isinstance(argument.value, VariableNode):
                    holds = self._values.get(argument.value.name.value, True)
                else:
                    assert isinstance(argument.value, BooleanValueNode)
                    holds = argument.value.value
                if not holds:
                    return None
            return directive
        return None


_PLACEHOLDER_NODE = FieldNode(
    name=NameNode(value="__typename"),
    alias=NameNode(value=PLACEHOLDER),
    arguments=(),
    directives=(),
)


def _with(
    item: FieldNode | InlineFragmentNode, selections: tuple[SelectionNode, ...]
) -> SelectionNode:
    selection_set = SelectionSetNode(selections=selections)
    if isinstance(item, FieldNode):
        return FieldNode(
            name=item.name,
            alias=item.alias,
            arguments=item.arguments,
            directives=item.directives,
            selection_set=selection_set,
        )
    return InlineFragmentNode(
        type_condition=item.type_condition,
        directives=item.directives,
        selection_set=selection_set,
    )


def _around(wrap: _Wrap, item: FieldNode | InlineFragmentNode) -> _Wrap:
    return lambda inner: wrap(_with(item, (inner,)))


def _label(directive: DirectiveNode) -> str | None:
    for argument in directive.arguments or ():
        if argument.name.value == "label" and isinstance(argument.value, StringValueNode):
            return argument.value.value
    return None


def _document(node: OperationDefinitionNode, selections: tuple[SelectionNode, ...]) -> DocumentNode:
    operation = OperationDefinitionNode(
        operation=node.operation,
        name=node.name,
        variable_definitions=node.variable_definitions,
        directives=node.directives,
        selection_set=SelectionSetNode(selections=selections),
    )
    return DocumentNode(definitions=(operation,))
