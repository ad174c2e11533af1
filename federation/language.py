"""GraphQL language pieces every stage shares: type references, field sets, compact printing.

Bottom layer: imports nothing of ours but `errors`. graphql-core does the parsing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    FieldNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeNode,
    parse,
    parse_type,
    print_ast,
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
