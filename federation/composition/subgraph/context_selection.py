"""Whether the selection of a `@fromContext` gives one value that fits the argument.

It names one field on each level, without alias, directive or arguments, either directly on every
type that sets the context, or in one alternative per object type.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from federation.composition.subgraph.contexts import Reference
from federation.composition.subgraph.state import ArgumentState, SubgraphState, TypeState
from federation.language import ListOf, Named, NonNull, TypeRef, named_type
from federation.supergraph.model import TypeKind

_TYPENAME = NonNull(Named("String"))


class _InvalidError(Exception):
    """Why the selection cannot be used; the text goes into the message."""


def selection_problem(
    state: SubgraphState,
    argument: ArgumentState,
    reference: Reference,
    owners: Sequence[TypeState],
) -> str | None:
    """Return what is wrong with the selection; None when nothing is."""
    selection_set = reference.parse()
    if selection_set is None or not selection_set.selections:
        return "it is not a selection of fields in braces"
    try:
        if isinstance(selection_set.selections[0], InlineFragmentNode):
            _check_alternatives(state, argument.type, selection_set, owners)
        else:
            for owner in owners:
                _check_fits(argument.type, _type_of(state, owner, selection_set), owner.name)
    except _InvalidError as problem:
        return str(problem)
    return None


def _check_alternatives(
    state: SubgraphState,
    wanted: TypeRef,
    selection_set: SelectionSetNode,
    owners: Sequence[TypeState],
) -> None:
    branches: dict[str, SelectionSetNode] = {}
    for node in selection_set.selections:
        if not isinstance(node, InlineFragmentNode) or node.type_condition is None:
            raise _InvalidError("beside alternatives (... on Type) nothing else can be selected")
        if node.directives:
            raise _InvalidError("it contains a directive; leave it out")
        branches[node.type_condition.name.value] = node.selection_set
    used = set()
    for owner in owners:
        matching = state.possible_types(owner.name) & branches.keys()
        if not matching:
            raise _InvalidError(f'no alternative is for "{owner.name}", which sets the context')
        used |= matching
        for name in sorted(matching):
            _check_fits(wanted, _type_of(state, state.types[name], branches[name]), name)
    unused = sorted(branches.keys() - used)
    if unused:
        raise _InvalidError(
            f'the alternative for "{unused[0]}" is never used, because no object of that type sets '
            "the context"
        )


def _type_of(state: SubgraphState, type_: TypeState, selection_set: SelectionSetNode) -> TypeRef:
    """Return the type of the one value below `type_`."""
    if type_.is_interface_object:
        raise _InvalidError(f'"{type_.name}" is an @interfaceObject, which cannot give a context')
    if len(selection_set.selections) != 1:
        raise _InvalidError("it selects several fields, but an argument takes one value")
    node = selection_set.selections[0]
    if not isinstance(node, FieldNode):
        raise _InvalidError("alternatives (... on Type) are possible at its beginning only")
    name = node.name.value
    if node.alias is not None or node.directives or node.arguments:
        raise _InvalidError(f'"{name}" has an alias, a directive or arguments; leave them out')
    if name == "__typename":
        return _TYPENAME
    field = type_.fields.get(name)
    if field is None:
        raise _InvalidError(f'"{type_.name}" has no field "{name}" in this subgraph')
    if any(isinstance(a.type, NonNull) and a.default is None for a in field.arguments.values()):
        raise _InvalidError(f'"{field.coordinate}" has required arguments')
    below = state.types.get(named_type(field.type))
    composite = below is not None and below.kind in (
        TypeKind.OBJECT,
        TypeKind.INTERFACE,
        TypeKind.UNION,
    )
    if node.selection_set is None:
        if composite:
            raise _InvalidError(f'"{field.coordinate}" is an object: select one field below it')
        return field.type
    if below is None or not composite:
        raise _InvalidError(f'"{field.coordinate}" has no fields below it')
    return _with_wrapping(field.type, _type_of(state, below, node.selection_set))


def _with_wrapping(outer: TypeRef, inner: TypeRef) -> TypeRef:
    """Return the type of a value below a field of type `outer`: lists and nulls add up."""
    match outer:
        case NonNull(of):
            wrapped = _with_wrapping(of, inner)
            if isinstance(of, ListOf) and not isinstance(wrapped, NonNull):
                return NonNull(wrapped)
            return inner if isinstance(of, Named) else wrapped
        case ListOf(of):
            return ListOf(_with_wrapping(of, inner))
        case Named():
            return inner.of if isinstance(inner, NonNull) else inner


def _check_fits(wanted: TypeRef, given: TypeRef, owner: str) -> None:
    if not _fits(wanted, given):
        raise _InvalidError(
            f'of "{owner}" it gives a value of type {given}, but the argument is of type {wanted}'
        )


def _fits(wanted: TypeRef, given: TypeRef) -> bool:
    match wanted:
        case NonNull(of):
            return isinstance(given, NonNull) and _fits(of, given.of)
        case ListOf(of):
            given = given.of if isinstance(given, NonNull) else given
            return isinstance(given, ListOf) and _fits(of, given.of)
        case Named():
            return (given.of if isinstance(given, NonNull) else given) == wanted
