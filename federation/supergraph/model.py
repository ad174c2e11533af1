"""The supergraph as plain data: every type and field with who serves it and how.

Composition builds it, `printer` writes it as SDL in the join spec, `reader` reads such SDL
back (also from other composers), `query_graph` and `api_schema` are derived from it.
All of it is frozen: a supergraph is built once and then only read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from graphql import ConstDirectiveNode, ConstValueNode

from federation.language import TypeRef


class TypeKind(Enum):
    SCALAR = "scalar"
    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One `@join__graph` entry.

    `name` as its owner calls it ("patents"); `graph` is the enum value that stands for it in
    the SDL ("PATENTS"); `url` may be empty when it is served in process.
    """

    name: str
    graph: str
    url: str


@dataclass(frozen=True, slots=True)
class JoinType:
    """`@join__type`: this subgraph defines the type. One per key, so it repeats."""

    subgraph: str
    key: str | None = None
    extension: bool = False
    resolvable: bool = True
    is_interface_object: bool = False


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """One entry of `@join__field(contextArguments:)`."""

    context: str
    name: str
    type: str
    selection: str


@dataclass(frozen=True, slots=True)
class JoinField:
    """`@join__field`: this subgraph knows the field.

    `subgraph` is None for a field that no subgraph serves by itself (interface object
    members). `type` is the subgraph's own type where it differs from the merged one.
    """

    subgraph: str | None = None
    requires: str | None = None
    provides: str | None = None
    type: str | None = None
    external: bool = False
    override: str | None = None
    override_label: str | None = None
    used_overridden: bool = False
    context_arguments: tuple[ContextArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinImplements:
    """`@join__implements`: in this subgraph the type implements the interface."""

    subgraph: str
    interface: str


@dataclass(frozen=True, slots=True)
class InputValue:
    """An argument or an input field. `joins` only for input fields."""

    name: str
    type: TypeRef
    default: ConstValueNode | None = None
    description: str | None = None
    directives: tuple[ConstDirectiveNode, ...] = ()
    joins: tuple[JoinField, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """An output field. No `joins` means: every subgraph that defines the type serves it."""

    name: str
    type: TypeRef
    arguments: tuple[InputValue, ...] = ()
    description: str | None = None
    directives: tuple[ConstDirectiveNode, ...] = ()
    joins: tuple[JoinField, ...] = ()


@dataclass(frozen=True, slots=True)
class EnumValue:
    """`subgraphs`: who defines the value (empty: every subgraph that defines the enum)."""

    name: str
    description: str | None = None
    directives: tuple[ConstDirectiveNode, ...] = ()
    subgraphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeDef:
    """One named type. Which of the members is filled depends on `kind`.

    `directives` are those applied by the subgraphs' authors that survive composition
    (`@inaccessible`, `@tag`, `@deprecated`, composed ones), never join directives except
    `@join__directive`, which carries directives of single subgraphs (cache tags); its `graphs`
    are enum values (`Subgraph.graph`).
    """

    name: str
    kind: TypeKind
    description: str | None = None
    directives: tuple[ConstDirectiveNode, ...] = ()
    joins: tuple[JoinType, ...] = ()
    interfaces: tuple[str, ...] = ()
    join_implements: tuple[JoinImplements, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    input_fields: Mapping[str, InputValue] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    member_subgraphs: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, EnumValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DirectiveDef:
    """A directive definition that belongs to the graph's users (composed, or executable)."""

    name: str
    arguments: tuple[InputValue, ...]
    locations: tuple[str, ...]
    repeatable: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One `@link` on the supergraph's schema definition."""

    url: str
    alias: str | None = None
    imports: tuple[tuple[str, str], ...] = ()
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Supergraph:
    """All of it. `query`, `mutation`, `subscription` are root type names or None.

    `links` are those beside link and join themselves (inaccessible, tag, composed specs).
    """

    subgraphs: tuple[Subgraph, ...]
    types: Mapping[str, TypeDef]
    directives: Mapping[str, DirectiveDef]
    links: tuple[Link, ...] = ()
    query: str = "Query"
    mutation: str | None = None
    subscription: str | None = None
    schema_directives: tuple[ConstDirectiveNode, ...] = ()
    description: str | None = None
