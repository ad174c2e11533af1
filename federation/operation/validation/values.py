"""Are values plainly of their types, and which variables are in them?"""

from __future__ import annotations

from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from graphql.utilities import validate_input_literal

# (variable, id of the type of its place) → that type; None inside custom scalars.
Usages = dict[tuple[str, int], GraphQLInputType | None]

_LITERALS: dict[str, tuple[type[ValueNode], ...]] = {
    "String": (StringValueNode,),
    "ID": (StringValueNode, IntValueNode),
    "Boolean": (BooleanValueNode,),
    "Float": (FloatValueNode, IntValueNode),
}
# Any number with so few digits is an Int.
_SAFE_DIGITS = 9


def accept_value(node: ValueNode, type_: GraphQLInputType, usages: Usages) -> bool:
    """Return whether a value can stand where `type_` is wanted; note the variables in it."""
    if isinstance(node, VariableNode):
        usages[node.name.value, id(type_)] = type_
        return True
    if _is_plain(node, type_):
        return True
    errors: list[object] = []
    validate_input_literal(node, type_, lambda error, path: errors.append(error))
    return not errors and _collect(node, type_, usages)


def _is_plain(node: ValueNode, type_: GraphQLInputType) -> bool:
    """Whether the literal is one that its leaf type takes as it is."""
    leaf = get_nullable_type(type_)
    kind = node.__class__
    if isinstance(leaf, GraphQLEnumType):
        return isinstance(node, EnumValueNode) and node.value in leaf.values
    name = getattr(leaf, "name", "")
    if name == "Int":
        return isinstance(node, IntValueNode) and len(node.value) <= _SAFE_DIGITS
    if name == "Float" and isinstance(node, IntValueNode | FloatValueNode):
        # Longer ones may be too large to be finite.
        return len(node.value) <= _SAFE_DIGITS and "e" not in node.value.lower()
    return kind in _LITERALS.get(name, ())


def _collect(node: ValueNode, type_: GraphQLInputType | None, usages: Usages) -> bool:
    """Note the variables in a valid value; return False where more than types is to be asked."""
    if isinstance(node, VariableNode):
        usages[node.name.value, id(type_)] = type_
    elif isinstance(node, ListValueNode):
        outer: Any = get_nullable_type(type_)
        inner = outer.of_type if is_list_type(outer) else outer
        return all(_collect(item, inner, usages) for item in node.values)
    elif isinstance(node, ObjectValueNode):
        names = {member.name.value for member in node.fields}
        if len(names) != len(node.fields):
            return False
        owner = get_named_type(type_)
        fields = owner.fields if isinstance(owner, GraphQLInputObjectType) else {}
        one_of = isinstance(owner, GraphQLInputObjectType) and owner.is_one_of
        if one_of and any(isinstance(member.value, VariableNode) for member in node.fields):
            return False
        for member in node.fields:
            declared = fields.get(member.name.value)
            if not _collect(member.value, declared.type if declared else None, usages):
                return False
    return True
