"""Field sets (`@key`, `@requires`, `@provides`) read against a subgraph's types.

`parse` gives the selections of an applied directive, `targets` the fields they name. Neither
judges; the rules do, with `check`, which yields each problem with a kind the rule turns into its
own code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    SelectionSetNode,
    StringValueNode,
)

from federation.composition.subgraph.state import Applied, FieldState, SubgraphState, TypeState
from federation.language import NonNull, named_type, parse_field_set
from federation.supergraph.model import TypeKind

COMPOSITE = frozenset({TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION})


@dataclass(frozen=True, slots=True)
class Problem:
    """`kind`: type, fields, arguments, directive, selection."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a field set names. `leaf`: nothing is selected below it.

    `under_external`: a field above it in the field set is external already.
    """

    field: FieldState
    leaf: bool
    under_external: bool


def is_string(applied: Applied) -> bool:
    """Return whether the `fields` argument is written as a string."""
    return isinstance(applied.argument_node("fields"), StringValueNode)


def parse(applied: Applied) -> SelectionSetNode | None:
    """Return the parsed `fields` argument; None when it is not a field set."""
    text = applied.arguments.get("fields")
    if not is_string(applied) or not isinstance(text, str):
        return None
    try:
        selection_set = parse_field_set(text)
    except GraphQLSyntaxError:
        return None
    return selection_set if selection_set.selections else None


def targets(
    state: SubgraphState, parent: str, selection_set: SelectionSetNode | None
) -> Iterator[Target]:
    """Yield each field a field set names; a field of an interface also as its implementations."""
    return _targets(state, parent, selection_set, False)


def _targets(
    state: SubgraphState,
    parent: str,
    selection_set: SelectionSetNode | None,
    under_external: bool,
) -> Iterator[Target]:
    type_ = state.types.get(parent)
    if type_ is None or selection_set is None:
        return
    for node in selection_set.selections:
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else parent
            yield from _targets(state, condition, node.selection_set, under_external)
        elif isinstance(node, FieldNode):
            field = type_.fields.get(node.name.value)
            if field is None:
                continue
            below = under_external
            for found in _with_implementations(state, type_, field):
                yield Target(found, node.selection_set is None, under_external)
                below = below or found.coordinate in state.usage.external
            yield from _targets(state, named_type(field.type), node.selection_set, below)


def _with_implementations(
    state: SubgraphState, type_: TypeState, field: FieldState
) -> Iterator[FieldState]:
    yield field
    if type_.kind is TypeKind.INTERFACE:
        for implementation in state.implementations(type_.name):
            found = implementation.fields.get(field.name)
            if found is not None:
                yield found


def check(state: SubgraphState, parent: str, applied: Applied) -> Iterator[Problem]:
    """Yield what is wrong with a field set on a type, before any rule of one directive."""
    text = applied.arguments.get("fields")
    if not is_string(applied) or not isinstance(text, str):
        yield Problem("type", 'its argument "fields" is not a string; write fields: "id name"')
        return
    try:
        selection_set = parse_field_set(text)
    except GraphQLSyntaxError as error:
        shown = text if len(text) <= 100 else f"{text[:100]}…"
        yield Problem("fields", f'"{shown}" is not a list of fields ({error.message.rstrip(".")})')
        return
    if not selection_set.selections:
        yield Problem("fields", "it names no field")
        return
    yield from _check(state, parent, selection_set)


def _check(state: SubgraphState, parent: str, selection_set: SelectionSetNode) -> Iterator[Problem]:
    for node in selection_set.selections:
        if node.directives:
            name = node.directives[0].name.value
            yield Problem("directive", f"it contains the directive @{name}; leave it out")
        if isinstance(node, FragmentSpreadNode):
            yield Problem("fields", f"it uses the named fragment {node.name.value}")
        elif isinstance(node, InlineFragmentNode):
            yield from _check_fragment(state, parent, node)
        elif isinstance(node, FieldNode) and node.name.value != "__typename":
            yield from _check_field(state, parent, node)


def _check_fragment(
    state: SubgraphState, parent: str, node: InlineFragmentNode
) -> Iterator[Problem]:
    condition = node.type_condition.name.value if node.type_condition else parent
    type_ = state.types.get(condition)
    if type_ is None or type_.kind not in COMPOSITE:
        yield Problem("fields", f'it looks for the type "{condition}", which has no fields here')
    elif not state.possible_types(parent) & state.possible_types(condition):
        yield Problem("fields", f'a "{parent}" never is a "{condition}"')
    else:
        yield from _check(state, condition, node.selection_set)


def _check_field(state: SubgraphState, parent: str, node: FieldNode) -> Iterator[Problem]:
    name = node.name.value
    field = state.types[parent].fields.get(name)
    if field is None:
        yield Problem("fields", f'"{parent}" has no field "{name}" in this subgraph')
        return
    if node.alias is not None:
        yield Problem("fields", f'"{name}" is given an alias, which is not possible here')
    given = {argument.name.value for argument in node.arguments or ()}
    for argument in field.arguments.values():
        required = isinstance(argument.type, NonNull) and argument.default is None
        if required and argument.name not in given:
            text = f'"{name}" needs the argument "{argument.name}"'
            yield Problem("required argument", text)
    for unknown in sorted(given - field.arguments.keys()):
        yield Problem("fields", f'"{name}" has no argument "{unknown}"')
    below = named_type(field.type)
    type_ = state.types.get(below)
    composite = type_ is not None and type_.kind in COMPOSITE
    if field.arguments:
        yield Problem("arguments", f'it selects "{field.coordinate}", which has arguments')
    elif type_ is not None and type_.kind in (TypeKind.INTERFACE, TypeKind.UNION):
        text = f'it selects "{field.coordinate}", whose type {below} is an interface or union'
        yield Problem("selection", text)
    if composite and node.selection_set is None:
        yield Problem("fields", f'"{name}" is of type {below}: name the fields below it in braces')
    elif not composite and node.selection_set is not None:
        yield Problem("fields", f'"{name}" is of type {below}, which has no fields to select')
    elif node.selection_set is not None:
        if not node.selection_set.selections:
            yield Problem("fields", f'no field is named in the braces after "{name}"')
        yield from _check(state, below, node.selection_set)


def missing_external(state: SubgraphState, parent: str, applied: Applied) -> Iterator[str]:
    """Yield the coordinates of leaves that would have to be `@external` but are not.

    A leaf of an interface's field counts as external where an implementation's is.
    """
    return _missing_external(state, parent, parse(applied), False)


def _missing_external(
    state: SubgraphState, parent: str, selection_set: SelectionSetNode | None, external: bool
) -> Iterator[str]:
    type_ = state.types.get(parent)
    if type_ is None or selection_set is None:
        return
    for node in selection_set.selections:
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else parent
            yield from _missing_external(state, condition, node.selection_set, external)
        elif isinstance(node, FieldNode):
            field = type_.fields.get(node.name.value)
            if field is None:
                continue
            below = external or any(
                found.coordinate in state.usage.external
                for found in _with_implementations(state, type_, field)
            )
            if node.selection_set is None:
                if not below:
                    yield field.coordinate
            else:
                yield from _missing_external(
                    state, named_type(field.type), node.selection_set, below
                )
