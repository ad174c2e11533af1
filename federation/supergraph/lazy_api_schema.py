"""`Supergraph` → the schema clients see, made as far as it is used.

A graph of a hundred subgraphs has thousands of types; a process that serves it meets some dozens.
Names can be looked up at once, a type is made when it is first asked for; who goes through all of
them (introspection, printing) has all of them made. What it says is what `build_api_schema` says.

It is taken to be valid: composition has seen to that, and a walk through all types would make all.
That members are of types that are there is checked nevertheless.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graphql import (
    DirectiveLocation,
    GraphQLDirective,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    introspection_types,
    specified_directives,
)
from graphql.type.schema import InterfaceImplementations

from federation.errors import SupergraphError
from federation.supergraph.api_schema import has_nullability
from federation.supergraph.client_types import BUILT_IN, ClientTypes
from federation.supergraph.definitions import FEATURE_DIRECTIVES
from federation.supergraph.model import Supergraph
from federation.supergraph.specs import EXECUTABLE_LOCATIONS, NULLABILITY


def lazy_api_schema(supergraph: Supergraph, *further: GraphQLDirective) -> GraphQLSchema:
    """Return the client schema, with `further` directives where it has none of their names.

    Raises `SupergraphError` when a member is of a type that is not there.
    """
    types = ClientTypes(supergraph)
    types.check()
    return LazySchema(supergraph, types, further)


class LazySchema(GraphQLSchema):
    """A `GraphQLSchema` whose types are made one by one."""

    def __init__(
        self,
        supergraph: Supergraph,
        types: ClientTypes,
        further: Sequence[GraphQLDirective],
    ) -> None:
        """Not calling the base's, which would go through all types."""
        self.assume_valid = True
        self._validation_errors = []
        self.description = supergraph.description
        self.extensions = {}
        self.ast_node = None
        self.extension_ast_nodes = ()
        self.query_type = _root(types, supergraph.query)
        self.mutation_type = _root(types, supergraph.mutation)
        self.subscription_type = _root(types, supergraph.subscription)
        self.directives = tuple(_directives(supergraph, types, further))
        self._client_types = types
        self.type_map = _TypeMap(self, types, _built_in(types, self.directives))
        self._sub_type_map = {}
        self._implementations_map = {}

    def get_implementations(self, interface_type: GraphQLInterfaceType) -> InterfaceImplementations:
        """See `GraphQLSchema.get_implementations`; the same list each time."""
        name = interface_type.name
        known = self._implementations_map.get(name)
        if known is None:
            get: Any = self._client_types.get
            objects, interfaces = self._client_types.implementing(name)
            known = InterfaceImplementations(
                [get(each) for each in objects], [get(each) for each in interfaces]
            )
            self._implementations_map[name] = known
        return known


class _TypeMap(dict[str, GraphQLNamedType]):
    """Types by name. Names are all there; types are made when they are taken out."""

    def __init__(self, schema: LazySchema, types: ClientTypes, built_in: frozenset[str]) -> None:
        super().__init__()
        self._schema = schema
        self._types = types
        self._built_in = built_in
        self._whole = False
        self._filling = threading.Lock()

    def get(self, key: str, default: Any = None) -> Any:
        found = self._found(key)
        return default if found is None else found

    def __getitem__(self, key: str) -> GraphQLNamedType:
        found = self._found(key)
        if found is None:
            raise KeyError(key)
        return found

    def _found(self, key: str) -> GraphQLNamedType | None:
        if key in self._types.visible or key in self._built_in:
            return self._types.get(key)
        return None

    def __contains__(self, key: object) -> bool:
        return key in self._types.visible or key in self._built_in

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._types.visible.keys() | self._built_in)

    def keys(self) -> Any:
        return self._all().keys()

    def values(self) -> Any:
        return self._all().values()

    def items(self) -> Any:
        return self._all().items()

    def _all(self) -> dict[str, GraphQLNamedType]:
        """Return all types, made by now, in the order they have in an ordinary schema."""
        with self._filling:
            if not self._whole:
                schema = self._schema
                types = [self._types.get(name) for name in self._types.visible]
                whole = GraphQLSchema(
                    schema.query_type,
                    schema.mutation_type,
                    schema.subscription_type,
                    [type_ for type_ in types if type_ is not None],
                    schema.directives,
                    assume_valid=True,
                )
                for name, type_ in whole.type_map.items():
                    super().__setitem__(name, type_)
                self._whole = True
        return dict(super().items())


def _root(types: ClientTypes, name: str | None) -> GraphQLObjectType | None:
    if name is None or name not in types.visible:
        return None
    type_ = types.get(name)
    if not isinstance(type_, GraphQLObjectType):
        raise SupergraphError(
            f"The supergraph's API schema cannot be built: {name} is no object type."
        )
    return type_


def _directives(
    supergraph: Supergraph, types: ClientTypes, further: Sequence[GraphQLDirective]
) -> Iterator[GraphQLDirective]:
    names = set()
    for directive in supergraph.directives.values():
        executable = [x for x in directive.locations if x in EXECUTABLE_LOCATIONS]
        if executable:
            names.add(directive.name)
            yield GraphQLDirective(
                directive.name,
                [DirectiveLocation[x] for x in executable],
                types.input_values(directive.arguments),
                is_repeatable=directive.repeatable,
                description=directive.description,
            )
    if has_nullability(supergraph):
        text = "\n".join(definition for _, definition in FEATURE_DIRECTIVES[NULLABILITY])
        for name, _ in FEATURE_DIRECTIVES[NULLABILITY]:
            found = build_schema(text, assume_valid_sdl=True).get_directive(name)
            assert found is not None
            names.add(name)
            yield found
    yield from (each for each in (*specified_directives, *further) if each.name not in names)


def _built_in(types: ClientTypes, directives: Iterable[GraphQLDirective]) -> frozenset[str]:
    """Return which types that need no definition the schema has."""
    of_directives = {
        get_named_type(argument.type).name for each in directives for argument in each.args.values()
    }
    always = {"String", "Boolean", *introspection_types}
    return frozenset((of_directives | types.built_in | always) & BUILT_IN.keys())
