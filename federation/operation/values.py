"""Argument values as text: exactly what the client wrote, on one line.

Numbers are never parsed, so integers over 64 bits and long decimals reach the subgraph whole.
"""

from __future__ import annotations

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)
from graphql.language.print_string import print_string


def print_value(node: ValueNode, variables: list[str] | None = None) -> str:
    """Return `node` as compact GraphQL; names of its variables are appended to `variables`.

    >>> from graphql import parse_value
    >>> print_value(parse_value('{a: [1, $x], b: "q"}'))
    '{a: [1, $x], b: "q"}'
    """
    match node:
        case IntValueNode() | FloatValueNode() | EnumValueNode():
            return node.value
        case StringValueNode():
            return print_string(node.value)
        case BooleanValueNode():
            return "true" if node.value else "false"
        case NullValueNode():
            return "null"
        case VariableNode():
            name = node.name.value
            if variables is not None and name not in variables:
                variables.append(name)
            return f"${name}"
        case ListValueNode():
            return "[" + ", ".join(print_value(item, variables) for item in node.values) + "]"
        case ObjectValueNode():
            members = (f"{f.name.value}: {print_value(f.value, variables)}" for f in node.fields)
            return "{" + ", ".join(members) + "}"
    raise TypeError(f"not a value: {node!r}")
