"""A subgraph as composition works on it: plain objects keyed by name.

Names of federation directives are canonical here (`key`, whatever it is called in the SDL);
directives of the author's own keep their name with an `@` in front. Root types are called Query,
Mutation and Subscription. AST nodes are kept only to tell where something is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import ConstValueNode, DirectiveDefinitionNode, Node

from federation.language import TypeRef
from federation.supergraph.links import Features
from federation.supergraph.model import TypeKind


@dataclass(slots=True)
class Applied:
    """A directive on an element. `part` tells in which definition of the type it is written."""

    name: str
    arguments: dict[str, Any]
    node: Node | None
    part: int = 0

    def argument_node(self, name: str) -> ConstValueNode | None:
        """Return an argument's value as written; None when it is not given."""
        for argument in getattr(self.node, "arguments", None) or ():
            if argument.name.value == name:
                value: ConstValueNode = argument.value
                return value
        return None


@dataclass(slots=True, kw_only=True)
class Element:
    """What every element has. `directives`: canonical name, or `@name` for the author's own."""

    name: str
    node: Node | None = None
    description: str | None = None
    directives: dict[str, list[Applied]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.directives

    def applied(self, name: str) -> list[Applied]:
        return self.directives.get(name, [])

    def argument(self, directive: str, name: str) -> Any:
        """Return an argument of the first application of a directive; None without one."""
        applied = self.directives.get(directive)
        return applied[0].arguments.get(name) if applied else None


@dataclass(slots=True, kw_only=True)
class ArgumentState(Element):
    """An argument or an input field; `coordinate` is its place in the schema."""

    coordinate: str
    type: TypeRef
    default: ConstValueNode | None = None


@dataclass(slots=True, kw_only=True)
class FieldState(Element):
    """A field of an object or interface. `part`: the definition or extension it stands in."""

    parent: str
    type: TypeRef
    arguments: dict[str, ArgumentState] = field(default_factory=dict)
    part: int = 0

    @property
    def coordinate(self) -> str:
        return f"{self.parent}.{self.name}"


@dataclass(slots=True, kw_only=True)
class TypeState(Element):
    """A named type with all its extensions. `parts[i]` says whether part i is an extension."""

    kind: TypeKind
    parts: list[bool] = field(default_factory=list)
    interfaces: dict[str, Node] = field(default_factory=dict)
    fields: dict[str, FieldState] = field(default_factory=dict)
    input_fields: dict[str, ArgumentState] = field(default_factory=dict)
    members: dict[str, Node] = field(default_factory=dict)
    values: dict[str, Element] = field(default_factory=dict)

    @property
    def only_extensions(self) -> bool:
        return all(self.parts)

    @property
    def is_interface_object(self) -> bool:
        return self.kind is TypeKind.OBJECT and self.has("interfaceObject")


@dataclass(slots=True)
class Usage:
    """What the federation directives of a subgraph say of its fields, by coordinate.

    `external`: fields this subgraph does not resolve. `fake_external`: marked so, but keys of an
    extension, which Federation 1 demanded to be marked; they count as its own.
    `provided`: external fields that some `@provides` of this subgraph resolves on its path.
    `used`: fields that a key, requires, provides or an interface makes use of.
    """

    external: set[str] = field(default_factory=set)
    fake_external: set[str] = field(default_factory=set)
    provided: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    shareable: set[str] = field(default_factory=set)


@dataclass(slots=True)
class SubgraphState:
    """One subgraph. `version` is that of federation it links, None for Federation 1."""

    name: str
    url: str
    version: tuple[int, int] | None
    features: Features
    types: dict[str, TypeState] = field(default_factory=dict)
    directive_definitions: dict[str, DirectiveDefinitionNode] = field(default_factory=dict)
    schema: Element = field(default_factory=lambda: Element(name="schema"))
    roots: dict[str, str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)

    @property
    def is_federation_2(self) -> bool:
        return self.version is not None

    def implementations(self, interface: str) -> Iterator[TypeState]:
        """Yield the object types of this subgraph that implement an interface."""
        for type_ in self.types.values():
            if type_.kind is TypeKind.OBJECT and interface in type_.interfaces:
                yield type_

    def possible_types(self, name: str) -> set[str]:
        """Return the object types a value of a composite type can have in this subgraph."""
        type_ = self.types.get(name)
        if type_ is None:
            return set()
        match type_.kind:
            case TypeKind.OBJECT:
                return {name}
            case TypeKind.INTERFACE:
                return {t.name for t in self.implementations(name)}
            case TypeKind.UNION:
                return set(type_.members)
        return set()
