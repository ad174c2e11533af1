"""GraphQL language pieces every stage shares: type references, field sets, compact printing.

Bottom layer: imports nothing of ours but `errors`. graphql-core does the parsing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from graphql import (
    ConstDirectiveNode,
    ConstValueNode,
    FieldNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    OperationDefinitionNode,
    ScalarTypeDefinitionNode,
    SelectionSetNode,
    TypeNode,
    parse,
    parse_type,
    print_ast,
    value_from_ast_untyped,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A type by name: `Patent`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[of]`."""

    of: TypeRef

    def __str__(self) -> str:
        return f"[{self.of}]"


@dataclass(frozen=True, slots=True)
class NonNull:
    """`of!`."""

    of: Named | ListOf

    def __str__(self) -> str:
        return f"{self.of}!"


TypeRef = Named | ListOf | NonNull


def type_ref(node: TypeNode) -> TypeRef:
    """Return the type reference an AST node stands for."""
    match node:
        case NamedTypeNode():
            return Named(node.name.value)
        case ListTypeNode():
            return ListOf(type_ref(node.type))
        case NonNullTypeNode():
            inner = type_ref(node.type)
            assert not isinstance(inner, NonNull)
            return NonNull(inner)
    raise TypeError(f"not a type node: {node!r}")


@lru_cache(maxsize=4096)
def parse_type_ref(text: str) -> TypeRef:
    """Return the type reference written as `text`.

    >>> str(parse_type_ref("[Patent!]!"))
    '[Patent!]!'
    """
    return type_ref(parse_type(text, no_location=True))


def named_type(ref: TypeRef) -> str:
    """Return the innermost type name.

    >>> named_type(parse_type_ref("[Patent!]!"))
    'Patent'
    """
    while not isinstance(ref, Named):
        ref = ref.of
    return ref.name


@lru_cache(maxsize=16384)
def parse_field_set(text: str) -> SelectionSetNode:
    """Return the selection set of a field set (`id owner { name }`), without braces around it.

    Raises `graphql.GraphQLSyntaxError` when it is not one.
    """
    document = parse("{" + text + "}", no_location=True)
    definition = document.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition.selection_set


def print_field_set(selection_set: SelectionSetNode) -> str:
    """Return a field set on one line, as the join spec writes it.

    >>> print_field_set(parse_field_set("id  owner{ name }"))
    'id owner { name }'
    """
    text = " ".join(print_ast(selection_set).split())
    return text[2:-2]


def response_key(node: FieldNode) -> str:
    """Return the key a field has in the response: its alias or its name."""
    return node.alias.value if node.alias else node.name.value


def const_value(node: ConstValueNode) -> Any:
    """Return a constant as Python data: enums as strings, objects as dicts, lists as lists."""
    return value_from_ast_untyped(node)


def directive_arguments(node: ConstDirectiveNode) -> dict[str, Any]:
    """Return the arguments an applied directive is given, as Python data (no defaults)."""
    return {item.name.value: const_value(item.value) for item in node.arguments or ()}


@lru_cache(maxsize=4096)
def parse_directive(text: str) -> ConstDirectiveNode:
    """Return the applied directive written as `text`, for example `@tag(name: "x")`."""
    definition = parse(f"scalar S {text}", no_location=True).definitions[0]
    assert isinstance(definition, ScalarTypeDefinitionNode)
    assert definition.directives
    return definition.directives[0]


_NodeT = TypeVar("_NodeT", bound=Node)


def without_location(node: _NodeT) -> _NodeT:
    """Return an equal node (values, applied directives) that does not know where it was written.

    Two nodes of the same text are equal only without their locations.
    """
    changes = {}
    for key in node.keys:
        value = getattr(node, key)
        if isinstance(value, Node):
            value = without_location(value)
        elif isinstance(value, tuple):
            value = tuple(without_location(v) if isinstance(v, Node) else v for v in value)
        changes[key] = value
    changes["loc"] = None
    return type(node)(**changes)


@lru_cache(maxsize=16384)
def normal_field_set(text: str) -> str:
    """Return a field set in one normal form: two that select the same are the same text.

    >>> normal_field_set("name  id") == normal_field_set("id name")
    True

    Raises `graphql.GraphQLSyntaxError` when it is not a field set.
    """
    return _normal_selections(parse_field_set(text))


def _normal_selections(selection_set: SelectionSetNode) -> str:
    texts = set()
    for node in selection_set.selections:
        text = print_ast(node)
        below = getattr(node, "selection_set", None)
        if below is not None:
            head = text.partition("{")[0].strip()
            text = f"{head} {{ {_normal_selections(below)} }}"
        texts.add(text)
    return " ".join(sorted(texts))
